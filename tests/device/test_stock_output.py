"""Every line form of upstream's shell, and the terminal that they come through."""

import itertools

import pytest
from hypothesis import given, strategies as st

from connmgr_hil.device.stock import Screen, Unsupported, parse, shell_line
from connmgr_hil.device.stock.output import (
    AdminResult,
    EventLine,
    FlagValue,
    Instructed,
    InterfaceTitle,
    ListedIface,
    LogLine,
    Refused,
    Status,
    TimeoutValue,
    Version,
    WatchedLines,
    split_glued,
)

RADIO = ListedIface(1, "0x437718", "radio0", "Dummy")
INFOS = {
    "1 (0x437718 - radio0 - Dummy)": RADIO,
    "12 (20001a2c - lte - modem - PPP)": ListedIface(12, "20001a2c", "lte - modem", "PPP"),
    "2 (0x437788 - Ethernet)": ListedIface(2, "0x437788", "", "Ethernet"),
    "3 (0x4377f8 - unnamed - IP Offload)": ListedIface(3, "0x4377f8", "unnamed", "IP Offload"),
    "4 (0x437868 -  - Wi-Fi)": ListedIface(4, "0x437868", "", "Wi-Fi"),
    "5 (0x10 - a) status: x - Dummy)": ListedIface(5, "0x10", "a) status: x", "Dummy"),
}


@pytest.mark.parametrize("info", INFOS)
def test_a_status_line_with_every_way_to_name_an_iface(info: str) -> None:
    line = f"iface {info} status: watched, bound, admin-up, oper-up, IPv4 + IPv6, connected."
    expected = Status(
        INFOS[info], tracked=True, bound=True, admin=True, oper=True, ipv4=True, ipv6=True,
        connected=True,
    )  # fmt: skip
    assert expected == parse(line)


COLUMNS = (
    ("ignored", "watched"),
    ("bound", "not bound"),
    ("admin-up", "admin-down"),
    ("oper-up", "oper-down"),
    ("IPv4 + IPv6", "IPv4", "IPv6", "no IP"),
    ("connected", "not connected"),
)


@pytest.mark.parametrize("columns", list(itertools.product(*COLUMNS)))
def test_every_combination_of_columns(columns: tuple[str, ...]) -> None:
    status = parse(f"iface 1 (0x437718 - radio0 - Dummy) status: {', '.join(columns)}.")
    assert status == Status(
        RADIO,
        tracked=True,
        ignored=columns[0] == "ignored",
        bound=columns[1] == "bound",
        admin=columns[2] == "admin-up",
        oper=columns[3] == "oper-up",
        ipv4=columns[4] in ("IPv4", "IPv4 + IPv6"),
        ipv6=columns[4] in ("IPv6", "IPv4 + IPv6"),
        connected=columns[5] == "connected",
    )


