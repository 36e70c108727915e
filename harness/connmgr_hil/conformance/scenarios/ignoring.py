"""Ignore and watch (REQ-IGN)."""

from connmgr_hil.conformance.bench import V4, V4B, Bench
from connmgr_hil.conformance.scenario import scenario


@scenario(
    "ignore-and-watch",
    "REQ-IGN-001",
    "REQ-IGN-002",
    "REQ-IGN-004",
    "REQ-IGN-005",
    "REQ-IGN-006",
    "REQ-IGN-008",
)
def ignore_and_watch(b: Bench) -> None:
    """Ignoring the only ready iface disconnects; its changes are silent; watching connects again."""
    b.ready("U")
    b.do("ignore U", "L4_DISCONNECTED(U)")
    b.do("ignored U", value="1")
    b.state("U", admin=True, oper="up", ignored=True)
    b.do("ignore U")
    b.do("ignored U", value="1")
    b.do("down U", "IF_ADMIN_DOWN(U) IF_DOWN(U)")
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
    b.do(f"addr4 U del {V4}", "IPV4_ADDR_DEL(U)")
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U)")
    b.do("watch U", "L4_CONNECTED(U)")
    b.do("ignored U", value="0")
    b.do("watch U")
    b.do("watch V")


@scenario("ignore-one-of-two", "REQ-IGN-003")
def ignore_one_of_two(b: Bench) -> None:
    """Ignoring one of two ready ifaces is silent."""
    b.ready("U")
    b.ready("V", V4B)
    b.do("ignore V")
    b.do("watch V")


@scenario("watch-evaluates", "REQ-IGN-007")
def watch_evaluates(b: Bench) -> None:
    """Watching evaluates what happened while the iface was ignored."""
    b.do("ignore U")
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U)")
    b.do("watch U", "L4_CONNECTED(U)")


@scenario("ignore-l2", "REQ-IGN-010", "REQ-IGN-011", "REQ-RSD-008")
def whole_l2(b: Bench) -> None:
    """Ignoring and watching an L2 raise one event each, and resend tells the same."""
    b.ready("U")
    b.ready("V", V4B)
    b.do("ignore-l2 DUMMY", "L4_DISCONNECTED(V)")
    b.do("resend", "L4_DISCONNECTED(V)")
    b.do("watch-l2 DUMMY", "L4_CONNECTED(V)")
    b.check()


@scenario("ignore-l2-once", "REQ-IGN-012", "REQ-EVT-006")
def l2_once(b: Bench) -> None:
    """Ignoring an L2 is not a rule for later: one iface of it can be watched again."""
    b.ready("U")
    b.ready("V", V4B)
    b.do("ignore-l2 DUMMY", "L4_DISCONNECTED(V)")
    b.do("watch U", "L4_CONNECTED(U)")
    b.do("ignored U", value="0")
    b.do("ignored V", value="1")
    b.do("ignored A", value="1")


@scenario("l2-only", "REQ-IGN-009")
def only_that_l2(b: Bench) -> None:
    """Ignoring an L2 leaves ifaces of another L2 alone."""
    b.manual("C")
    b.ready("U")
    b.do("dormant C off")
    b.do("up C", "IF_ADMIN_UP(C) IF_UP(C)")
    b.do(f"addr4 C add {V4B}", "IPV4_ADDR_ADD(C)")
    b.do("ignore-l2 DUMMY")
    b.do("ignored C", value="0")
    b.do("ignored U", value="1")
    b.do("ignore-l2 CM_TEST", "L4_DISCONNECTED(C)")


@scenario("l2-null", "REQ-IGN-013")
def offloaded_only(b: Bench) -> None:
    """A NULL L2 selects offloaded ifaces, not native ones."""
    b.ready("U")
    b.do("ignore-l2 null")
    for letter in b.letters:
        b.do(f"ignored {letter}", value="0")


@scenario("ignore-keeps", "REQ-IGN-014")
def ignore_keeps_settings(b: Bench) -> None:
    """Ignoring changes neither admin nor oper state nor the binding's settings."""
    b.do("timeout A 7")
    b.do("flag A PERSISTENT on")
    b.connected("A")
    b.do("ignore A", "L4_DISCONNECTED(A)")
    b.state("A", admin=True, oper="up", flags=1, timeout=7, ignored=True)


@scenario("ignored-control", "REQ-IGN-015", needs=("autodown",))
def control_of_ignored(b: Bench) -> None:
    """Control and its automations act on ignored ifaces; only L4 events are missing."""
    b.do("sim A mode sync")
    b.do(f"addr4 A add {V4}", "IPV4_ADDR_ADD(A)")
    b.do("ignore A")
    b.do("up A", "connect(A) IF_ADMIN_UP(A) IF_UP(A)")
    b.do("watch A", "L4_CONNECTED(A)")
    b.do("ignore A", "L4_DISCONNECTED(A)")
    b.do("lose A", "IF_DOWN(A) IF_ADMIN_DOWN(A)")
    b.state("A", admin=False)


@scenario("ignore-watch", "REQ-IGN-017")
def ignore_then_watch(b: Bench) -> None:
    """Ignore directly followed by watch ends connected."""
    b.ready("U")
    b.do("burst ignore U ; watch U")
    b.do("resend", "L4_CONNECTED(U)")
    b.do("ignore U", "L4_DISCONNECTED(U)")
    b.do("watch U", "L4_CONNECTED(U)")


@scenario("ignore-families", "REQ-IGN-016", since="P37")
def families_ignored(b: Bench) -> None:
    """Family events obey ignore and watch."""
    b.families = True
    b.ready("U")
    b.ready("U", "2001:db8::1")
    b.do("ignore U", "L4_DISCONNECTED(U) L4_IPV4_DISCONNECTED(U) L4_IPV6_DISCONNECTED(U)")
    b.do("watch U", "L4_CONNECTED(U) L4_IPV4_CONNECTED(U) L4_IPV6_CONNECTED(U)")
