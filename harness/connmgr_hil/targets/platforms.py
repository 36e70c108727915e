"""Platform files: how to build for and run on a platform."""

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta, structs

from connmgr_hil.device import Pace
from connmgr_hil.files import read_whole
from connmgr_hil.resources import platforms_dir, zephyr_app_dir
from connmgr_hil.vocabulary.arguments import did_you_mean
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from connmgr_hil.vocabulary.parsing import validate
from connmgr_hil.vocabulary.requirements import ProfileName, requirements
from connmgr_hil.vocabulary.stimuli import Words

from .bench import BoardFlash, LineStep, ResetLadder
from .plausible import implausible
from .stimuli import OutsideStimulus, Qmp
from .strict import Strict

MOST_BYTES = 1_000_000
"""No platform file is larger."""

Dialect = Literal["probe", "stock"]
PlatformProfile = Literal["", ProfileName, "P26"]
NetworkService = Literal["dhcp"]
"""What the network of the real iface offers."""

Actor = Literal["up", "down", "connect", "disconnect"]
"""What an application may do to its ifaces by itself, by the command that would do the same."""

Kind = Literal["simulated", "native", "qemu", "renode", "board"]
RenodeDriverName = Literal["auto", "process", "pyrenode"]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\Z", max_length=100)]
NameOrNone = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]*)?\Z", max_length=100)]
Amount = Annotated[float, Meta(ge=0)]


class Zephyr(Strict, frozen=True, kw_only=True):
    """Board names to build for: up to Zephyr 3.6, and since hardware model 2 (3.7).

    `app` is the folder of the application, seen from the platform file; the one that comes with this package if
    empty. `conf` are further configuration fragments for every build of it, seen from that folder.
    """

    board: str
    board_v2: str = ""
    toolchain: str = ""
    modules: tuple[str, ...] = ()
    app: str = ""
    conf: tuple[str, ...] = ()

    @property
    def app_dir(self) -> Path:
        """The folder of the application."""
        return Path(self.app) if self.app else zephyr_app_dir()


class Flash(Strict, frozen=True, kw_only=True):
    """The flash of an emulated Espressif chip, which is merged from files of the build.

    Each layout maps addresses to files, seen from the build folder; the first whose files are all there is taken.
    """

    chip: str
    size: str
    layouts: tuple[dict[str, str], ...]


class Emulator(Strict, frozen=True, kw_only=True):
    """How the program is started.

    `uart`: the name by which a native program tells the pseudo terminal of the UART with the shell, where it has several;
    `stdio` where that UART is its stdin and stdout.
    `pause_seconds`: QEMU's machine is stopped when the harness has not waited for it for this long; 0: never.
    `load_once`: the image is written into the machine's RAM at the start alone, and stays there over resets as in a flash.
    `load`: the file beside the image that QEMU loads in its place, by the addresses in it; TF-M's build makes one of all images.
    """

    program: str = ""
    arguments: tuple[str, ...] = ()
    pause_seconds: Amount = 0.05
    load_once: bool = False
    load: str = ""
    flash: Flash | None = None
    uart: str = ""


class Uart(Strict, frozen=True, kw_only=True):
    """The UART. `pace_bytes` at a time are written, then `pace_seconds` waited; 0 = no pacing.

    `quiet_boot`: nothing is written after a start or a reset until Zephyr's banner comes.
    """

    baud: Annotated[int, Meta(ge=1)] = 115200
    pace_bytes: Annotated[int, Meta(ge=0)] = 0
    pace_seconds: Amount = 0.002
    quiet_boot: bool = False
    usb: str = ""
    dtr: bool | None = None
    rts: bool | None = None


class Renode(Strict, frozen=True, kw_only=True):
    """How a board is made in Renode.

    `script` makes the machine `machine` from the variables `$name` and `$bin`; its path is relative to the platform file.
    `firmware` is the platform whose build is run. Time is counted in quanta of `quantum_seconds`. Firmware without the
    probe's clock gets it in slices of at most `slice_seconds`; a slice that takes `stuck_seconds` of the host's time means that
    Renode hangs.
    """

    script: str
    machine: str
    uart: str = "sysbus.uart0"
    firmware: NameOrNone = ""
    driver: RenodeDriverName = "auto"
    quantum_seconds: Annotated[float, msgspec.Meta(ge=1e-6, le=1)] = 0.001
    slice_seconds: Annotated[float, msgspec.Meta(ge=1e-6, le=10)] = 0.05
    stuck_seconds: Annotated[float, msgspec.Meta(gt=0)] = 60.0


class Time(Strict, frozen=True, kw_only=True):
    """How device time must go: granted, or by itself; None: as the device's hello says. And how exact it is where it goes by itself.

    A timer may be early or late by `tolerance_seconds`, 10 at most: with more, no timer could be wrong. Granted time is exact to
    two ticks and a millisecond, whatever stands here.
    """

    granted: bool | None = None
    tolerance_seconds: Annotated[float, Meta(ge=0, le=10)] = 0.02


