"""twister's hardware map: which boards are plugged in, and how to reach them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from connmgr_hil.files import read_whole
from connmgr_hil.vocabulary.errors import BadInput

from .platforms import Platform, known_platforms, read_platform
from .serial_ports import SerialPort

_MOST_BYTES = 1_000_000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One board of the map. Keys that only twister needs are left alone."""

    platform: str
    serial: str | None = None
    id: str | int | None = None
    probe_id: str | int | None = None
    product: str | None = None
    runner: str | None = None
    connected: bool = True

    @property
    def board_id(self) -> str:
        """What its debug probe calls it."""
        return str(self.probe_id or self.id or "")

    @property
    def label(self) -> str:
        """A name that tells it from others of its kind."""
        return "-".join(filter(None, (self.platform.replace("/", "_"), self.board_id)))


def read_map(path: Path) -> list[tuple[Entry, str]]:
    """Return the boards that are connected, each with its target: a platform's name, or the path of a platform file beside the map.

    Raises `BadInput` naming the file, and the entry.
    """
    data = read_whole(path, "a hardware map", _MOST_BYTES)
    try:
        entries = msgspec.convert(yaml.safe_load(data), list[Entry], strict=False)
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not a hardware map of twister", str(error)) from error
    targets, unsound = _targets(path.parent)
    found: list[tuple[Entry, str]] = []
    for entry in entries:
        if not entry.connected:
            continue
        if entry.platform not in targets:
            raise BadInput(
                f"{path}: no platform file describes the board {entry.platform!r}",
                "; ".join(unsound),
                "'cmhil new platform NAME' creates one; put it beside the map",
            )
        if not entry.serial:
            raise BadInput(f"{path}: {entry.label} has no serial port", "set 'serial'")
        if any(entry.label == each.label for each, _ in found):
            raise BadInput(f"{path}: two boards are called {entry.label}", "give each an 'id'")
        found.append((entry, targets[entry.platform]))
    if not found:
        raise BadInput(f"{path}: no board is connected")
    return found


def _targets(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Return the target for each board that a platform file is about, and what is wrong with files that are none."""
    targets = {board: each.name for each in known_platforms().values() for board in _called(each)}
    unsound: list[str] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            targets |= dict.fromkeys(_called(read_platform(file)), str(file.absolute()))
        except BadInput as error:
            unsound.append(error.wanted)
    return targets, unsound


def _called(platform: Platform) -> tuple[str, ...]:
    return (platform.name, *platform.boards) if platform.kind == "board" else ()


def draft_map(ports: Iterable[SerialPort]) -> str:
    """Return a hardware map of the boards that the platform files know by their USB identity."""
    known = {each.console.usb: each for each in known_platforms().values()
             if each.kind == "board" and each.console.usb}  # fmt: skip
    entries: list[dict[str, Any]] = []
    for port in ports:
        platform = known.get(port.usb)
        if platform is None or platform.zephyr is None:
            continue
        entries.append(
            {
                "connected": True,
                "id": port.serial_number,
                "platform": platform.zephyr.board_v2 or platform.zephyr.board,
                "product": port.description,
                "runner": platform.flash.runner or "unknown",
                "serial": port.device,
            }
        )
    return yaml.safe_dump(entries, sort_keys=False)
