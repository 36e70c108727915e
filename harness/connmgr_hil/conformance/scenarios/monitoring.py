"""Readiness and counting (REQ-MON)."""

from connmgr_hil.conformance.bench import V4, V4B, V6, V6B, Bench
from connmgr_hil.conformance.scenario import scenario
from connmgr_hil.vocabulary.events import UNRELATED

ROOM = 4
"""Unicast addresses of a family that the application has room for, if its hello does not say."""

UP_U = "IF_ADMIN_UP(U) IF_UP(U)"
DOWN_U = "IF_ADMIN_DOWN(U) IF_DOWN(U)"


@scenario(
    "addresses-come-and-go",
    "REQ-MON-001",
    "REQ-MON-012",
    "REQ-MON-010",
    "REQ-EVT-007",
    "REQ-EVT-008",
)
def addresses_come_and_go(b: Bench) -> None:
    """Addresses of both families come and go on one iface."""
    b.do("up U", UP_U)
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")
    b.do(f"addr6 U add {V6}", "IPV6_ADDR_ADD(U)")
    b.do(f"addr4 U del {V4}", "IPV4_ADDR_DEL(U)")
    b.do(f"addr6 U del {V6}", "IPV6_ADDR_DEL(U) L4_DISCONNECTED(U)")
    b.check()


@scenario("first-ipv6-address", "REQ-MON-002")
def first_ipv6(b: Bench) -> None:
    """The first IPv6 address makes an iface ready."""
    b.do("up U", UP_U)
    b.do(f"addr6 U add {V6}", "IPV6_ADDR_ADD(U) L4_CONNECTED(U)")


@scenario("two-ifaces", "REQ-MON-017", "REQ-MON-018", "REQ-MON-019", "REQ-MON-021")
def two_ifaces(b: Bench) -> None:
    """Two ifaces are counted; only the first and the last change raise events."""
    b.do("up U", UP_U)
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")
    b.do("up V", "IF_ADMIN_UP(V) IF_UP(V)")
    b.do(f"addr4 V add {V4B}", "IPV4_ADDR_ADD(V)")
    b.do("down V", "IF_ADMIN_DOWN(V) IF_DOWN(V)")
    b.do("down U", f"{DOWN_U} L4_DISCONNECTED(U)")
    b.do("up V", "IF_ADMIN_UP(V) IF_UP(V) L4_CONNECTED(V)")


@scenario("addresses-of-another", "REQ-MON-010", "REQ-MON-035")
def addresses_of_another(b: Bench) -> None:
    """An iface loses its last address though another, which is ignored, keeps one of the same family."""
    b.do("up U", UP_U)
    b.do("ignore V")
    b.do("up V", "IF_ADMIN_UP(V) IF_UP(V)")
    for family, own, other in (("4", V4, V4B), ("6", V6, V6B)):
        b.do(f"addr{family} V add {other}", f"IPV{family}_ADDR_ADD(V)")
        b.do(f"addr{family} U add {own}", f"IPV{family}_ADDR_ADD(U) L4_CONNECTED(U)")
        b.do(f"addr{family} U del {own}", f"IPV{family}_ADDR_DEL(U) L4_DISCONNECTED(U)")


@scenario("make-before-break", "REQ-MON-020")
def make_before_break(b: Bench) -> None:
    """A hand-over in which the new iface is ready first is silent."""
    b.ready("U")
    b.ready("V", V4B)
    b.do("down U", DOWN_U)
    b.do("resend", "L4_CONNECTED(*)")


@scenario("fifty-cycles", "REQ-MON-007", "REQ-MON-022")
def cycles(b: Bench) -> None:
    """Fifty down/up cycles give fifty of each event."""
    b.ready("U")
    for _ in range(50):
        b.do("down U", f"{DOWN_U} L4_DISCONNECTED(U)")
        b.do("up U", f"{UP_U} L4_CONNECTED(U)")