class Must(Strict, frozen=True, kw_only=True):
    """What a build must have, according to the device; a field that is not set allows anything.

    `bound` and `auto` list exactly the ifaces that have a connectivity implementation, and that start by themselves.
    """

    autodown: bool | None = None
    dad: bool | None = None
    ipv4: bool | None = None
    ipv6: bool | None = None
    queue: int | None = None
    bound: tuple[str, ...] | None = None
    auto: tuple[str, ...] | None = None


class Variant(Strict, frozen=True, kw_only=True):
    """Another build of the application, with further configuration fragments and devicetree overlays of it.

    `arguments` go to the emulator, the native program or the simulated board, behind the platform's own. `network` and `stimuli`
    are there beside the platform's own; `uart` and `ifaces`, if there are any, and what it `must` have, are there in place of the platform's.
    What is not `supported` shows how such a build is refused, and `verify --all-variants` leaves it out.
    """

    description: str
    supported: bool = True
    conf: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    uart: str = ""
    ifaces: tuple[str, ...] = ()
    network: tuple[NetworkService, ...] = ()
    stimuli: dict[str, OutsideStimulus] = {}
    must: Must = Must()


class Platform(Strict, frozen=True, kw_only=True):
    """A thing that can run the application, as its platform file describes it.

    `ifaces` are the names that hello must list (others may come before them), `untestable` maps a
    requirement or topic to the reason why it cannot be tested there. `profile` names the semantics to judge by, where a
    back-port makes the Connection Manager newer than its kernel says. `dialect` is `stock` for firmware without
    the probe, driven through upstream's own shell. `actors` are the commands that the application gives by itself, beside those that the
    probe sees it call.
    """

    name: Name
    description: str
    kind: Kind
    zephyr: Zephyr | None = None
    emulator: Emulator = Emulator()
    renode: Renode | None = None
    console: Uart = Uart()
    time: Time = Time()
    ifaces: tuple[str, ...] = ()
    variants: dict[str, Variant] = {}
    untestable: dict[str, str] = {}
    reset: ResetLadder = ResetLadder()
    flash: BoardFlash = BoardFlash()
    stimuli: dict[str, OutsideStimulus] = {}
    network: tuple[NetworkService, ...] = ()
    actors: tuple[Actor, ...] = ()
    dialect: Dialect = "probe"
    profile: PlatformProfile = ""
    must: Must = Must()

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

    @property
    def pace(self) -> Pace:
        """How the harness writes to the line. A board has booted when its target returns the line."""
        quiet = self.console.quiet_boot and self.kind != "board"
        return Pace(self.console.pace_bytes, self.console.pace_seconds, quiet)

    @property
    def own_commands(self) -> tuple[Words, ...]:
        """The commands of the firmware's own by which its stimuli are given."""
        given = (stimulus.probe for _, stimulus in sorted(self.stimuli.items()) if stimulus.probe)
        return tuple(dict.fromkeys(tuple(command.split()) for command in given))

    def validate(self, words: Words) -> None:
        """Check that these words are a command of the probe's language, or one of the firmware's own.

        Raises `BadInput` naming the word that does not fit.
        """
        if not self.stimuli or words not in self.own_commands:
            validate(words)


