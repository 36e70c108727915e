"""Hypothesis strategies for the probe's commands: legal and illegal ones, alone, in bursts, elsewhere."""

from hypothesis import strategies as st

from connmgr_hil.vocabulary.stimuli import BULK

V4 = ("192.0.2.1", "192.0.2.2", "198.51.100.7")
V6 = ("2001:db8::1", "fd00::2")
LINK_LOCAL = ("169.254.3.4", "fe80::9")

ifaces = st.sampled_from("1 1 1 2 3 4 4 4 5 6 7 8 9".split())
any_iface = st.sampled_from("1 1 1 2 3 4 4 4 5 6 7 8 9 0 10 99".split())
switch = st.sampled_from(["on", "off"])


def _words(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    strategies = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*strategies).map(" ".join)


def _address(addresses: tuple[str, ...], index: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    verb = st.sampled_from(["add", "add", "del"])
    return st.one_of(
        [
            _words(f"addr{6 if ':' in each else 4}", index, verb, each)
            for each in addresses
        ]
    )  # fmt: skip


def simple(index: st.SearchStrategy[str], addresses: tuple[str, ...]) -> st.SearchStrategy[str]:
    """One API call or change of the world that takes no time."""
    main = [
        _words("up", index),
        _words(st.sampled_from(["down", "connect", "disconnect"]), index),
        _words(st.sampled_from(["carrier", "dormant"]), index, switch),
        _address(addresses, index),
        _words(st.sampled_from(["ignore", "watch"]), index),
        _words("lose", index),
    ]
    other = [
        _words(st.sampled_from(["ignore-l2", "watch-l2"]), st.sampled_from(["DUMMY", "CM_TEST"])),
        _words("flag", index, st.sampled_from(["0", "1", "2", "PERSISTENT", "99"]), switch),
        _words("timeout", index, st.sampled_from(["0", "1", "2", "-5"])),
        _words("sim", index, "mode", st.sampled_from(["sync", "async", "never"])),
        _words("sim", index, "teardown_ms", st.sampled_from(["0", "300"])),
        _words("sim", index, "connect_rc", st.sampled_from(["0", "-5", "7"])),
        _words("sim", index, "disconnect_rc", st.sampled_from(["0", "-33"])),
        _words("sim", index, "watch_admin", st.sampled_from(["0", "1"])),
        _words("sim", index, "fatal_keeps", st.sampled_from(["0", "1"])),
        _words(st.sampled_from(["fatal", "sim", "ignored", "bound"]), index),
        _words("opt-set", index, st.sampled_from("129"), st.sampled_from(["null", "01020304"])),
        _words("opt-get", index, st.sampled_from("129"), st.sampled_from(["8", "null-value"])),
        _words("all", st.sampled_from(BULK), st.sampled_from("01")),
        _words(
            st.sampled_from(["l2-enable", "l2-disable"]), "9", st.sampled_from(["0", "-7", "5"])
        ),
        _words("listen", "late1", "add", "IF_DOWN,IF_UP"),
        _words("listen", "late1", "del"),
        st.just("resend"),
    ]
    return _any_of([*main, *main, *other])


def _any_of(kinds: list[st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """Choose among kinds first, so that one with many forms is not chosen more often."""
    return st.sampled_from(kinds).flatmap(lambda kind: kind)


BEGINNINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("up 4", "addr4 4 add 192.0.2.1"),
    ("sim 1 mode sync", "addr4 1 add 192.0.2.1", "up 1"),
    ("sim 1 mode sync", "flag 1 NO_AUTO_CONNECT on", "addr6 1 add 2001:db8::1", "connect 1",
     "up 4", "addr4 4 add 192.0.2.2"),
    ("flag 1 PERSISTENT on", "timeout 1 2", "up 1", "sim 2 mode sync", "connect 2"),
)  # fmt: skip


def sequences(
    *, index: st.SearchStrategy[str] = ifaces, addresses: tuple[str, ...] = V4 + V6,
    bursts: bool = True, hooks: bool = True,
) -> st.SearchStrategy[list[str]]:  # fmt: skip
    """Sequences of commands, with waits between them."""
    one = simple(index, addresses)
    beginning = st.sampled_from(BEGINNINGS).map(list)
    waits = st.sampled_from(["50000", "150000", "1000000", "2500000"])
    kinds = [one, one, one, _words("advance", waits)]
    kinds.append(_words("on", st.sampled_from(["wq", "cb"]), one))
    if bursts:
        burst = st.lists(one, min_size=1, max_size=4).map(lambda each: "burst " + " ; ".join(each))
        kinds += [burst, _words("on", st.sampled_from(["wq", "cb"]), burst)]
    if hooks:
        event = st.sampled_from(["L4_CONNECTED", "L4_DISCONNECTED", "IF_UP", "IF_ADMIN_DOWN"])
        kinds.append(_words("hook", event, st.sampled_from(["0", "1", "4"]), "1", one))
    return st.builds(list.__add__, beginning, st.lists(_any_of(kinds), min_size=15, max_size=40))
