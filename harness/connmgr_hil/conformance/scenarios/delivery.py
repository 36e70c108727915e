"""Events and listeners (REQ-EVT)."""

from connmgr_hil.conformance.bench import V4, V4B, V6, Bench
from connmgr_hil.conformance.scenario import scenario


@scenario("codes", "REQ-EVT-011")
def event_codes(b: Bench) -> None:
    """Event codes are those of the profile; the model compares every one that is delivered."""
    codes: set[str] = set()
    for command in (
        "up U", f"addr4 U add {V4}", f"addr6 U add {V6}", "down U", f"addr6 U del {V6}",
        f"addr4 U del {V4}", "raise CONN_IF_TIMEOUT U", "raise CONN_IF_FATAL_ERROR U",
        "raise DNS_SERVER_ADD U", "raise DNS_SERVER_DEL U", "raise IPV6_DAD_SUCCEED U",
        "raise IPV6_DAD_FAILED U",
    ):  # fmt: skip
        b.ask(command)
        codes |= {event.name for event in b.take_events()}
    b.require(len(codes) >= 16, "the events of the profile were delivered", ", ".join(codes))


@scenario("masks-share-a-bit", "REQ-EVT-012", until="P37")
def numeric_masks(b: Bench) -> None:
    """Up to 4.1 a listener also gets events whose number shares a bit with its mask."""
    b.do("listen late1 add L4_CONNECTED,L4_DISCONNECTED")
    b.do("listen late2 add IF_DOWN,IF_UP")
    b.ready("U")
    b.ask("down U")
    got = {(event.listener, event.name) for event in b.take_events()}
    extra = ("late2", "IF_ADMIN_DOWN")
    b.require(extra in got, "late2 gets IF_ADMIN_DOWN, too", str(sorted(got)))


@scenario("exact-masks", "REQ-EVT-013", since="P42")
def exact_masks(b: Bench) -> None:
    """From 4.2 a listener gets only events in its mask."""
    b.do("listen late1 add L4_CONNECTED,L4_DISCONNECTED")
    b.ask("raise DNS_SERVER_ADD U")
    got = [event.name for event in b.take_events() if event.listener == "late1"]
    b.require(not got, "late1 gets nothing", str(got))


@scenario("fatal-info", "REQ-EVT-015", "REQ-EVT-014")
def fatal_info(b: Bench) -> None:
    """FATAL_ERROR reaches listeners with its info, or without."""
    b.manual("A", "B")
    infos = []
    for command in ("fatal A 42", "fatal B"):
        b.ask(command)
        infos += [event.info for event in b.take_events()]
    b.require(infos == ["42", "-"], "info 42, then none", str(infos))


@scenario("fatal-info-too-long", "REQ-CTL-051", needs=("autodown",))
def oversized_info(b: Bench) -> None:
    """A fatal error whose info is too long is not delivered at all."""
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.ask("fatal A len=200")
    if not b.take():
        b.quirk("REQ-CTL-051")
    b.state("A", admin=True)
    b.do("fatal A len=4", "CONN_IF_FATAL_ERROR(A) IF_ADMIN_DOWN(A)")


@scenario("newest-listener-first", "REQ-EVT-017", needs=("autodown",))
def newest_first(b: Bench) -> None:
    """The newest callback runs first: the early listener sees the iface after the automation acted.

    Of callbacks that are fixed at build time, as the automation's from 4.5 on, all others see what they did.
    """
    b.do("sim A mode sync")
    b.do("up A", "connect(A) IF_ADMIN_UP(A) IF_UP(A)")
    b.do("listen late1 add IF_DOWN")
    b.ask("lose A")
    seen = [(event.listener, event.admin) for event in b.take_events() if event.name == "IF_DOWN"]
    wanted = [("late1", not b.profile.static_handlers), ("early", False)]
    b.require(seen == wanted, f"IF_DOWN as {wanted}", str(seen))


@scenario("listener-order", "REQ-EVT-017")
def listener_order(b: Bench) -> None:
    """Of three listeners the newest is called first."""
    b.do("listen late1 add IF_ADMIN_UP,IF_UP")
    b.do("listen late2 add IF_ADMIN_UP,IF_UP")
    b.ask("up U")
    order = [event.listener for event in b.take_events() if event.name == "IF_UP"]
    wanted = ["late2", "late1", "early"]
    b.require(order == wanted, f"IF_UP at {', '.join(wanted)}", ", ".join(order))
    b.do("listen early del")
    b.do("listen early add")
    b.ask("up V")
    order = [event.listener for event in b.take_events() if event.name == "IF_UP"]
    wanted = ["early", "late2", "late1"]
    b.require(order == wanted, f"IF_UP at {', '.join(wanted)}", ", ".join(order))


