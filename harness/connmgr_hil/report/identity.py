"""Says what a trace was recorded from: a real device, an emulator, or an imitation."""

from dataclasses import dataclass
from enum import StrEnum

from connmgr_hil.conformance.origin import in_words
from connmgr_hil.resources import platforms_dir
from connmgr_hil.targets import Platform, read_platform
from connmgr_hil.vocabulary.observations import Header, HelloSeen


class Reality(StrEnum):
    """How real the device was."""

    SIMULATED = "simulated board"
    NATIVE = "real Zephyr on the host"
    EMULATED = "real Zephyr, emulated machine"
    BOARD = "real Zephyr, real hardware"
    UNKNOWN = "origin unknown"


EXPLAINED = {
    Reality.SIMULATED: "An imitation of Zephyr. No Zephyr code ran, so this says nothing about Zephyr.",
    Reality.NATIVE: "Zephyr's own code ran as a program on the host. No board took part.",
    Reality.EMULATED: "Zephyr's own code ran on an emulated machine. No board took part.",
    Reality.BOARD: "Zephyr's own code ran on a real board.",
    Reality.UNKNOWN: "No platform file describes this target: it may be a real device or an imitation.",
}
_KINDS = {
    "simulated": Reality.SIMULATED,
    "native": Reality.NATIVE,
    "qemu": Reality.EMULATED,
    "renode": Reality.EMULATED,
    "board": Reality.BOARD,
}


@dataclass(frozen=True)
class Identity:
    """What stood on the bench. `untestable` maps a topic to why it cannot be tested there."""

    name: str
    reality: Reality
    description: str
    zephyr: str
    profile: str
    builds: tuple[str, ...]
    untestable: dict[str, str]
    clock: str
    """`granted` or `real`, or both where traces differ; empty if no device said hello."""
    origin: dict[str, str]
    """Where the evidence comes from, in words; of the first trace, if there are several runs."""

    @property
    def simulated(self) -> bool:
        """True for the simulated board: its results say nothing about Zephyr."""
        return self.reality is Reality.SIMULATED

    @property
    def explained(self) -> str:
        """What this kind of device can and cannot show, in a sentence or two."""
        return EXPLAINED[self.reality]


def identify(header: Header, hellos: list[HelloSeen], profile: str) -> Identity:
    """Return what traces were recorded from, by their headers and the device's own words."""
    board = hellos[0].facts.board if hellos else ""
    name = header.platform or board or "unknown"
    platform = _platform(name) or _platform(board)
    reality = _KINDS.get(platform.kind, Reality.UNKNOWN) if platform else Reality.UNKNOWN
    if "simulated" in (name, board):
        reality = Reality.SIMULATED
    return Identity(
        name,
        reality,
        platform.description if platform else f"Target {header.target or name}",
        ", ".join(sorted({hello.facts.zephyr for hello in hellos})) or "unknown",
        profile,
        tuple(sorted({hello.facts.build for hello in hellos})),
        dict(platform.untestable) if platform else {},
        " and ".join(sorted({"granted" if each.facts.granted else "real" for each in hellos})),
        in_words(header.origin, header.tool) if header.origin else {},
    )


def _platform(name: str) -> Platform | None:
    """Return a platform that comes with this package. No path is made of a name: a device or a trace may have given it."""
    there = {path.stem: path for path in platforms_dir().glob("*.toml")}
    return read_platform(there[name]) if name in there else None