INFO = "1 (0x437718 - radio0 - Dummy)"
LINES = {
    f"iface {INFO} not tracked.": Status(RADIO, tracked=False),
    f"iface {INFO} now ignored.": WatchedLines(RADIO, True),
    f"iface {INFO} now watched.": WatchedLines(RADIO, False),
    "Ignoring all ifaces.": Instructed("ignore", None),
    "Watching all ifaces.": Instructed("watch", None),
    f"Instructing iface {INFO} to connect.": Instructed("connect", RADIO),
    f"Instructing iface {INFO} to disconnect.": Instructed("disconnect", RADIO),
    f"Instructing iface {INFO} to disonnect.": Instructed("disconnect", RADIO),
    "Instructing all non-ignored ifaces to connect.": Instructed("connect", None),
    "Instructing all non-ignored ifaces to disconnect.": Instructed("disconnect", None),
    f"Taking iface {INFO} admin-up.": Instructed("up", RADIO),
    f"Taking iface {INFO} admin-down.": Instructed("down", RADIO),
    "Taking all non-ignored ifaces admin-up.": Instructed("up", None),
    "Taking all non-ignored ifaces admin-down.": Instructed("down", None),
    f"The connectivity timeout for iface {INFO} is 30 seconds.": TimeoutValue(RADIO, 30, False),
    f"The connectivity timeout for iface {INFO} is 0 (no timeout).": TimeoutValue(RADIO, 0, False),
    f"The connectivity timeout for iface {INFO} is -3 seconds.": TimeoutValue(RADIO, -3, False),
    f"Set the connectivity timeout for iface {INFO} to 30 seconds.": TimeoutValue(RADIO, 30, True),
    f"Set the connectivity timeout for iface {INFO} to 0 (no timeout).": TimeoutValue(
        RADIO, 0, True
    ),
    "Interface 3 is up": AdminResult(3, True, 0),
    "Interface 3 is down": AdminResult(3, False, 0),
    "Cannot take interface 3 up (-120)": AdminResult(3, True, -120),
    "Cannot take interface 3 down (-114)": AdminResult(3, False, -114),
    "Interface radio0 (0x437718) (Dummy) [1]": InterfaceTitle(1, "radio0", "Dummy"),
    "Interface lte - modem (0x437788) (PPP) [2]": InterfaceTitle(2, "lte - modem", "PPP"),
    "Interface 0x437718 (Dummy) [1]": InterfaceTitle(1, "", "Dummy"),
    "Zephyr version 4.1.99": Version("4.1.99"),
    "Zephyr version 3.7.0-rc2": Version("3.7.0-rc2"),
    "[00:00:01.234,000] <err> conn_mgr_conn: connect failed: -5": LogLine(
        "err", "conn_mgr_conn", "connect failed: -5"
    ),
    "--- 3 messages dropped ---": LogLine("wrn", "log", "3 messages dropped"),
    "This command duplicates 'net iface up' if [target] != all.": None,
    "Interface is down.": None,
    "": None,
}


@pytest.mark.parametrize("line", LINES)
def test_every_other_line(line: str) -> None:
    assert LINES[line] == parse(line)


@pytest.mark.parametrize("flag", ["PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN"])
@pytest.mark.parametrize("value", [True, False])
def test_flags(flag: str, value: bool) -> None:
    letter = "y" if value else "n"
    got = f"The current value of the {flag} connectivity flag on iface {INFO} is {letter}."
    was_set = f"Set the connectivity {flag} flag to {letter} on iface {INFO}."
    assert FlagValue(RADIO, flag, value, False) == parse(got)
    assert FlagValue(RADIO, flag, value, True) == parse(was_set)


REFUSALS = {
    **{
        f"iface {INFO} is not bound to a connectivity implementation, cannot {what}.": "unbound"
        for what in (
            "connect", "disconnect", "get/set connectivity flag", "get/set connectivity timeout",
        )
    },
    "Please specify a target.": "no target",
    "bogus is not a valid target type or target specifier.": "target",
    '"x" is not a valid iface index.': "index",
    'iface with index "0" does not exist.': "index",
    "Please specify the target iface index.": "index",
    "No such interface in index 9": "index",
    'iface with name "nosuch" does not exist.': "name",
    "Please specify the target iface name.": "name",
    "iface name lookup requires CONFIG_NET_INTERFACE_NAME.": "name",
    "Please specify get or set": "get or set",
    "Please specify a flag.": "flag",
    "BOGUS is not a valid flag.": "flag",
    "Please specify true or false.": "boolean",
    "Please specify a timeout (in seconds).": "timeout",
    "-3 is not a valid timeout.": "timeout",
    "Cannot get/set flags for all ifaces.": "all",
    "Cannot get/set timeout for all ifaces.": "all",
    "Too many args.": "arguments",
    "status: wrong parameter count": "arguments",
    "Invalid target selected.": "invalid",
    "conn_mgr is not enabled. Enable by setting CONFIG_NET_CONNECTION_MANAGER=y.": "feature",
    "Set CONFIG_NET_CONNECTION_MANAGER to enable connection manager support.": "feature",
    "Interface 3 is already up.": "already",
    "Netmask is missing.": "address",
    "Invalid address: 1.2.3": "address",
    "cm: command not found": "command",
}  # fmt: skip