@scenario("address-first", "REQ-MON-003", "REQ-MON-004")
def address_first(b: Bench) -> None:
    """An address waits for oper-up; oper-up without an address is not ready."""
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U)")
    b.wait(0.1)
    b.do("up U", f"{UP_U} L4_CONNECTED(U)")
    b.do("down U", f"{DOWN_U} L4_DISCONNECTED(U)")
    b.do(f"addr4 U del {V4}", "IPV4_ADDR_DEL(U)")
    b.do("up U", UP_U)
    b.do("resend", "L4_DISCONNECTED(U)")


@scenario("carrier", "REQ-MON-005", "REQ-MON-008")
def carrier(b: Bench) -> None:
    """Carrier decides about readiness while the iface stays admin-up."""
    b.do("carrier U off")
    b.do("up U", "IF_ADMIN_UP(U)")
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U)")
    b.do("carrier U on", "IF_UP(U) L4_CONNECTED(U)")
    b.do("carrier U off", "IF_DOWN(U) L4_DISCONNECTED(U)")
    b.state("U", admin=True, oper="down")
    b.do("carrier U on", "IF_UP(U) L4_CONNECTED(U)")


@scenario("dormant", "REQ-MON-006", "REQ-MON-009", "REQ-EVT-010")
def dormancy(b: Bench) -> None:
    """Dormant decides about readiness; asking twice changes nothing."""
    b.do("dormant U on")
    b.do("up U", "IF_ADMIN_UP(U)")
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U)")
    b.do("dormant U off", "IF_UP(U) L4_CONNECTED(U)")
    b.do("dormant U off")
    b.do("dormant U on", "IF_DOWN(U) L4_DISCONNECTED(U)")
    b.do("dormant U on")
    b.state("U", admin=True, oper="dormant")


@scenario("one-of-two-addresses", "REQ-MON-011", needs=("room2",))
def one_of_two_addresses(b: Bench) -> None:
    """Removing one of two addresses changes nothing; removing the last does."""
    b.ready("U")
    b.do(f"addr4 U add {V4B}", "IPV4_ADDR_ADD(U)")
    b.do(f"addr4 U del {V4}", "IPV4_ADDR_DEL(U)")
    b.do(f"addr4 U del {V4B}", "IPV4_ADDR_DEL(U) L4_DISCONNECTED(U)")


@scenario("address-limits", "REQ-MON-011")
def addresses_known_and_too_many(b: Bench) -> None:
    """An address that is known is accepted silently, one too many and an unknown one are refused."""
    b.ready("U")
    b.do(f"addr4 U add {V4}")
    room = b.facts.room(4) or ROOM
    for last in range(2, room + 1):
        b.do(f"addr4 U add 192.0.2.{last}", "IPV4_ADDR_ADD(U)")
    b.do(f"addr4 U add 192.0.2.{room + 1}", rc="-EINVAL")
    b.do(f"addr4 U del 192.0.2.{room + 1}", rc="-EINVAL")
    b.check()


@scenario("repeated-admin", "REQ-EVT-010", "REQ-EVT-008")
def up_and_down_twice(b: Bench) -> None:
    """A second up or down changes nothing and says -EALREADY."""
    b.do("down U", rc="-EALREADY")
    b.do("up U", UP_U)
    b.do("up U", rc="-EALREADY")
    b.do("down U", DOWN_U)
    b.do("down U", rc="-EALREADY")


@scenario("link-local-ipv6", "REQ-MON-013", "REQ-MON-026", needs=("room2",))
def which_ipv6_counts(b: Bench) -> None:
    """A link-local IPv6 address does not count; a unique local one does."""
    b.do("up U", UP_U)
    b.do("addr6 U add fe80::9", "IPV6_ADDR_ADD(U)")
    b.do("addr6 U add fd00::1", "IPV6_ADDR_ADD(U) L4_CONNECTED(U)")
    b.do("addr6 U del fd00::1", "IPV6_ADDR_DEL(U) L4_DISCONNECTED(U)")


