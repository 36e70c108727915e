"""When connect and disconnect are accepted, and what later releases added."""

from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.scenario import scenario

from .control import UP_A, connects_at_once


@scenario("admin-up-fails", "REQ-CTL-006", "REQ-CTL-052", needs=("S",))
def stubborn_l2(b: Bench) -> None:
    """If admin-up fails, connect returns that and calls nobody; also when the L2 answers a positive status."""
    b.manual("S")
    b.do("l2-enable S -7")
    b.do("connect S", rc="-E2BIG")
    b.state("S", admin=False)
    b.do("l2-enable S 5")
    reply = b.ask("connect S")
    if reply.status == "5":
        b.quirk("REQ-CTL-052")
    b.take()
    b.state("S", admin=True)
    b.counters("S", connect=0)


@scenario("disconnect-fails-then-loss", "REQ-CTL-046", needs=("autodown",), since="P42")
def failed_disconnect_intent(b: Bench) -> None:
    """A failed disconnect should not make the next loss of a persistent iface count as intended."""
    connects_at_once(b)
    b.do("flag A PERSISTENT on")
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.do("sim A disconnect_rc -5")
    b.do("disconnect A", "disconnect(A)", rc="-EIO")
    b.ask("lose A")
    marks = [mark.name for mark in b.take()]
    if "IF_ADMIN_DOWN" in marks:
        b.quirk("REQ-CTL-046")


@scenario("intent-cleared", "REQ-CTL-047", needs=("autodown",), since="P42")
def connect_clears_intent(b: Bench) -> None:
    """A connect clears the intent mark of a disconnect during an attempt."""
    b.do("flag A PERSISTENT on")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.do("disconnect A", "disconnect(A)")
    b.do("connect A", "connect(A)")
    b.wait(0.5, "IF_UP(A)")
    b.do("lose A", "IF_DOWN(A)")
    b.wait(0.5, "IF_UP(A)")
    b.state("A", admin=True)


@scenario("no-configuration", "REQ-CTL-050", since="P45")
def nothing_to_connect_with(b: Bench) -> None:
    """Without configuration connect is refused and says so; a persistent iface tries all the same."""
    b.do("flag A NO_AUTO_CONNECT on")
    b.do("sim A configured 0")
    b.do("connect A", "CONN_IF_NO_CONFIGURATION(A)", rc="-EAGAIN")
    b.state("A", admin=False)
    b.counters("A", connect=0)
    b.do("flag A PERSISTENT on")
    b.do("connect A", "{IF_ADMIN_UP(A) connect(A)}")
    b.do("disconnect A", "disconnect(A)")
    b.do("flag A PERSISTENT off")
    b.do("sim A configured 1")
    b.do("connect A", "connect(A)")
    b.wait(0.5, "IF_UP(A)")