@pytest.mark.parametrize("line", REFUSALS)
def test_every_refusal(line: str) -> None:
    assert Refused(REFUSALS[line], line) == parse(line)


EVENTS = {
    "EVENT: L2 [1] interface up": EventLine("L2", 1, "IF_UP", "interface up"),
    "EVENT: L2 [1] interface down": EventLine("L2", 1, "IF_DOWN", "interface down"),
    "EVENT: L2 [3] interface admin up": EventLine("L2", 3, "IF_ADMIN_UP", "interface admin up"),
    "EVENT: L2 [3] interface admin down": EventLine(
        "L2", 3, "IF_ADMIN_DOWN", "interface admin down"
    ),
    "EVENT: L2 [1] up": EventLine("L2", 1, "-", "up"),  # perhaps an admin event
    "EVENT: L2 [1] <unknown event>": EventLine("L2", 1, "-", "<unknown event>"),
    "EVENT: L2 [1] <unknown event> (0xd0010009)": EventLine(
        "L2", 1, "-", "<unknown event>", 0xD0010009
    ),
    "EVENT: L3 [3] IPv4 address add 192.0.2.1": EventLine(
        "L3", 3, "IPV4_ADDR_ADD", "IPv4 address add 192.0.2.1"
    ),
    "EVENT: L3 [3] IPv6 address del 2001:db8::1": EventLine(
        "L3", 3, "IPV6_ADDR_DEL", "IPv6 address del 2001:db8::1"
    ),
    "EVENT: L3 [3] IPv6 DAD ok fe80::1": EventLine(
        "L3", 3, "IPV6_DAD_SUCCEED", "IPv6 DAD ok fe80::1"
    ),
    "EVENT: L3 [3] IPv4 ACD fail 192.0.2.1": EventLine(
        "L3", 3, "IPV4_ACD_FAILED", "IPv4 ACD fail 192.0.2.1"
    ),
    "EVENT: L3 [3] IPv4 mcast address add 224.0.0.1": EventLine(
        "L3", 3, "-", "IPv4 mcast address add 224.0.0.1"
    ),
    "EVENT: L4 [3] connected ": EventLine("L4", 3, "L4_CONNECTED", "connected"),
    "EVENT: L4 [-1] disconnected": EventLine("L4", 0, "L4_DISCONNECTED", "disconnected"),
    "EVENT: L4 [3] IPv4 connectivity available": EventLine(
        "L4", 3, "L4_IPV4_CONNECTED", "IPv4 connectivity available"
    ),
    "EVENT: L4 [3] IPv6 connectivity lost": EventLine(
        "L4", 3, "L4_IPV6_DISCONNECTED", "IPv6 connectivity lost"
    ),
    "EVENT: L4 [1] DNS server add": EventLine("L4", 1, "DNS_SERVER_ADD", "DNS server add"),
    "EVENT: L4 [1] DNS server del 192.0.2.7": EventLine(
        "L4", 1, "DNS_SERVER_DEL", "DNS server del 192.0.2.7"
    ),
}


@pytest.mark.parametrize("line", EVENTS)
def test_every_event(line: str) -> None:
    assert EVENTS[line] == parse(line)


def feed(data: bytes, *cuts: int) -> tuple[list[str], str]:
    screen = Screen()
    lines: list[str] = []
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for begin, end in itertools.pairwise(edges):
        lines += screen.feed(data[begin:end])
    return lines, screen.open_line


def test_a_prompt_that_is_redrawn_in_the_middle_of_a_line() -> None:
    # As recorded from Zephyr 4.1.99 on native_sim.
    data = (
        b"\x1b[m\x1b[1;32muart:~$ \x1b[m\x1b[8D\x1b[J\x1b[1;32mEVENT: L2 [1] interface up\r\n"
        b"\x1b[m\x1b[1;32muart:~$ \x1b[mnet c\x1b[13D\x1b[J\x1b[1;32mEVENT: L4 [1] connected \r\n"
        b"\x1b[m\x1b[1;32muart:~$ \x1b[mnet cm status\r\n"
    )
    assert feed(data) == (
        ["EVENT: L2 [1] interface up", "EVENT: L4 [1] connected ", "uart:~$ net cm status"],
        "",
    )