def read_platform(path: Path) -> Platform:
    """Read a platform file. Raises `BadInput` naming file, key and what it may be."""
    data = read_whole(path, "a platform file", MOST_BYTES)
    try:
        platform = msgspec.toml.decode(data, type=Platform, strict=True)
    except msgspec.ValidationError as error:
        raise BadInput(f"{path} is not a valid platform file", _explained(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{path} is not valid TOML", str(error)) from error
    for wrong, seen in implausible(platform):
        raise BadInput(f"{path}: {wrong}", seen)
    if platform.zephyr is not None and platform.zephyr.app:
        app = str((path.parent / platform.zephyr.app).resolve())
        platform = structs.replace(platform, zephyr=structs.replace(platform.zephyr, app=app))
    for wrong, seen in (*_flaws(platform), *_unknown(platform.untestable)):
        raise BadInput(f"{path}: {wrong}", seen)
    return _with_script(platform, path) if platform.kind == "renode" else platform


def _with_script(platform: Platform, path: Path) -> Platform:
    """Return the platform with the full path of its Renode script."""
    if platform.renode is None:
        raise BadInput(f"{path}: [renode] lacks script and machine", "kind = 'renode' without it")
    script = (path.parent / platform.renode.script).absolute()
    if not script.is_file():
        raise BadInput(
            f"{path}: renode.script is not a file beside it or below", f"no file {script}"
        )
    return structs.replace(platform, renode=structs.replace(platform.renode, script=str(script)))


def _unknown(untestable: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Find what looks like the id of a requirement and is none: it would excuse nothing."""
    for key in untestable:
        if key.upper().startswith("REQ-") and key not in requirements():
            near = get_close_matches(key.upper(), requirements(), n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            yield "untestable: this is not the id of a requirement", f"{key!r}{hint}"


def _flaws(platform: Platform) -> Iterator[tuple[str, str]]:
    """Find what the types alone do not say: what is wrong, and what is there."""
    if platform.kind != "simulated" and platform.zephyr is None:
        yield "[zephyr] with the board's name is missing", f"kind = '{platform.kind}'"
    if platform.kind == "qemu" and not platform.emulator.program:
        yield "emulator.program is missing", "kind = 'qemu' without it"
    if platform.emulator.flash is not None and platform.kind != "qemu":
        yield "[emulator.flash] is for kind = 'qemu' only", f"kind = '{platform.kind}'"
    if platform.emulator.flash is not None and not platform.emulator.flash.layouts:
        yield "emulator.flash.layouts has no layout", "none"
    if platform.emulator.load and (platform.kind != "qemu" or platform.emulator.flash is not None):
        yield "emulator.load is for kind = 'qemu' without [emulator.flash] only", "another"
    zephyr = platform.zephyr
    if zephyr is None:
        return
    places = {"zephyr.conf": zephyr.conf}
    places |= {f"variants.{name}.conf": each.conf for name, each in platform.variants.items()}
    for key, fragments in places.items():
        for fragment in fragments:
            if not (zephyr.app_dir / fragment).is_file():
                yield (
                    f"{key}: no such configuration fragment is in {zephyr.app_dir}",
                    repr(fragment),
                )


def _explained(error: msgspec.ValidationError) -> str:
    text = str(error)
    head, _, place = text.rpartition(" - at `$")
    place = place.rstrip("`").removeprefix(".") if head else ""
    if "unknown field" in text:
        keys = _table_at(place).__struct_fields__
        wrong = text.partition("unknown field `")[2].partition("`")[0]
        near = get_close_matches(wrong, keys, n=1)
        text += f"; did you mean `{near[0]}`?" if near else ""
        text += "; known keys: " + ", ".join(sorted(keys))
    elif "enum value" in text:
        table, _, key = place.rpartition(".")
        values = [value for value in get_args(get_type_hints(_table_at(table))[key]) if value]
        wrong = text.partition("enum value '")[2].partition("'")[0]
        near = get_close_matches(wrong, values, n=1)
        text += f"; did you mean '{near[0]}'?" if near else ""
        text += "; one of: " + ", ".join(values)
    return text.replace("`$.", "`")


def _table_at(place: str) -> type[msgspec.Struct]:
    tables: dict[str, type[msgspec.Struct]] = {
        "zephyr": Zephyr,
        "emulator": Emulator,
        "emulator.flash": Flash,
        "renode": Renode,
        "console": Uart,
        "time": Time,
        "variants[...]": Variant,
        "reset": ResetLadder,
        "reset.line[...]": LineStep,
        "flash": BoardFlash,
        "stimuli[...]": OutsideStimulus,
        "stimuli[...].qmp": Qmp,
        "variants[...].stimuli[...]": OutsideStimulus,
        "variants[...].stimuli[...].qmp": Qmp,
    }
    return tables.get(place, Platform)


def read_platforms(paths: Iterable[Path]) -> dict[str, Platform]:
    """Read platform files, by name. Raises `BadInput` if one is unsound or two have one name."""
    read: dict[str, tuple[Path, Platform]] = {}
    for path in paths:
        platform = read_platform(path)
        if platform.name in read:
            raise BadInput(
                f"{path}: another platform file has this name",
                f"name = {platform.name!r}, as in {read[platform.name][0]}",
            )
        read[platform.name] = (path, platform)
    return {name: platform for name, (_, platform) in read.items()}


def known_platforms() -> dict[str, Platform]:
    """Return all platforms that come with this package, by name."""
    return read_platforms(sorted(platforms_dir().glob("*.toml")))


def _target_names() -> list[str]:
    return ["native", *sorted(path.stem for path in platforms_dir().glob("*.toml"))]


def spelled(name: str) -> str:
    """Return the name of a target as its platform file spells it; any other is returned unchanged."""
    return next((each for each in _target_names() if each.casefold() == name.casefold()), name)


def is_path(name: str) -> bool:
    """Tell whether the name of a target is the path of a platform file."""
    return name.endswith(".toml") or os.sep in name


def folder_name(target: str) -> str:
    """Return what the folders of a target's runs are called: as the target or its platform file is.

    A file that is called as a target that comes with this package leaves that folder alone: the platform's name stands
    instead. Raises `UsageError` if it describes none.
    """
    if not is_path(target):
        return spelled(target).replace(":", "-")
    stem = Path(target).stem
    return read_platform(Path(target)).name if stem in _target_names() else stem


def find_platform(name: str) -> Platform:
    """Return the platform of that name, whatever its case, or in that file. Raises `UsageError` for an unknown one."""
    if is_path(name):
        return read_platform(Path(name))
    names = _target_names()
    if (known := spelled(name)) in names[1:]:
        return read_platform(platforms_dir() / f"{known}.toml")
    raise UsageError(
        "there is no such platform, and no such platform file",
        repr(name),
        did_you_mean(name, names),
    )
