"""From the data of twister's pytest plugin to a target."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from msgspec import structs

from connmgr_hil.targets import (
    BoardTarget,
    Platform,
    QemuTarget,
    Target,
    known_platforms,
    native_target,
    varied,
)
from connmgr_hil.targets.platforms import Kind, Time, Uart, Zephyr
from connmgr_hil.vocabulary.errors import UsageError

_KINDS: dict[str, Kind] = {"native": "native", "qemu": "qemu", "hardware": "board"}


class DeviceConfig(Protocol):
    """The part of `twister_harness.twister_harness_config.DeviceConfig` that all releases have.

    `app_build_dir` came with sysbuild; before, the application is built in `build_dir`. The first serial line is in
    `serial`, `baud` and `serial_pty`; since Zephyr 4.4 in the first of `serial_configs`, as `port`, `baud` and `serial_pty`.
    """

    type: str
    build_dir: Path


@dataclass(frozen=True)
class _SerialLine:
    """The serial line that twister found for a board: a port, or a program that stands for one."""

    port: str
    baud: int
    program: str


def twister_target(device: DeviceConfig) -> Target:
    """Return the target for what twister built and, if it is hardware, flashed.

    A board that no platform file describes is taken as one with a serial line and a usual clock. A build that has all settings of
    a variant, which is run in another way than the platform, is run as that variant. Raises `UsageError` for
    devices that cannot be driven.
    """
    folder = Path(getattr(device, "app_build_dir", None) or device.build_dir) / "zephyr"
    if device.type not in _KINDS:
        raise UsageError(
            "twister's device is neither native, QEMU nor hardware",
            f"twister's device type {device.type!r}",
        )
    kind = _KINDS[device.type]
    settings = _settings(folder / ".config")
    names = _board_names(settings, folder / ".config")
    platform = _platform(kind, names)
    platform = varied(platform, _variant(platform, settings))
    if kind == "native":
        return native_target(platform, _image(folder / "zephyr.exe"))
    if kind == "qemu":
        return QemuTarget(platform, _image(folder / "zephyr.elf"))
    line = _line(device)
    if line.program or not line.port:
        raise UsageError(
            f"the serial port of {names[0]} is not known",
            f"a program for one: {line.program}" if line.program else "none",
            "name it to twister: --device-serial, or 'serial' in the hardware map",
        )
    console = structs.replace(platform.console, baud=line.baud)
    return BoardTarget(structs.replace(platform, console=console), line.port)


def _line(device: DeviceConfig) -> _SerialLine:
    """Return the serial line on which the application's shell is: the first one."""
    lines: Sequence[Any] | None = getattr(device, "serial_configs", None)
    if lines is None:
        port, first = getattr(device, "serial", ""), device
    elif lines:
        port, first = lines[0].port, lines[0]
    else:
        return _SerialLine("", 0, "")
    return _SerialLine(
        port or "", getattr(first, "baud", 115200), getattr(first, "serial_pty", "") or ""
    )


def _image(path: Path) -> Path:
    if path.is_file():
        return path
    raise UsageError("twister left no image", f"no file {path}")


def _settings(config: Path) -> dict[str, str]:
    """Return the settings of a build's configuration, or of a fragment of one."""
    try:
        lines = config.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(
            "cannot read the configuration of what twister built", str(error)
        ) from error
    return dict(line.split("=", 1) for line in lines if line.startswith("CONFIG_") and "=" in line)


def _variant(platform: Platform, settings: dict[str, str]) -> str:
    """Return the variant that a build is, if that makes a difference to how it is run; empty if it is none."""
    for name, variant in platform.variants.items():
        if not (variant.arguments or variant.network or variant.stimuli):
            continue
        wanted = {
            key: value
            for fragment in variant.conf
            for key, value in _settings(platform.zephyr.app_dir / fragment).items()  # type: ignore[union-attr]
        }
        if all(settings.get(key, "n") == value for key, value in wanted.items()):
            return name
    return ""


def _board_names(settings: dict[str, str], config: Path) -> tuple[str, ...]:
    """Return the names of the board in a build's configuration, the most exact one first."""
    found = (settings.get(f"CONFIG_{key}", "").strip('"') for key in ("BOARD_TARGET", "BOARD"))
    names = tuple(dict.fromkeys(name for name in found if name))
    if names:
        return names
    raise UsageError("twister's configuration has no CONFIG_BOARD", f"none in {config}")


def _platform(kind: Kind, names: tuple[str, ...]) -> Platform:
    known = [each for each in known_platforms().values() if each.kind == kind]
    for name in names:
        for platform in known:
            if name in platform.boards:
                return platform
    if kind == "board":
        return Platform(
            name=names[-1],
            description=f"{names[0]}, as twister knows it",
            kind=kind,
            zephyr=Zephyr(board=names[0]),
            console=Uart(pace_bytes=32),
            time=Time(tolerance_seconds=0.05),
        )
    raise UsageError(
        f"no platform of kind {kind!r} is for the board {names[0]}",
        "no platform file describes it",
        "boards of that kind: " + ", ".join(name for each in known for name in each.boards),
    )