@scenario("link-local-ipv4", "REQ-MON-024", "REQ-MON-025", needs=("room2",))
def link_local_ipv4(b: Bench) -> None:
    """A link-local IPv4 address counts up to 3.6, not from 3.7; alone it never keeps an iface ready."""
    b.do("up U", UP_U)
    if b.profile.strict_v4_add:
        b.do("addr4 U add 169.254.3.4", "IPV4_ADDR_ADD(U)")
        b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")
    else:
        b.do("addr4 U add 169.254.3.4", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")
        b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U)")
    b.do(f"addr4 U del {V4}", "IPV4_ADDR_DEL(U) L4_DISCONNECTED(U)")
    b.check()


@scenario("bound-alike", "REQ-MON-023")
def bound_and_unbound_alike(b: Bench) -> None:
    """A bound iface is monitored as an unbound one."""
    b.manual("A")
    b.do("dormant A off")
    b.do("up A", "IF_ADMIN_UP(A) IF_UP(A)")
    b.do(f"addr4 A add {V4}", "IPV4_ADDR_ADD(A) L4_CONNECTED(A)")
    b.do("down A", "IF_ADMIN_DOWN(A) IF_DOWN(A) L4_DISCONNECTED(A)")


@scenario("unrelated-events", "REQ-MON-030", "REQ-EVT-012")
def unrelated_events(b: Bench) -> None:
    """Events that have nothing to do with readiness do not change it."""
    b.ready("U")
    b.do("listen late1 add L4_CONNECTED,L4_DISCONNECTED")
    b.do("raise DNS_SERVER_ADD U", "DNS_SERVER_ADD(U)")
    b.do("raise DNS_SERVER_DEL U", "DNS_SERVER_DEL(U)")
    for event in sorted(UNRELATED):
        b.do(f"raise {event} U", f"{event}(U)")
        b.do(f"raise {event} V", f"{event}(V)")
    b.do("resend", "L4_CONNECTED(U)")
    b.check()


@scenario("dad-fails-beside", "REQ-MON-011", "REQ-MON-015", needs=("room2",))
def dad_fails_beside_another(b: Bench) -> None:
    """A failed DAD of one address leaves an iface ready that has another; without any it is lost."""
    b.do("up U", UP_U)
    b.do(f"addr6 U add {V6}", "IPV6_ADDR_ADD(U) L4_CONNECTED(U)")
    b.do(f"addr6 U add {V6B}", "IPV6_ADDR_ADD(U)")
    b.do(f"addr6 U del {V6B}", "IPV6_ADDR_DEL(U)")
    b.do("raise IPV6_DAD_FAILED U", "IPV6_DAD_FAILED(U)")
    b.do("raise IPV6_DAD_FAILED V", "IPV6_DAD_FAILED(V)")
    b.do("resend", "L4_CONNECTED(U)")
    b.check()


@scenario("address-removed-while-down", "REQ-MON-039")
def address_removed_while_down(b: Bench) -> None:
    """An address removed while the iface is down does not come back with it."""
    b.ready("U")
    b.do("down U", f"{DOWN_U} L4_DISCONNECTED(U)")
    b.do(f"addr4 U del {V4}", "IPV4_ADDR_DEL(U)")
    b.do("up U", UP_U)
    b.check()


@scenario("highest-index", "REQ-MON-035", needs=("S",))
def highest_index(b: Bench) -> None:
    """The iface with the highest index is tracked, and its neighbours are left alone."""
    b.manual("S")
    b.do("dormant S off")
    b.do("up S", "IF_ADMIN_UP(S) IF_UP(S)")
    b.do(f"addr4 S add {V4}", "IPV4_ADDR_ADD(S) L4_CONNECTED(S)")
    b.check()
    b.do("down S", "IF_ADMIN_DOWN(S) IF_DOWN(S) L4_DISCONNECTED(S)")


