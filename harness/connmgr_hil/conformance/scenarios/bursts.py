"""Changes faster than they are processed: bursts, hooks, storms (specification 3.7 and 4.6)."""

from connmgr_hil.conformance.bench import V4, V4B, V6, Bench
from connmgr_hil.conformance.scenario import scenario


@scenario("burst-down-up", "REQ-EVT-001", "REQ-EVT-010")
def down_up(b: Bench) -> None:
    """down and up of a ready iface in one burst: both changes are seen, after the iface events."""
    b.ready("U")
    b.do(
        "burst down U ; up U",
        "IF_ADMIN_DOWN(U) IF_DOWN(U) IF_ADMIN_UP(U) IF_UP(U) L4_DISCONNECTED(U) L4_CONNECTED(U)",
    )
    b.check()


@scenario("burst-no-change", "REQ-IGN-017", "REQ-EVT-001")
def coalesced(b: Bench) -> None:
    """Changes that cancel out before the monitor runs raise no L4 event."""
    b.ready("U")
    b.do("burst ignore U ; watch U")
    b.do(f"burst addr4 U del {V4} ; addr4 U add {V4}", "IPV4_ADDR_DEL(U) IPV4_ADDR_ADD(U)")
    b.ask("ignore V")
    b.ready("V", V4B)
    b.do("burst ignore U ; watch V")
    b.check()


@scenario("burst-dormant", "REQ-EVT-010")
def dormant_blip(b: Bench) -> None:
    """dormant on and off in one burst, unbound: down and up are both reported."""
    b.ready("U")
    b.do(
        "burst dormant U on ; dormant U off",
        "IF_DOWN(U) IF_UP(U) L4_DISCONNECTED(U) L4_CONNECTED(U)",
    )


@scenario("burst-class-order", "REQ-EVT-002", since="P37")
def family_order(b: Bench) -> None:
    """Over several passes the order of the classes may be broken."""
    b.families = True
    b.ready("U")
    b.ready("U", V6)
    b.ask(f"burst addr4 U del {V4} ; addr6 U del {V6}")
    lost = [mark.name for mark in b.take() if mark.name.startswith("L4")]
    b.require(len(lost) == 3, "all three classes are lost", " ".join(lost))


@scenario("burst-disconnect-connect", "REQ-CTL-049", needs=("autodown",))
def disconnect_connect(b: Bench) -> None:
    """disconnect directly followed by connect destroys the new connection (non-persistent)."""
    b.do("sim A mode sync")
    b.do("flag A NO_AUTO_CONNECT on")
    b.do(f"addr4 A add {V4}", "IPV4_ADDR_ADD(A)")
    b.do("connect A", "{IF_ADMIN_UP(A) connect(A)} IF_UP(A) L4_CONNECTED(A)")
    b.ask("burst disconnect A ; connect A")
    b.require(b.statuses() == ["0", "0"], "both calls return 0", str(b.statuses()))
    b.take()
    if not b.state("A").admin:
        b.quirk("REQ-CTL-049")
    b.check()


@scenario("burst-disconnect-connect-persistent", "REQ-CTL-049", needs=("autodown",))
def disconnect_connect_persistent(b: Bench) -> None:
    """The same on a persistent iface ends connected."""
    b.do("sim A mode sync")
    b.do("flag A NO_AUTO_CONNECT on")
    b.do("flag A PERSISTENT on")
    b.do("connect A", "{IF_ADMIN_UP(A) connect(A)} IF_UP(A)")
    b.ask("burst disconnect A ; connect A")
    b.take()
    b.state("A", admin=True, oper="up")


@scenario("burst-endless-connects", "REQ-EVT-020", needs=("autodown",))
def livelock(b: Bench) -> None:
    """The same with auto-connect: up to 4.1 an endless loop of connects."""
    b.do("sim A mode sync")
    b.do("up A", "connect(A) IF_ADMIN_UP(A) IF_UP(A)")
    b.ask("burst disconnect A ; connect A")
    if len(b.take()) > 20:
        b.quirk("REQ-EVT-020")


@scenario("burst-loss", "REQ-AUTO-024", needs=("autodown",))
def blip(b: Bench) -> None:
    """A loss that is over before it is processed: the iface ends admin-down although the link is back."""
    b.do("sim A mode sync")
    b.do("up A", "connect(A) IF_ADMIN_UP(A) IF_UP(A)")
    b.ask("burst dormant A on ; dormant A off")
    b.take()
    if not b.state("A").admin:
        b.quirk("REQ-AUTO-024")


@scenario("listener-reconnects", "REQ-EVT-020", needs=("autodown", "queue64"))
def listener_reconnects(b: Bench) -> None:
    """A listener that disconnects and connects in its L4_CONNECTED handler, all else by default."""
    b.do("sim A mode sync")
    b.do(f"addr4 A add {V4}", "IPV4_ADDR_ADD(A)")
    b.do("hook L4_CONNECTED A 1 burst disconnect A ; connect A")
    b.ask("up A")
    if len(b.take()) > 20:
        b.quirk("REQ-EVT-020")


@scenario("queue-overflow", "REQ-MON-038", needs=("queue5",))
def overflow(b: Bench) -> None:
    """More changes inside a callback than the event queue holds: events are lost, the monitor stays behind."""
    b.do("hook L4_CONNECTED U 1 burst down U ; up U ; up V ; addr4 V add 192.0.2.2 ; down V ; up V")
    b.ask("up U")
    b.ask(f"addr4 U add {V4}")
    b.ask("advance 1000000")
    state = b.state("V")
    if state.admin and "u" not in state.monitor:
        b.quirk("REQ-MON-038")
