"""Platform files: what there is to know about a thing that can run the application."""

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import structs

from connmgr_hil.resources import platforms_dir
from connmgr_hil.vocabulary.errors import BadInput, UsageError

from .stimuli import OutsideStimulus, Qmp
from .strict import Strict

Dialect = Literal["probe", "stock"]
ProfileName = Literal["", "P34", "P37", "P42", "P43", "P26"]
Network = Literal["dhcp"]
"""What the network of the real iface offers."""

Kind = Literal["simulated", "native", "qemu", "renode", "board"]
RenodeDriverName = Literal["auto", "process", "pyrenode"]


class Zephyr(Strict, frozen=True, kw_only=True):
    """Board names to build for: up to Zephyr 3.6, and since hardware model 2 (3.7)."""

    board: str
    board_v2: str = ""
    toolchain: str = ""
    modules: tuple[str, ...] = ()


class Emulator(Strict, frozen=True, kw_only=True):
    """How the program is started. `respawn`: a reset ends it, so it is started anew."""

    program: str = ""
    arguments: tuple[str, ...] = ()
    respawn: bool = False


class Console(Strict, frozen=True, kw_only=True):
    """The UART. `pace_bytes` at a time are written, then `pace_seconds` waited; 0 = no pacing."""

    baud: int = 115200
    pace_bytes: int = 0
    pace_seconds: float = 0.002
    usb: str = ""


class Renode(Strict, frozen=True, kw_only=True):
    """How a board is made in Renode.

    `script` makes the machine `machine` and defines its macro `reset`, from the variables `$name` and `$bin`; its path is
    relative to the platform file. `firmware` is the platform whose build is run. Time is counted in quanta of
    `quantum_seconds` and granted in slices of at most `slice_seconds`; a slice that takes `stuck_seconds` of the host's
    time means that Renode hangs.
    """

    script: str
    machine: str
    uart: str = "sysbus.uart0"
    firmware: str = ""
    driver: RenodeDriverName = "auto"
    quantum_seconds: Annotated[float, msgspec.Meta(ge=1e-6, le=1)] = 0.001
    slice_seconds: Annotated[float, msgspec.Meta(ge=1e-6, le=10)] = 0.05
    stuck_seconds: Annotated[float, msgspec.Meta(gt=0)] = 60.0


class Time(Strict, frozen=True, kw_only=True):
    """How device time goes: granted or by itself, and how exact its windows can be judged.

    A window of T seconds may be early or late by `tolerance_seconds` + T * `tolerance_percent` / 100.
    """

    granted: bool = False
    tolerance_seconds: float = 0.02
    tolerance_percent: float = 0.0


class Variant(Strict, frozen=True, kw_only=True):
    """Another build of the application, with further configuration fragments of `zephyr_app`.

    `arguments` go to the emulator, the native program or the simulated board, behind the platform's own.
    """

    description: str
    conf: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    network: tuple[Network, ...] = ()


class Platform(Strict, frozen=True, kw_only=True):
    """A thing that can run the application, as its platform file describes it.

    `ifaces` are the names that hello must list (others may come before them), `untestable` maps a
    requirement or topic to the reason why it cannot be tested there. `profile` names the semantics to judge by, where a
    back-port makes the Connection Manager newer than its kernel says. `dialect` is `stock` for firmware without
    the probe, driven through upstream's own shell.
    """

    name: str
    description: str
    kind: Kind
    zephyr: Zephyr | None = None
    emulator: Emulator = Emulator()
    renode: Renode | None = None
    console: Console = Console()
    time: Time = Time()
    ifaces: tuple[str, ...] = ()
    variants: dict[str, Variant] = {}
    untestable: dict[str, str] = {}
    stimuli: dict[str, OutsideStimulus] = {}
    network: tuple[Network, ...] = ()
    dialect: Dialect = "probe"
    profile: ProfileName = ""

    @property
    def build_name(self) -> str:
        """The platform whose build this one runs: itself, unless it is another board's emulation."""
        return (self.renode.firmware if self.renode else "") or self.name

    @property
    def boards(self) -> tuple[str, ...]:
        """The names by which Zephyr may call this board."""
        if self.zephyr is None:
            return ()
        names = (self.zephyr.board, self.zephyr.board_v2)
        # The hello of hardware model 2 may name the board without its qualifiers.
        short = tuple(name.partition("/")[0] for name in names)
        return tuple(dict.fromkeys(name for name in names + short if name))


def read_platform(path: Path) -> Platform:
    """Read a platform file. Raises `BadInput` naming file, key and what it may be."""
    try:
        platform = msgspec.toml.decode(path.read_bytes(), type=Platform, strict=True)
    except OSError as error:
        raise BadInput(f"a readable platform file at {path}", str(error)) from error
    except msgspec.ValidationError as error:
        raise BadInput(f"{path}: a sound platform file", _explained(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: TOML", str(error)) from error
    if platform.kind != "simulated" and platform.zephyr is None:
        raise BadInput(f"{path}: [zephyr] with the board's name", f"kind = '{platform.kind}'")
    if platform.kind == "qemu" and not platform.emulator.program:
        raise BadInput(f"{path}: emulator.program", "kind = 'qemu' without it")
    if platform.kind == "renode":
        return _with_script(platform, path)
    return platform


def _with_script(platform: Platform, path: Path) -> Platform:
    """Return the platform with the full path of its Renode script."""
    if platform.renode is None:
        raise BadInput(f"{path}: [renode] with script and machine", "kind = 'renode' without it")
    script = (path.parent / platform.renode.script).absolute()
    if not script.is_file():
        raise BadInput(f"{path}: renode.script, a file beside it or below", f"no file {script}")
    return structs.replace(platform, renode=structs.replace(platform.renode, script=str(script)))


def _explained(error: msgspec.ValidationError) -> str:
    text = str(error)
    if "unknown field" in text:
        text += "; known keys: " + ", ".join(sorted(_keys_at(text)))
    elif "`$.kind`" in text:
        text += "; one of: simulated, native, qemu, renode, board"
    return text.replace("`$.", "`")


def _keys_at(text: str) -> tuple[str, ...]:
    tables: dict[str, type[msgspec.Struct]] = {
        "$.zephyr": Zephyr,
        "$.emulator": Emulator,
        "$.renode": Renode,
        "$.console": Console,
        "$.time": Time,
        "$.variants[...]": Variant,
        "$.stimuli[...]": OutsideStimulus,
        "$.stimuli[...].qmp": Qmp,
    }
    for place, table in tables.items():
        if f"`{place}`" in text:
            return table.__struct_fields__
    return Platform.__struct_fields__


def known_platforms() -> dict[str, Platform]:
    """Return all platforms that come with this package, by name."""
    paths = sorted(platforms_dir().glob("*.toml"))
    return {platform.name: platform for platform in map(read_platform, paths)}


def find_platform(name: str) -> Platform:
    """Return the platform of that name, or in that file. Raises `UsageError` for an unknown one."""
    if name.endswith(".toml") or os.sep in name:
        return read_platform(Path(name))
    if (path := platforms_dir() / f"{name}.toml").is_file():
        return read_platform(path)
    raise UsageError(
        "the name of a platform, or the path of a platform file",
        repr(name),
        "platforms: " + ", ".join(sorted(known_platforms())),
    )