@scenario("hook-counts", "REQ-EVT-007", "REQ-EVT-019")
def hooked_twice(b: Bench) -> None:
    """What a listener does in its callback is done for the iface and as often as was said."""
    b.do("hook IF_ADMIN_UP U 2 dormant V on")
    b.do("up V", "IF_ADMIN_UP(V) IF_UP(V)")
    for _ in range(2):
        b.do("up U", "IF_ADMIN_UP(U) IF_DOWN(V) IF_UP(U)")
        b.do("down U", "IF_ADMIN_DOWN(U) IF_DOWN(U)")
        b.do("dormant V off", "IF_UP(V)")
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")


@scenario("listener-removed", "REQ-EVT-018")
def removed_listener(b: Bench) -> None:
    """A removed listener gets nothing more, and the monitor goes on."""
    b.do("listen late1 add L4_CONNECTED,L4_DISCONNECTED")
    b.ready("U")
    b.do("listen late1 del")
    b.do("down U", "IF_ADMIN_DOWN(U) IF_DOWN(U) L4_DISCONNECTED(U)")
    b.do("resend", "L4_DISCONNECTED(U)")
    b.do("listen early del")
    b.do("up U")
    b.check()
    b.do("listen early add")
    b.do("resend", "L4_CONNECTED(U)")


@scenario("iface-of-event", "REQ-EVT-005")
def right_iface(b: Bench) -> None:
    """Each transition carries an iface whose readiness changed in it."""
    for letter, address in (("U", V4), ("V", V4B)):
        b.do(f"up {letter}", f"IF_ADMIN_UP({letter}) IF_UP({letter})")
        b.do(f"addr4 {letter} add {address}", f"IPV4_ADDR_ADD({letter}) L4_CONNECTED({letter})")
        b.do(
            f"down {letter}",
            f"IF_ADMIN_DOWN({letter}) IF_DOWN({letter}) L4_DISCONNECTED({letter})",
        )


@scenario("pass-order", "REQ-EVT-003", "REQ-EVT-004", since="P37")
def order_in_a_pass(b: Bench) -> None:
    """In one pass the order is L4, IPv4, IPv6."""
    b.families = True
    b.ask(f"addr4 U add {V4}")
    b.ask(f"addr6 U add {V6}")
    b.take()
    b.do(
        "up U", "IF_ADMIN_UP(U) IF_UP(U) L4_CONNECTED(U) L4_IPV4_CONNECTED(U) L4_IPV6_CONNECTED(U)"
    )
    b.do(
        "down U",
        "IF_ADMIN_DOWN(U) IF_DOWN(U) L4_DISCONNECTED(U) L4_IPV4_DISCONNECTED(U) L4_IPV6_DISCONNECTED(U)",
    )


@scenario("work-queue", "REQ-EVT-007", "REQ-EVT-008", "REQ-EVT-009", needs=("autodown",))
def from_the_work_queue(b: Bench) -> None:
    """The same stimuli from the system work queue, as a driver gives them."""
    b.do("sim A mode sync")
    b.do(f"addr4 A add {V4}", "IPV4_ADDR_ADD(A)")
    b.do("on wq up A", "connect(A) IF_ADMIN_UP(A) IF_UP(A) L4_CONNECTED(A)")
    b.do("on wq lose A", "IF_DOWN(A) {L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}")
    b.do("on wq up U", "IF_ADMIN_UP(U) IF_UP(U)")
    b.do(f"on wq addr4 U add {V4B}", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")
    b.do("on wq down U", "IF_ADMIN_DOWN(U) IF_DOWN(U) L4_DISCONNECTED(U)")


@scenario("in-callback", "REQ-EVT-007", "REQ-EVT-008", needs=("no-own-auto",))
def from_a_callback(b: Bench) -> None:
    """The same stimuli from inside an event callback."""
    b.do("on cb up U", "IF_ADMIN_UP(U) IF_UP(U)")
    b.do("on cb ignore U")
    b.do("on cb watch U")
    b.do("on cb resend", "L4_DISCONNECTED(*)")
    b.do("on cb down U", "IF_ADMIN_DOWN(U) IF_DOWN(U)")
    b.check()
