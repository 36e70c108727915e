"""Resend (REQ-RSD)."""

from connmgr_hil.conformance.bench import V4, V4B, Bench
from connmgr_hil.conformance.scenario import scenario


@scenario("resend-at-start", "REQ-RSD-003", needs=("boot", "no-own-auto"))
def before_anything(b: Bench) -> None:
    """Before any iface was ready, resend reports disconnected without an iface."""
    b.do("resend", "L4_DISCONNECTED(-)")


@scenario("resend-repeats", "REQ-RSD-001", "REQ-RSD-002", "REQ-RSD-005", "REQ-RSD-009")
def repeats(b: Bench) -> None:
    """Resend repeats the status as often as asked, and changes nothing."""
    b.ready("U")
    for _ in range(3):
        b.do("resend", "L4_CONNECTED(U)")
    b.do("down U", "IF_ADMIN_DOWN(U) IF_DOWN(U) L4_DISCONNECTED(U)")
    b.do("resend", "L4_DISCONNECTED(U)")


@scenario("resend-late", "REQ-RSD-004", "REQ-EVT-016")
def late_listener(b: Bench) -> None:
    """A listener that came late learns the state by resend, and only then."""
    b.ready("U")
    b.do("listen late1 add L4_CONNECTED,L4_DISCONNECTED")
    b.ask("ping")
    b.require(not b.take_events(), "events are not replayed to late listeners", "an event came")
    b.ask("resend")
    names = sorted((event.listener, event.name) for event in b.take_events()
                   if event.name == "L4_CONNECTED")  # fmt: skip
    b.require(
        names == [("early", "L4_CONNECTED"), ("late1", "L4_CONNECTED")],
        "both listeners get L4_CONNECTED",
        str(names),
    )


@scenario("resend-iface", "REQ-RSD-007")
def which_iface(b: Bench) -> None:
    """Which iface a resent event carries: the one that last became ready, even if it is lost."""
    b.ready("U")
    b.ready("V", V4B)
    b.do("resend", "L4_CONNECTED(V)")
    b.do("down V", "IF_ADMIN_DOWN(V) IF_DOWN(V)")
    b.do("resend", "L4_CONNECTED(V)")
    b.quirk("REQ-RSD-007")


@scenario("resend-families", "REQ-RSD-006", needs=("no-own-auto",), since="P37")
def three_classes(b: Bench) -> None:
    """From 3.7 resend delivers all three classes: L4, IPv6, IPv4."""
    b.families = True
    b.ask("up U")
    b.ask(f"addr4 U add {V4}")
    b.take()
    b.do("resend", "L4_CONNECTED(U) L4_IPV6_DISCONNECTED(-) L4_IPV4_CONNECTED(U)")
