"""The requirements as data: the specification's sentences, and the releases that they apply to."""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Literal, get_args

import msgspec
from msgspec import structs

ProfileName = Literal["P34", "P37", "P42", "P43", "P44", "P45"]
ORDER: tuple[str, ...] = get_args(ProfileName)
"""The profiles, oldest first."""


class Requirement(msgspec.Struct, frozen=True):
    """One requirement of the specification.

    `kind` is N (normative), B (behaviour fixed by code), Q (known quirk) or R (robustness).
    `since` is the first profile that has it.
    """

    id: str
    sentence: str
    kind: Literal["N", "B", "Q", "R"] = msgspec.field(name="class")
    since: ProfileName
    source: str
    stimulus: str
    observe: str
    implementation: str
    evidence: str

    @property
    def place(self) -> str:
        """Where in Zephyr it stands, in words."""
        parts = (part.partition(':"') for part in self.source.split(", "))
        told = []
        for name, quoted, section in parts:
            place = f"Zephyr's issue {name[1:]}" if name.startswith("I#") else _PLACES[name]
            told.append(f'{place}, section "{section}' if quoted else place)
        return "; ".join(told)

    @property
    def link(self) -> str:
        """The section of Zephyr's documentation that it comes from, as an address; empty if it has another source."""
        name, _, section = self.source.partition(", ")[0].partition(":")
        if name not in _PAGES:
            return ""
        anchor = re.sub(r"[^a-z0-9]+", "-", section.lower()).strip("-")
        return f"{_DOCUMENTATION}/{_PAGES[name]}{anchor and '#'}{anchor}"

    @property
    def in_every_run(self) -> bool:
        """Whether each run that comes to its end shows it, whatever it is about."""
        return self.stimulus == "any command"

    def applies_to(self, profile: str) -> bool:
        """Tell whether a device of this profile has to do with this requirement."""
        return ORDER.index(self.since) <= ORDER.index(profile)


_DOCUMENTATION = "https://docs.zephyrproject.org/4.2.0/connectivity/networking/conn_mgr"
_PAGES = {"S": "main.html", "G": "implementation.html"}
_PLACES = {
    "S": "documentation of the Connection Manager",
    "G": "documentation, guidelines for implementers",
    "hdr": "include/zephyr/net/conn_mgr_*.h",
    "C:monitor": "subsys/net/conn_mgr/conn_mgr_monitor.c",
    "C:conn": "subsys/net/conn_mgr/conn_mgr_connectivity.c",
    "C:evh": "subsys/net/conn_mgr/events_handler.c",
    "C:priv": "subsys/net/conn_mgr/conn_mgr_private.h",
    "C:cm.c": "subsys/net/lib/shell/cm.c",
    "C:net_if": "subsys/net/ip/net_if.c",
    "C:net_mgmt": "subsys/net/ip/net_mgmt.c",
    "net_if": "subsys/net/ip/net_if.c",
    "events": "include/zephyr/net/net_event.h",
    "tests": "Zephyr's own tests",
    "design": "the design of the Connection Manager",
    "any": "what any firmware owes",
}
"""What the short names of sources stand for."""


class _Requirements(msgspec.Struct, frozen=True):
    requirement: tuple[Requirement, ...]


@cache
def requirements() -> dict[str, Requirement]:
    """Return all requirements by their id, in the specification's order."""
    text = resources.files(__package__).joinpath("requirements.toml").read_text(encoding="utf-8")
    decoded = msgspec.convert(tomllib.loads(text), _Requirements)
    known: dict[str, Requirement] = {}
    source = ""
    for each in decoded.requirement:
        source = each.source.replace("same", source) if source else each.source
        known[each.id] = structs.replace(each, source=source)
    return known
