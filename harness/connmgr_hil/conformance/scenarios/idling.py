"""Idle timeouts (REQ-IDLE), which exist from 4.3 on."""

from connmgr_hil.conformance.bench import V4, Bench
from connmgr_hil.conformance.scenario import scenario

UP_A = "connect(A) IF_ADMIN_UP(A) IF_UP(A)"
IDLE_A = "{CONN_IF_IDLE_TIMEOUT(A) disconnect(A)}"


def _idle(b: Bench, seconds: int) -> None:
    b.do("sim A mode sync")
    b.do(f"addr4 A add {V4}", "IPV4_ADDR_ADD(A)")
    b.do(f"idle A {seconds}")
    b.do("up A", f"{UP_A} L4_CONNECTED(A)")


@scenario("idle", "REQ-IDLE-001", "REQ-IDLE-003", needs=("autodown",), since="P43")
def goes_idle(b: Bench) -> None:
    """A non-persistent iface that nobody uses is disconnected after its idle timeout, and goes admin-down."""
    _idle(b, 2)
    b.wait(1.9)
    b.wait(0.2, f"{IDLE_A} IF_DOWN(A) {{L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}}")
    b.wait(5)
    b.state("A", admin=False)


@scenario("idle-persistent", "REQ-IDLE-001", "REQ-IDLE-003", needs=("autodown",), since="P43")
def idle_and_persistent(b: Bench) -> None:
    """A persistent iface stays admin-up when it was disconnected for idleness, and may connect again."""
    b.do("flag A PERSISTENT on")
    _idle(b, 2)
    b.wait(2.1, f"{IDLE_A} IF_DOWN(A) L4_DISCONNECTED(A)")
    b.do("flag A DISCONNECTING", value="0")
    b.state("A", admin=True, oper="dormant")
    b.do("connect A", "connect(A) IF_UP(A) L4_CONNECTED(A)")
    b.wait(2.1, f"{IDLE_A} IF_DOWN(A) L4_DISCONNECTED(A)")


@scenario("idle-used", "REQ-IDLE-002", needs=("autodown",), since="P43")
def use_restarts(b: Bench) -> None:
    """Use starts the idle timer anew, and only that of the iface which was used."""
    _idle(b, 2)
    b.wait(1.5)
    b.do("used A")
    b.wait(1.5)
    b.do("used B")
    b.wait(0.4)
    b.wait(0.2, f"{IDLE_A} IF_DOWN(A) {{L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}}")


@scenario("idle-settings", "REQ-IDLE-004", since="P43")
def idle_settings(b: Bench) -> None:
    """The idle timeout is 0 at first, each iface has its own, 0 disables, and an unbound iface has none."""
    b.do("idle A", value="0")
    b.do("idle A 7")
    b.do("idle A", value="7")
    b.do("idle B", value="0")
    b.do("idle A 0")
    b.do("idle U 3", rc="-ENOTSUP")
    b.do("idle U", value="0")
    b.do("used U")
    b.do("sim A mode sync")
    b.do("up A", UP_A)
    b.do("used A")
    b.wait(10)


@scenario("idle-late", "REQ-IDLE-005", needs=("autodown",), since="P43")
def set_while_connected(b: Bench) -> None:
    """Setting the idle timeout of a connected iface does nothing before the next use or oper-up."""
    b.do("sim A mode sync")
    b.do("up A", UP_A)
    b.do("idle A 1")
    b.ask("advance 3000000")
    if not b.take():
        b.quirk("REQ-IDLE-005")
    b.do("used A")
    b.wait(0.9)
    b.wait(0.2, f"{IDLE_A} IF_DOWN(A) IF_ADMIN_DOWN(A)")


@scenario("idle-shortened", "REQ-IDLE-005", since="P43")
def changed_while_it_runs(b: Bench) -> None:
    """A new idle timeout does not touch the timer that runs."""
    b.do("flag A PERSISTENT on")
    b.do("sim A mode sync")
    b.do("idle A 3")
    b.do("up A", UP_A)
    b.do("idle A 1")
    b.wait(2.9)
    b.wait(0.2, f"{IDLE_A} IF_DOWN(A)")


@scenario("idle-down", "REQ-IDLE-001", needs=("autodown",), since="P43")
def no_idleness_when_down(b: Bench) -> None:
    """Going down cancels the idle timer of a non-persistent iface; coming up starts it afresh."""
    _idle(b, 2)
    b.wait(1.5)
    b.do("down A", "IF_ADMIN_DOWN(A) IF_DOWN(A) L4_DISCONNECTED(A)")
    b.wait(3)
    b.do("up A", "connect(A) IF_ADMIN_UP(A) IF_UP(A) L4_CONNECTED(A)")
    b.wait(1.9)
    b.wait(0.2, f"{IDLE_A} IF_DOWN(A) {{L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}}")


@scenario("idle-while-reconnecting", "REQ-IDLE-001", "REQ-CTL-024", since="P43")
def idle_during_an_attempt(b: Bench) -> None:
    """The idle timer of a persistent iface goes on after a loss, and ends the attempt to reconnect."""
    b.do("flag A PERSISTENT on")
    b.do("idle A 2")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(0.5, "IF_UP(A)")
    b.do("sim A mode never")
    b.do("lose A", "IF_DOWN(A)")
    b.wait(1.5)
    b.wait(0.2, IDLE_A)
    b.counters("A", attempts=2, disconnect=1)
    b.state("A", admin=True, oper="dormant")
    b.wait(5)


@scenario("idle-two", "REQ-IDLE-002", "REQ-CTL-041", needs=("autodown",), since="P43")
def two_idle_timers(b: Bench) -> None:
    """Each iface has its own idle timer."""
    for letter, seconds in (("A", 1), ("B", 2)):
        b.do(f"sim {letter} mode sync")
        b.do(f"idle {letter} {seconds}")
        b.do(f"up {letter}", f"connect({letter}) IF_ADMIN_UP({letter}) IF_UP({letter})")
    b.wait(1.5, f"{IDLE_A} IF_DOWN(A) IF_ADMIN_DOWN(A)")
    b.wait(1, "{CONN_IF_IDLE_TIMEOUT(B) disconnect(B)} IF_DOWN(B) IF_ADMIN_DOWN(B)")


@scenario("idle-no-init", "REQ-IDLE-006", needs=("E", "autodown"), since="P43")
def without_init_callback(b: Bench) -> None:
    """An implementation without init callback survives oper-up and auto-down with an idle timeout set.

    Upstream's idle timer of such a binding was never initialised: the device dies when it runs out, so
    the iface goes down before that.
    """
    b.do("idle E 5")
    b.do("up E", "IF_ADMIN_UP(E) IF_UP(E)")
    b.wait(1)
    b.do("used E")
    b.do("dormant E on", "IF_DOWN(E) IF_ADMIN_DOWN(E)")
    b.wait(10)
    b.state("E", admin=False)
