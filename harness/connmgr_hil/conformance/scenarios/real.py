"""The board's own iface, or a user's: what it must do by cable, network and DHCP (REQ-IMP, REQ-MON-040).

Role R is the first iface that is none of the sample application's. What it does unprompted is judged by its
guarantees while these run, as it is beside all other scenarios.
"""

from connmgr_hil.conformance.bench import V4, Bench
from connmgr_hil.conformance.scenario import scenario

DHCP_SECONDS = 30.0
LINK_SECONDS = 10.0
GRACE_SECONDS = 2.0
SETTABLE = ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN")
NO_AUTO_CONNECT = 1 << SETTABLE.index("NO_AUTO_CONNECT")


def bring_up(b: Bench) -> None:
    """Take R admin-up with Zephyr's default settings, whatever its implementation prefers; it then connects."""
    state = b.state("R")
    if state.bound:
        for flag in SETTABLE:
            b.do(f"flag R {flag} off")
        b.do("timeout R 0")
    if not state.admin:
        b.ask("up R")
    elif state.bound and state.flags & NO_AUTO_CONNECT:
        b.ask("connect R")


def online(b: Bench) -> None:
    """Wait until R has an address; begin with what it does not do by itself.

    Where its network gives no address, the probe does.
    """
    if b.has_dhcp:
        if not b.state("R").a4:
            bring_up(b)
            b.until("IPV4_ADDR_ADD", "R", DHCP_SECONDS)
            b.until("L4_CONNECTED", "R", 1)
        return
    b.ask(f"addr{6 if ':' in b.address else 4} R add {b.address}")
    bring_up(b)
    if b.state("R").oper != "up":
        b.until("L4_CONNECTED", "R", DHCP_SECONDS)


@scenario("real-dhcp", "REQ-MON-040", needs=("boot", "R", "dhcp"))
def address_by_dhcp(b: Bench) -> None:
    """The address that DHCP gives makes the real iface ready: L4_CONNECTED follows."""
    if b.state("R").a4:
        b.require(any(e.name == "L4_CONNECTED" for e in b.booted), "L4_CONNECTED", "none at boot")
        return
    online(b)
    state = b.state("R", admin=True, oper="up")
    b.require("r" in state.monitor, "R is ready in the monitor's word", state.monitor)
    b.check()


@scenario("real-down-up", "REQ-MON-040", "REQ-MON-007", "REQ-EVT-008", needs=("R", "dhcp"))
def down_and_up(b: Bench) -> None:
    """Admin-down of the real iface ends L4 connectivity; admin-up brings it again."""
    online(b)
    b.ask("down R")
    names = [mark.name for mark in b.take()]
    b.require("L4_DISCONNECTED" in names, "L4_DISCONNECTED(R) after 'down R'", " ".join(names))
    bring_up(b)
    b.until("IF_UP", "R", LINK_SECONDS)
    b.until("L4_CONNECTED", "R", DHCP_SECONDS)
    b.check()


@scenario("real-ignored", "REQ-IGN-001", "REQ-IGN-005", needs=("R", "dhcp"))
def ignored_whileonline(b: Bench) -> None:
    """Ignoring the real iface while it is the only ready one raises L4_DISCONNECTED, watching it L4_CONNECTED."""
    online(b)
    b.take()
    b.do("ignore R", "L4_DISCONNECTED(R)")
    b.do("watch R", "L4_CONNECTED(R)")


@scenario("real-resend", "REQ-RSD-001", needs=("R", "dhcp"))
def resend_whileonline(b: Bench) -> None:
    """Resend tells that the real iface is connected."""
    online(b)
    b.take()
    b.do("resend", "L4_CONNECTED(R)")


@scenario("real-total", "REQ-MON-018", "REQ-MON-019", needs=("R", "U", "dhcp"))
def one_of_two(b: Bench) -> None:
    """While the real iface is ready a simulated one changes nothing; the last of both that goes does."""
    online(b)
    b.take()
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U)")
    b.do("down R", "IF_ADMIN_DOWN(R) IF_DOWN(R)")
    b.do("down U", "IF_ADMIN_DOWN(U) IF_DOWN(U) L4_DISCONNECTED(U)")


@scenario("real-bulk", "REQ-BULK-001", "REQ-BULK-004", needs=("R", "dhcp"))
def bulk_with_real(b: Bench) -> None:
    """Bulk down takes the real iface down with all others, bulk up brings it back."""
    online(b)
    b.take()
    b.ask("all down 0")
    b.state("R", admin=False)
    b.take()
    b.ask("all up 0")
    b.state("R", admin=True)
    b.ask("advance 1000000")
    b.check()


@scenario("real-bulk-ignored", "REQ-BULK-005", needs=("R",))
def bulk_skips_ignored_real(b: Bench) -> None:
    """With skip_ignored bulk calls leave the real iface alone."""
    before = b.state("R").admin
    b.ask("ignore R")
    b.ask("all down 1")
    b.state("R", admin=before)
    b.check()


@scenario(
    "real-cable", "REQ-MON-040", "REQ-MON-008", "REQ-MON-005", needs=("R", "link-down", "link-up")
)
def cable_out_and_in(b: Bench) -> None:
    """The cable out makes the real iface oper-down within two seconds; the cable in brings it back."""
    if b.state("R").oper != "up":
        bring_up(b)
        b.until("IF_UP", "R", LINK_SECONDS)
    if b.is_bound("R"):
        b.ask("flag R PERSISTENT on")
    b.take()
    b.stimulate("link-down")
    b.until("IF_DOWN", "R", LINK_SECONDS)
    if not b.is_bound("R"):
        b.state("R", carrier=False)  # an implementation may say so by dormant instead
    b.stimulate("link-up")
    b.until("IF_UP", "R", LINK_SECONDS)
    b.check()


@scenario("real-silent-loss", "REQ-MON-040", needs=("R", "dhcp", "loss-on", "loss-off"))
def silent_loss(b: Bench) -> None:
    """Packets that are lost change nothing: the Connection Manager knows the link, not what comes through."""
    online(b)
    b.take()
    b.stimulate("loss-on")
    b.wait(GRACE_SECONDS)
    b.state("R", oper="up")
    b.stimulate("loss-off")
    b.check()
