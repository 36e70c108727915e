"""Scenarios: readable checks, written once and run on every target."""

from collections.abc import Callable
from dataclasses import dataclass

from connmgr_hil.model import Profile
from connmgr_hil.vocabulary.errors import HarnessError
from connmgr_hil.vocabulary.facts import ROLES, Hello, IfaceFacts

from .bench import Bench
from .requirements import ORDER, requirements

Body = Callable[[Bench], None]


@dataclass(frozen=True)
class Scenario:
    """One scenario: what it shows (`requirements`), what it needs, and how it goes.

    `needs` are role letters and features: `dad`, `no-dad`, `queue5`, `queue64`, `autodown`, `no-autodown`,
    `boot-trap`, `boot-ready`.
    """

    name: str
    title: str
    requirements: tuple[str, ...]
    body: Body
    needs: tuple[str, ...] = ()
    since: str = "P34"
    until: str = "P26"

    def obstacle(self, hello: Hello, ifaces: tuple[IfaceFacts, ...], profile: Profile) -> str:
        """Return why this scenario cannot run on a device, or an empty string."""
        place = ORDER.index(profile.name)
        if place < ORDER.index(self.since):
            return f"needs profile {self.since} or later; this device has {profile.name}"
        if place > ORDER.index(self.until):
            return f"is about profiles up to {self.until}; this device has {profile.name}"
        names = {facts.name for facts in ifaces}
        features = {
            "dad": (hello.dad, "a build with duplicate address detection (variant dad)"),
            "no-dad": (not hello.dad, "a build without duplicate address detection"),
            "queue5": (hello.queue == 5, "an event queue of length 5 (variant queue5)"),
            "queue64": (hello.queue >= 64, "an event queue of length 64 or more"),
            "autodown": (hello.autodown, "a build with automatic admin-down"),
            "boot-trap": (
                any(facts.auto and facts.dormant_in_init for facts in ifaces),
                "a build that sets dormant in the implementation's init (variant dormant_in_init)",
            ),
            "no-boot-trap": (
                not any(facts.auto and facts.dormant_in_init for facts in ifaces),
                "a build that sets dormant in the iface's init",
            ),
            "boot-ready": (
                any(facts.auto and not facts.bound for facts in ifaces),
                "a build in which an iface is ready at start (variant boot_ready)",
            ),
            "no-boot-ready": (
                not any(facts.auto and not facts.bound for facts in ifaces),
                "a build in which no iface is ready at start",
            ),
            "no-autodown": (not hello.autodown, "a build without automatic admin-down"),
        }
        for need in self.needs:
            if need in ROLES:
                if ROLES[need] not in names:
                    return f"needs iface {ROLES[need]} (role {need})"
                continue
            there, what = features[need]
            if not there:
                return f"needs {what}"
        return ""


_REGISTRY: dict[str, Scenario] = {}


def scenario(
    name: str,
    *requirement_ids: str,
    needs: tuple[str, ...] = (),
    since: str = "P34",
    until: str = "P26",
) -> Callable[[Body], Body]:
    """Register a function as a scenario; the first line of its docstring is the title."""

    def register(body: Body) -> Body:
        ids = tuple(f"REQ-{each}" for each in requirement_ids)
        unknown = [each for each in ids if each not in requirements()]
        if unknown or name in _REGISTRY or not body.__doc__:
            raise HarnessError(f"scenario {name!r} with known requirements, once", str(unknown))
        title = body.__doc__.splitlines()[0].rstrip(".")
        usual = tuple(
            f"no-{each}" for each in ("dad", "boot-trap", "boot-ready") if each not in needs
        )
        _REGISTRY[name] = Scenario(name, title, ids, body, (*usual, *needs), since, until)
        return body

    return register


def registered() -> dict[str, Scenario]:
    """Return all scenarios by name, in the order in which they stand in the files."""
    from . import scenarios  # noqa: F401, PLC0415  (importing them registers them)

    return dict(_REGISTRY)
