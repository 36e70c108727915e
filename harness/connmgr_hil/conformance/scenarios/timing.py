"""Timeouts and attempts over time (REQ-CTL-019 … 025, REQ-IMP)."""

from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.scenario import scenario


@scenario("no-timeout", "REQ-CTL-020", "REQ-IMP-017")
def without_timeout(b: Bench) -> None:
    """Without a timeout an attempt goes on for as long as it takes."""
    b.do("sim A delay_ms 60000")
    b.do("flag A PERSISTENT on")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(59)
    b.wait(2, "IF_UP(A)")
    b.wait(5)


@scenario("success-in-time", "REQ-CTL-021")
def success_before_timeout(b: Bench) -> None:
    """After success no TIMEOUT comes, and the iface stays connected."""
    b.do("sim A delay_ms 300")
    b.do("timeout A 1")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(0.8, "IF_UP(A)")
    b.wait(3)
    b.state("A", admin=True, oper="up")


@scenario("sub-attempts", "REQ-CTL-023")
def keeps_trying(b: Bench) -> None:
    """A non-persistent iface keeps trying through failing sub-attempts until it is connected."""
    b.do("sim A fails 5")
    b.do("sim A delay_ms 500")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(2.9)
    b.wait(0.7, "IF_UP(A)")
    b.counters("A", attempts=1)


@scenario("timeout-again", "REQ-CTL-019", "REQ-IMP-009", "REQ-CTL-022")
def three_timeouts(b: Bench) -> None:
    """Three attempts that time out raise three TIMEOUTs, and each has its full time."""
    b.do("flag A NO_AUTO_DOWN on")
    b.do("sim A mode never")
    b.do("timeout A 2")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    for attempt in range(3):
        if attempt:
            b.do("connect A", "connect(A)")
        b.wait(1.9)
        b.wait(0.7, "CONN_IF_TIMEOUT(A)")
        b.wait(3)
    b.counters("A", timeouts=3, attempts=3)


@scenario("connected-connect", "REQ-IMP-006")
def connect_when_connected(b: Bench) -> None:
    """connect of a connected iface does not disturb it, not even when the timeout has passed."""
    b.do("timeout A 3")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(1, "IF_UP(A)")
    b.do("connect A", "connect(A)")
    b.wait(10)
    b.state("A", oper="up")


@scenario("no-reconnect", "REQ-CTL-018", "REQ-IMP-004")
def no_reconnect_after_disconnect(b: Bench) -> None:
    """Neither a loss without persistence nor a disconnect with it leads to a new attempt."""
    b.manual("A")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("connect A", "connect(A)")
    b.wait(0.5, "IF_UP(A)")
    b.do("lose A", "IF_DOWN(A)")
    b.wait(5)
    b.do("flag A PERSISTENT on")
    b.do("connect A", "connect(A)")
    b.wait(0.5, "IF_UP(A)")
    b.do("disconnect A", "disconnect(A) IF_DOWN(A)")
    b.wait(5)
    b.counters("A", attempts=2)


@scenario("slow-teardown", "REQ-EVT-019", "REQ-CTL-013")
def slow_teardown(b: Bench) -> None:
    """disconnect returns before a slow teardown has ended; oper-down comes then."""
    b.do("flag A NO_AUTO_DOWN on")
    b.do("sim A mode sync")
    b.do("sim A teardown_ms 400")
    b.do("up A", "connect(A) IF_ADMIN_UP(A) IF_UP(A)")
    b.do("disconnect A", "disconnect(A)")
    b.state("A", oper="up")
    b.wait(0.3)
    b.wait(0.7, "IF_DOWN(A)")


@scenario("connect-in-teardown", "REQ-CTL-013", "REQ-CTL-011")
def connect_during_teardown(b: Bench) -> None:
    """connect during a slow teardown: it is brought to its end, then the new connection comes up."""
    b.manual("A")
    b.do("sim A mode sync")
    b.do("sim A teardown_ms 400")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("connect A", "connect(A) IF_UP(A)")
    b.do("disconnect A", "disconnect(A)")
    b.wait(0.1)
    b.do("connect A", "connect(A) IF_DOWN(A) IF_UP(A)")
    b.wait(1)
    b.state("A", oper="up")


@scenario("up-in-teardown", "REQ-AUTO-018", "REQ-AUTO-001", needs=("autodown",), until="P37")
def up_during_teardown(b: Bench) -> None:
    """up before a slow teardown has ended: connected again, whose oper-down is seen after the up is done."""
    b.do("sim A teardown_ms 300")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(0.2, "IF_UP(A)")
    b.do("disconnect A", "disconnect(A) IF_ADMIN_DOWN(A) IF_DOWN(A)")
    b.do("up A", "connect(A) IF_ADMIN_UP(A) IF_UP(A) IF_DOWN(A) IF_ADMIN_DOWN(A)")
    b.counters("A", connect=2)