def test_backspace_and_carriage_return_write_over_what_was_there() -> None:
    assert feed(b"abx\x08c\r\nuart\rU\r\n  \x1b[2Kq") == (["abc", "Uart"], "  q")


pieces = st.lists(
    st.sampled_from(
        [b"\x1b[8D", b"\x1b[J", b"\x1b[1;32m", b"\x1b[m", b"\x1b", b"\x1b[", b"\r\n", b"\r", b"\n",
         b"uart:~$ ", b"EVENT: L4 [1] connected", b"\x08", b"\x1b[9C", b"\x1bE", b"\x1b[999999D"]
    )
    | st.binary(max_size=6),
    max_size=15,
)  # fmt: skip


@given(pieces, st.lists(st.integers(0, 10_000), max_size=8))
def test_any_chunking_gives_the_same_lines(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    assert feed(data) == feed(data, *cuts)
    assert feed(data) == feed(data, *range(len(data)))


@given(st.text())
def test_no_line_breaks_the_parser(text: str) -> None:
    parse(text)
    parse(f"EVENT: {text}")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("up 1", "net iface up 1"),
        ("down 1", "net iface down 1"),
        ("connect 1", "net cm connect 1"),
        ("disconnect 1", "net cm disconnect 1"),
        ("ignore 2", "net cm ignore 2"),
        ("watch 2", "net cm watch 2"),
        ("all up 1", "net cm up all"),
        ("all disconnect 1", "net cm disconnect all"),
        ("flag 1 PERSISTENT", "net cm flag 1 get PERSISTENT"),
        ("flag 1 NO_AUTO_DOWN on", "net cm flag 1 set NO_AUTO_DOWN yes"),
        ("timeout 1", "net cm timeout 1 get"),
        ("timeout 1 30", "net cm timeout 1 set 30"),
        ("state", "net cm status"),
        ("state 2", "net cm status 2"),
        ("bound 2", "net cm status 2"),
        ("ignored 2", "net cm status 2"),
        ("addr4 1 add 192.0.2.1", "net ipv4 add 1 192.0.2.1 255.255.255.0"),
        ("addr4 1 del 192.0.2.1", "net ipv4 del 1 192.0.2.1"),
        ("addr6 1 add 2001:db8::1", "net ipv6 add 1 2001:db8::1"),
        ("shell net cm ignore ifi x", "net cm ignore ifi x"),
    ],
)
def test_words_become_lines(words: str, line: str) -> None:
    assert line == shell_line(tuple(words.split()))


@pytest.mark.parametrize(
    "words",
    ["all up 0", "flag 1 DISCONNECTING on", "flag 1 7", "timeout 1 -3", "resend", "sim 1", "lose 1",
     "burst up 1 ; down 1", "opt-get 1 1 4", "ignore-l2 DUMMY", "carrier 1 off", "reset",
     "addr6 1 add 2001:db8::1 5"],
)  # fmt: skip
def test_what_the_shell_cannot_say_is_refused(words: str) -> None:
    with pytest.raises(Unsupported, match="the stock shell cannot do"):
        shell_line(tuple(words.split()))


def test_an_event_is_found_that_is_glued_to_other_text() -> None:
    assert split_glued("DoneEVENT: L4 [1] disconnected") == ("Done", "EVENT: L4 [1] disconnected")
    assert split_glued("Interface 1 is downEVENT: L2 [1] interface down (0x1)") == (
        "Interface 1 is down",
        "EVENT: L2 [1] interface down (0x1)",
    )


@pytest.mark.parametrize(
    "line",
    [
        "EVENT: L4 [1] disconnected",
        "[00:00:01.000,000] <inf> app: saw EVENT: L4 [1] connected",
        "DoneEVENT: L4 disconnected",
        "Done",
        "",
    ],
)
def test_nothing_else_is_taken_for_a_glued_event(line: str) -> None:
    assert split_glued(line) is None