@scenario("mirror", "REQ-MON-034", "REQ-EVT-001")
def mirror(b: Bench) -> None:
    """After each of many changes the monitor agrees with net_if about every iface."""
    for command in (
        "up U", f"addr4 U add {V4}", "up V", f"addr6 V add {V6}", "ignore U", "down V", "watch U",
        "carrier U off", "up V", "carrier U on", f"addr4 U del {V4}", "ignore V", "down U", "watch V",
    ):  # fmt: skip
        b.ask(command)
        b.check()


def _shows(b: Bench, command: str, *wanted: str) -> None:
    """Give a command; it must show these, besides a link-local address and groups that a newer kernel adds and removes."""
    b.ask(command)
    seen = [mark.name for mark in b.take() if not mark.name.startswith("IPV6_")]
    b.require(seen == list(wanted), f"'{command}' shows {' '.join(wanted)}", " ".join(seen))


@scenario("dad", "REQ-MON-014", "REQ-MON-036", needs=("dad",))
def dad(b: Bench) -> None:
    """A tentative address does not count until DAD succeeds; after down and up it does at once."""
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U) IPV6_ADDR_ADD(U)")
    b.wait(1, "IPV6_DAD_SUCCEED(U)")
    b.do(f"addr6 U add {V6}", "IPV6_ADDR_ADD(U)")
    b.wait(1, "IPV6_DAD_SUCCEED(U) L4_CONNECTED(U)")
    _shows(b, "down U", "IF_ADMIN_DOWN", "IF_DOWN", "L4_DISCONNECTED")
    b.ask("up U")
    connected = any(mark.name == "L4_CONNECTED" for mark in b.take())
    if connected and f"{V6}/t" in b.state("U").a6:
        b.quirk("REQ-MON-036")
    b.ask("advance 1000000")
    late = [mark.name for mark in b.take() if not mark.name.startswith("IPV6_")]
    b.require(late == ([] if connected else ["L4_CONNECTED"]), "no more than DAD owes", str(late))
    b.check()


@scenario("dad-removed", "REQ-MON-016", needs=("dad",))
def removed_during_dad(b: Bench) -> None:
    """An address removed before DAD is over is never reported connected."""
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U) IPV6_ADDR_ADD(U)")
    b.wait(1, "IPV6_DAD_SUCCEED(U)")
    b.do(f"addr6 U add {V6}", "IPV6_ADDR_ADD(U)")
    b.wait(0.02)
    b.do(f"addr6 U del {V6}", "IPV6_ADDR_DEL(U)")
    b.wait(1)


@scenario("dad-again", "REQ-MON-014", needs=("dad",))
def dad_in_a_used_slot(b: Bench) -> None:
    """A tentative address does not count where the kernel kept another one before."""
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U) IPV6_ADDR_ADD(U)")
    b.wait(1, "IPV6_DAD_SUCCEED(U)")
    b.do(f"addr6 U add {V6}", "IPV6_ADDR_ADD(U)")
    b.wait(1, "IPV6_DAD_SUCCEED(U) L4_CONNECTED(U)")
    b.do(f"addr6 U del {V6}", "IPV6_ADDR_DEL(U) L4_DISCONNECTED(U)")
    b.do(f"addr6 U add {V6}", "IPV6_ADDR_ADD(U)")
    b.wait(1, "IPV6_DAD_SUCCEED(U) L4_CONNECTED(U)")


@scenario("families-apart", "REQ-MON-031", "REQ-EVT-002", since="P37")
def families_by_themselves(b: Bench) -> None:
    """IPv4 and IPv6 events follow only their own family."""
    b.families = True
    b.ask("up U")
    b.ask("up V")
    b.take()
    b.do(f"addr6 V add {V6}", "IPV6_ADDR_ADD(V) L4_CONNECTED(V) L4_IPV6_CONNECTED(V)")
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U) L4_IPV4_CONNECTED(U)")
    b.do(f"addr6 V del {V6}", "IPV6_ADDR_DEL(V) L4_IPV6_DISCONNECTED(V)")
    b.do(f"addr4 U del {V4}", "IPV4_ADDR_DEL(U) L4_DISCONNECTED(U) L4_IPV4_DISCONNECTED(U)")


