"""What a test needs of a device, so that it is skipped where that is not there."""

from collections.abc import Iterable

from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.requirements import ORDER
from connmgr_hil.conformance.scenario import RIG, Scenario
from connmgr_hil.conformance.session import Session
from connmgr_hil.model.profiles import current_name
from connmgr_hil.targets import Platform
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.facts import REAL, ROLES

FEATURES = (
    *("dad", "no-dad", "queue5", "queue64", "autodown", "no-autodown"),
    *("boot-trap", "no-boot-trap", "boot-ready", "no-boot-ready", "deprecates"),
    *("stock", "events", "R-bound", "ipv4", "ipv6"),
)
GRANTED = "granted-time"
NEEDS = (*ROLES, REAL, *FEATURES, *RIG, GRANTED)
"""All that may be needed: iface roles, features of build and rig, and time that stands still."""


def obstacle(
    session: Session, needs: Iterable[str], *, since: str = ORDER[0], until: str = ORDER[-1]
) -> str:
    """Return why a device does not offer what is needed, or an empty string.

    `since` and `until` are profiles (P34 … P45). Raises `UsageError` listing the valid values for a
    need or profile that does not exist.
    """
    wanted = tuple(needs)
    _known("something that a test may need", wanted, NEEDS)
    since, until = current_name(since), current_name(until)
    _known("a profile", (since, until), ORDER)
    if GRANTED in wanted and not session.facts.granted:
        return "needs granted time; this device's time goes by itself"
    rest = tuple(need for need in wanted if need != GRANTED)
    asking = Scenario("", "", (), _nothing, rest, since, until)
    return asking.obstacle(session.facts, session.ifaces, session.profile, session.target)


def untestable(platform: Platform, requirements: Iterable[str]) -> str:
    """Return why one of these requirements cannot be tested on a platform, or an empty string."""
    return next(
        (
            f"{each} cannot be tested on {platform.name}: {platform.untestable[each]}"
            for each in requirements
            if each in platform.untestable
        ),
        "",
    )


def _known(what: str, given: tuple[str, ...], valid: tuple[str, ...]) -> None:
    for each in given:
        if each not in valid:
            raise UsageError(what, repr(each), "valid: " + ", ".join(valid))


def _nothing(bench: Bench) -> None:
    """Do nothing: only the needs of this scenario are of interest."""
