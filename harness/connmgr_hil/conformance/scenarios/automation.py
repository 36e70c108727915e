"""Automatic connect and automatic admin-down (REQ-AUTO)."""

from connmgr_hil.conformance.bench import V4, Bench
from connmgr_hil.conformance.scenario import scenario

UP_A = "IF_ADMIN_UP(A) IF_UP(A)"


@scenario("no-auto-connect", "REQ-AUTO-002", "REQ-AUTO-005")
def no_auto_connect(b: Bench) -> None:
    """NO_AUTO_CONNECT prevents automatic connect; clearing it later does not connect."""
    b.do("flag A NO_AUTO_CONNECT on")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.wait(1)
    b.do("flag A NO_AUTO_CONNECT off")
    b.wait(1)
    b.counters("A", connect=0)


@scenario("auto-connect-fails", "REQ-AUTO-004")
def auto_connect_fails(b: Bench) -> None:
    """An error of automatic connect is only logged: the iface stays admin-up, nobody tries again."""
    b.do("sim A connect_rc -5")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(3)
    b.state("A", admin=True, oper="dormant")
    b.counters("A", connect=1, attempts=0)


@scenario("no-auto-down", "REQ-AUTO-015")
def no_auto_down(b: Bench) -> None:
    """NO_AUTO_DOWN holds for loss, timeout, fatal error and disconnect."""
    b.do("flag A NO_AUTO_DOWN on")
    b.do("sim A mode sync")
    b.do("up A", f"connect(A) {UP_A}")
    b.do("lose A", "IF_DOWN(A)")
    b.do("connect A", "connect(A) IF_UP(A)")
    b.do("disconnect A", "disconnect(A) IF_DOWN(A)")
    b.do("sim A mode never")
    b.do("timeout A 1")
    b.do("connect A", "connect(A)")
    b.wait(1.6, "CONN_IF_TIMEOUT(A)")
    b.do("fatal A", "CONN_IF_FATAL_ERROR(A)")
    b.state("A", admin=True)


@scenario("one-of-two-down", "REQ-AUTO-017", needs=("autodown",))
def flag_of_one(b: Bench) -> None:
    """NO_AUTO_DOWN of one iface does not protect another."""
    b.do("flag A NO_AUTO_DOWN on")
    for letter in ("A", "B"):
        b.do(f"sim {letter} mode sync")
        b.do(f"up {letter}", f"connect({letter}) IF_ADMIN_UP({letter}) IF_UP({letter})")
    b.do("lose A", "IF_DOWN(A)")
    b.do("lose B", "IF_DOWN(B) IF_ADMIN_DOWN(B)")
    b.state("A", admin=True)
    b.state("B", admin=False)


@scenario("up-again", "REQ-AUTO-018", needs=("autodown",))
def up_after_auto_down(b: Bench) -> None:
    """After automatic admin-down, up connects again."""
    b.do("sim A mode sync")
    b.do("up A", f"connect(A) {UP_A}")
    b.do("lose A", "IF_DOWN(A) IF_ADMIN_DOWN(A)")
    b.do("up A", f"connect(A) {UP_A}")
    b.counters("A", connect=2)


@scenario("persistence-changed", "REQ-CTL-027", needs=("autodown",))
def persistence_while_connected(b: Bench) -> None:
    """Persistence that is changed while connected applies to the next loss."""
    b.do("sim A mode sync")
    b.do("up A", f"connect(A) {UP_A}")
    b.do("flag A PERSISTENT on")
    b.do("lose A", "IF_DOWN(A)")
    b.wait(0.5, "IF_UP(A)")
    b.do("flag A PERSISTENT off")
    b.do("lose A", "IF_DOWN(A) IF_ADMIN_DOWN(A)")


@scenario("loss-from-outside", "REQ-AUTO-008", needs=("autodown",))
def loss_from_outside(b: Bench) -> None:
    """A loss that somebody else reports (dormant set from outside) takes the iface admin-down too."""
    b.do("sim A mode sync")
    b.do(f"addr4 A add {V4}", "IPV4_ADDR_ADD(A)")
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.do("dormant A on", "IF_DOWN(A) {L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}")


@scenario("no-auto-if-down", "REQ-AUTO-016", needs=("no-autodown",))
def switched_off(b: Bench) -> None:
    """With the Kconfig switch off nothing takes an iface admin-down."""
    b.do("sim A mode sync")
    b.do("up A", f"connect(A) {UP_A}")
    b.do("lose A", "IF_DOWN(A)")
    b.do("connect A", "connect(A) IF_UP(A)")
    b.do("disconnect A", "disconnect(A) IF_DOWN(A)")
    b.do("connect A", "connect(A) IF_UP(A)")
    b.do("fatal A", "IF_DOWN(A) CONN_IF_FATAL_ERROR(A)")
    b.do("raise CONN_IF_TIMEOUT A", "CONN_IF_TIMEOUT(A)")
    b.state("A", admin=True)