@scenario("stale-association", "REQ-CTL-017")
def association_of_a_cancelled_attempt(b: Bench) -> None:
    """What was left of an attempt that was cancelled does not bring the next one to success."""
    b.manual("A")
    b.do("sim A delay_ms 300")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("connect A", "connect(A)")
    b.wait(0.1)
    b.do("disconnect A", "disconnect(A)")
    b.do("sim A mode never")
    b.do("connect A", "connect(A)")
    b.wait(2)
    b.state("A", oper="dormant")


@scenario("stale-timeout", "REQ-CTL-021", "REQ-CTL-020")
def timeout_of_an_earlier_attempt(b: Bench) -> None:
    """The timeout of an attempt that succeeded does not end a later one that has none."""
    b.manual("A")
    b.do("flag A PERSISTENT on")
    b.do("timeout A 2")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("connect A", "connect(A)")
    b.wait(0.5, "IF_UP(A)")
    b.do("timeout A 0")
    b.do("sim A mode never")
    b.do("lose A", "IF_DOWN(A)")
    b.wait(5)
    b.counters("A", attempts=2, timeouts=0)


@scenario("stale-fatal", "REQ-CTL-028", "REQ-CTL-020")
def rest_of_an_abandoned_attempt(b: Bench) -> None:
    """What was left of an attempt that a fatal error ended, its association and its timeout, touches no later one."""
    b.manual("A")
    b.do("sim A delay_ms 900")
    b.do("timeout A 2")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("connect A", "connect(A)")
    b.wait(0.5)
    b.do("fatal A", "CONN_IF_FATAL_ERROR(A)")
    b.do("sim A mode never")
    b.do("timeout A 0")
    b.do("connect A", "connect(A)")
    b.wait(5)
    b.counters("A", attempts=2, timeouts=0)


@scenario("stale-timeout-sync", "REQ-CTL-021", "REQ-CTL-020")
def timeout_of_an_attempt_that_succeeds_at_once(b: Bench) -> None:
    """An attempt that succeeds within the call leaves no timeout, and nothing to associate later."""
    b.manual("A")
    b.do("flag A PERSISTENT on")
    b.do("sim A mode sync")
    b.do("timeout A 2")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("connect A", "connect(A) IF_UP(A)")
    b.do("timeout A 0")
    b.do("sim A mode never")
    b.do("lose A", "IF_DOWN(A)")
    b.wait(5)
    b.counters("A", attempts=2, timeouts=0)


@scenario("early-connect", "REQ-IMP-011", needs=("boot",))
def connect_first_thing(b: Bench) -> None:
    """A connect at the first possible moment is accepted and carried out."""
    b.do("flag A NO_AUTO_CONNECT on")
    b.do("connect A", "{IF_ADMIN_UP(A) connect(A)}")
    b.wait(0.5, "IF_UP(A)")


@scenario("oper-down-until-connected", "REQ-IMP-001")
def association_withheld(b: Bench) -> None:
    """While the association is held back the iface is not oper-up."""
    b.do("sim A mode never")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(30)
    b.state("A", admin=True, oper="dormant")


@scenario("timeout-then-success", "REQ-CTL-019", "REQ-IMP-005")
def unusable_network(b: Bench) -> None:
    """A network that cannot be used leads to TIMEOUT, not to a fatal error; later success is possible."""
    b.do("flag A NO_AUTO_DOWN on")
    b.do("sim A mode never")
    b.do("timeout A 5")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(4.9)
    b.wait(0.7, "CONN_IF_TIMEOUT(A)")
    b.do("sim A mode async")
    b.do("connect A", "connect(A)")
    b.wait(0.5, "IF_UP(A)")
    b.wait(6)


@scenario("timeouts-apart", "REQ-IMP-003", "REQ-CTL-041")
def timers_apart(b: Bench) -> None:
    """The timeouts of two ifaces run apart."""
    b.manual("A", "B")
    for letter, seconds in (("A", 1), ("B", 3)):
        b.do(f"sim {letter} mode never")
        b.do(f"timeout {letter} {seconds}")
        b.do(f"up {letter}", f"IF_ADMIN_UP({letter})")
        b.do(f"connect {letter}", f"connect({letter})")
    b.wait(1.7, "CONN_IF_TIMEOUT(A)")
    b.do("disconnect A", "disconnect(A)")
    b.wait(1.1)
    b.wait(1, "CONN_IF_TIMEOUT(B)")
