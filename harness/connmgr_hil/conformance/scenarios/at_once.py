"""Two calls at once, each in a context of its own: each is carried out whole, in an order that their locks allow."""

from collections.abc import Iterator
from itertools import permutations

from connmgr_hil.conformance.bench import V4, Bench
from connmgr_hil.conformance.scenario import scenario
from connmgr_hil.vocabulary.stimuli import SIDES


def _pairs() -> Iterator[str]:
    for first, second in permutations(SIDES, 2):
        yield f"both 0 {first} {second}"


def _statuses(b: Bench, command: str) -> list[str]:
    b.ask(command)
    seen = sorted(b.statuses())
    b.take()
    return seen


@scenario("at-once-up", "REQ-LIFE-002", "REQ-EVT-008", needs=("both",))
def two_up(b: Bench) -> None:
    """The same iface is taken admin-up, and admin-down, twice at once: one call does it, the other is told so."""
    for pair in _pairs():
        for change in ("up", "down"):
            seen = _statuses(b, f"{pair} {change} U ; {change} U")
            b.require(seen == ["-EALREADY", "0"], "0 and -EALREADY", f"{pair}: {seen}")
    b.check()


@scenario("at-once-two-ifaces", "REQ-LIFE-002", "REQ-MON-002", needs=("both",))
def two_ifaces(b: Bench) -> None:
    """Two ifaces are taken admin-up at once, and admin-down: neither call waits for the other for ever."""
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U)")
    for pair in _pairs():
        for change in ("up", "down"):
            seen = _statuses(b, f"{pair} {change} U ; {change} V")
            b.require(seen == ["0", "0"], "0 twice", f"{pair}: {seen}")
    b.check()


@scenario("at-once-connect", "REQ-LIFE-002", "REQ-CTL-041", needs=("both",))
def connect_and_disconnect(b: Bench) -> None:
    """connect and disconnect of one iface at once, and of one that is taken admin-down meanwhile."""
    b.do("flag A NO_AUTO_CONNECT on")
    for pair in _pairs():
        for commands in ("connect A ; disconnect A", "connect A ; down A", "connect A ; up A"):
            b.ask(f"{pair} {commands}")
            b.take()
            b.ask("down A")
            b.take()
    b.check()


@scenario("at-once-ignore", "REQ-LIFE-002", "REQ-IGN-008", needs=("both",))
def ignore_and_readiness(b: Bench) -> None:
    """The monitor is told to ignore an iface while its state changes, and asked for the status."""
    b.ready("U")
    for pair in _pairs():
        for commands in (
            "ignore U ; down U", "watch U ; up U", "ignore U ; resend", "watch U ; dormant U on",
            "resend ; dormant U off",
        ):  # fmt: skip
            b.ask(f"{pair} {commands}")
            b.take()
    b.check()