@scenario("families-two-ifaces", "REQ-MON-032", since="P37")
def second_of_a_family(b: Bench) -> None:
    """A second iface of a family raises no family event; losing the last one does."""
    b.families = True
    b.ask("up U")
    b.ask("up V")
    b.take()
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U) L4_CONNECTED(U) L4_IPV4_CONNECTED(U)")
    b.do(f"addr4 V add {V4B}", "IPV4_ADDR_ADD(V)")
    b.do(f"addr4 U del {V4}", "IPV4_ADDR_DEL(U)")
    b.do(f"addr4 V del {V4B}", "IPV4_ADDR_DEL(V) L4_DISCONNECTED(V) L4_IPV4_DISCONNECTED(V)")


@scenario("deprecation", "REQ-MON-029", needs=("deprecates",))
def deprecated_address(b: Bench) -> None:
    """An address that is deprecated raises nothing, and keeps the iface ready."""
    b.do("up U", UP_U)
    b.do(f"addr6 U add {V6} 2", "IPV6_ADDR_ADD(U) L4_CONNECTED(U)")
    b.wait(5)
    state = b.state("U")
    b.require(f"{V6}/d" in state.a6, "the address is deprecated", str(state.a6))
    b.do("resend", "L4_CONNECTED(U)")


@scenario("dad-fails", "REQ-MON-015", needs=("dad",))
def dad_fails(b: Bench) -> None:
    """A failed DAD takes readiness away from an iface whose only address it is."""
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U) IPV6_ADDR_ADD(U)")
    b.wait(1, "IPV6_DAD_SUCCEED(U)")
    b.do(f"addr6 U add {V6}", "IPV6_ADDR_ADD(U)")
    b.do("raise IPV6_DAD_FAILED U", "IPV6_DAD_FAILED(U)")
    b.do(f"addr6 U del {V6}", "IPV6_ADDR_DEL(U)")
    b.do(f"addr6 U add {V6}", "IPV6_ADDR_ADD(U)")
    b.wait(1, "IPV6_DAD_SUCCEED(U) L4_CONNECTED(U)")
    _shows(b, "down U", "IF_ADMIN_DOWN", "IF_DOWN", "L4_DISCONNECTED")
    _shows(b, "up U", "IF_ADMIN_UP", "IF_UP", "L4_CONNECTED")
    b.do("raise IPV6_DAD_FAILED U", "IPV6_DAD_FAILED(U) L4_DISCONNECTED(U)")


@scenario("preferred-add", "REQ-MON-037", needs=("room2",), since="P37")
def preferred_address_always_counts(b: Bench) -> None:
    """An address that is preferred when its ADDR_ADD is handled makes the iface ready, however it came."""
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
    for version, address in ((4, V4), (6, V6)):
        added, removed = f"IPV{version}_ADDR_ADD(U)", f"IPV{version}_ADDR_DEL(U)"
        add, delete = f"addr{version} U add {address}", f"addr{version} U del {address}"
        for where in ("", "on wq ", "on cb "):
            b.do(where + add, f"{added} L4_CONNECTED(U)")
            b.do(where + delete, f"{removed} L4_DISCONNECTED(U)")
        b.do(f"burst {add} ; {delete} ; {add}", f"{added} {removed} {added} L4_CONNECTED(U)")
        b.do(delete, f"{removed} L4_DISCONNECTED(U)")
    b.do("addr4 U add 169.254.3.4", "IPV4_ADDR_ADD(U)")
    b.do(f"addr4 U add {V4}", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")
    b.do("addr4 U del 169.254.3.4", "IPV4_ADDR_DEL(U)")
