"""The table of commands: what fits, what does not, and what an error says of it."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.commands import COMMANDS
from connmgr_hil.vocabulary.equipment import Equipment
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import Stimulus
from connmgr_hil.vocabulary.parsing import command, is_known, validate

TRACES = Path(__file__).parents[1] / "traces"

SLIPS = {
    "": ("a command is missing", "commands: addr4"),
    "upp 1": ("there is no command 'upp'", "did you mean 'up'?"),
    "up": ("'up' lacks an iface by its number", "usage: up I"),
    "up 0": ("'0' is not an iface", "usage: up I"),
    "up A": ("'A' is not an iface", "usage: up I"),
    "up 1 2": ("'up' does not take '2'", "usage: up I"),
    "carrier 1 onn": ("'onn' is not one of on, off", "did you mean 'on'?"),
    "sim 1 mode asinc": ("'asinc' is not one of async, never, sync", "did you mean 'async'?"),
    "sim 1 mod async": ("'mod' is not one of mode, delay_ms", "did you mean 'mode'?"),
    "sim 1 mode": ("'sim' lacks one of async, never, sync", "usage: sim I mode"),
    "sim 1 delay_ms soon": ("'soon' is not a whole number from 0 to 86400000", "usage: sim I"),
    "sim 1 delay_ms 86400001": ("not a whole number from 0 to 86400000", "usage: sim I"),
    "sim 1 watch_admin 2": ("'2' is not one of 0, 1", "usage: sim I fatal_keeps|watch_admin 0|1"),
    "timeout 1 2147483648": ("not a whole number from -2147483648 to 2147483647", "usage:"),
    "flag 1 PERSISTANT on": ("'PERSISTANT' is not a flag", "did you mean 'PERSISTENT'?"),
    "opt-set 1 1 0a0": ("'0a0' is not at most 64 bytes in hexadecimal or 'null'", "usage:"),
    "opt-get 1 1 33": ("'33' is not a whole number from 0 to 32", "usage:"),
    "addr4 1 add 192.0.2.256": ("'192.0.2.256' is not an IPv4 address", "usage: addr4 I"),
    "addr4 1 add 2001:db8::1": ("'2001:db8::1' is not an IPv4 address", "usage: addr4 I"),
    "addr6 1 add fe80::1%eth0": ("is not an IPv6 address", "usage: addr6 I"),
    "addr6 1 del 2001:db8::1 5": ("'addr6' does not take '5'", "usage:"),
    "raise IF_UPP 0": ("'IF_UPP' is not the name of an event", "did you mean 'IF_UP'?"),
    "raise IF_UP 0 len=257": ("'len=257' is not a whole number, or len=N", "usage:"),
    "listen late1 add IF_UP,L4_CONNECTED": ("is not a list of events of one layer", "usage:"),
    "listen late1 add IF_UP,IF_DWN": ("is not a list of events of one layer", "mean 'IF_DOWN'?"),
    "listen late4 del": ("'late4' is not one of late1", "did you mean 'late"),
    "hook IF_UP 0 0 up 1": ("'0' is not a whole number from 1", "usage: hook EVENT"),
    "hook IF_UP 0 1": ("'hook' lacks a command", "usage: hook EVENT"),
    "hook IF_UP 0 1 hook off": ("'hook' cannot be given inside 'hook'", "separate command"),
    "on wqq up 1": ("'wqq' is not one of shell, wq, cb", "did you mean 'wq'?"),
    "on wq upp 1": ("there is no command 'upp'", "did you mean 'up'?"),
    "on wq mode human": ("'mode' cannot be given inside 'on'", "separate command"),
    "on cb listen late1 del": ("'listen' cannot be given inside 'on cb'", "separate command"),
    "burst up 1 ; down": ("'down' lacks an iface", "usage: down I"),
    "burst up 1 ;": ("a command is missing", "commands:"),
    "burst up 1 ; burst up 2": ("'burst' cannot be given inside 'burst'", "separate command"),
    "burst up 1 ; advance 5": ("'advance' cannot be given inside 'burst'", "separate command"),
    "hook IF_UP 0 1 burst" + " up 1 ;" * 12 + " up 1": ("the command of a hook is too long", "24"),
    "burst" + " up 1 ;" * 80 + " up 1": ("a command is too long", "at most 128 words"),
}


@pytest.mark.parametrize("line", SLIPS)
def test_a_slip_is_named_with_what_was_meant(line: str) -> None:
    wrong, remedy = SLIPS[line]
    with pytest.raises(BadInput) as raised:
        validate(tuple(line.split()))
    assert wrong in raised.value.wanted
    assert remedy in raised.value.remedy


JUDGED_BY_THE_API = (
    "flag 1 99 on",
    "flag 1 2147483647",
    "timeout 1 -5",
    "opt-set 1 1 null",
    "opt-set 1 -7 00 0",
    "opt-get 1 1 null-length",
    "sim 1 connect_rc 1",
    "raise CONN_IF_FATAL_ERROR 0 len=256",
    "hook L4_CONNECTED 0 1 burst disconnect 1 ; connect 1",
    "on cb burst up 1 ; down 1",
    "addr6 1 add 2001:db8::1 65535",
    "ignore-l2 null",
)


@pytest.mark.parametrize("line", JUDGED_BY_THE_API)
def test_what_the_api_judges_is_sent(line: str) -> None:
    assert str(command(tuple(line.split()))) == line


def test_every_recorded_command_is_still_understood() -> None:
    recorded = {
        record.words
        for path in TRACES.rglob("*.jsonl")
        for record in read_records(path)
        if isinstance(record, Stimulus) and is_known(record.words)
    }
    assert len(recorded) > 400
    for words in recorded:
        assert command(words).words == words


def test_a_command_knows_its_iface_and_whether_it_only_asks() -> None:
    for line, iface, asks in (
        ("up 3", 3, False),
        ("raise IF_UP 4", 4, False),
        ("raise IF_UP 0", 0, False),
        ("timeout 2", 2, True),
        ("timeout 2 5", 2, False),
        ("sim 1", 1, True),
        ("sim 1 fails 2", 1, False),
        ("hook IF_UP 3 1 up 1", 0, False),
        ("on wq bound 2", 0, True),
        ("burst bound 2 ; up 2", 0, False),
        ("ping", 0, True),
        ("resend", 0, False),
    ):
        given_ = command(tuple(line.split()))
        assert (given_.iface, given_.asks) == (iface, asks), line
    assert not COMMANDS["all"].about_iface
    assert COMMANDS["lose"].about_iface


@given(st.lists(st.text(max_size=12), max_size=8).map(tuple))
def test_any_words_are_a_command_or_bad_input(words: tuple[str, ...]) -> None:
    with contextlib.suppress(BadInput):
        understood = command(words).words
        assert command(understood).words == understood


@given(st.sampled_from(sorted(COMMANDS)), st.data())
def test_whatever_a_form_allows_is_understood_as_it(name: str, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(COMMANDS[name].forms))
    count = data.draw(st.integers(len(form.required), len(form.arguments)))
    given_ = [data.draw(st.sampled_from(each.examples)) for each in form.arguments[:count]]
    inner = ["up", "1"] if "COMMAND" in form.usage else []
    if name == "both":
        given_[1:], inner = ["high", "wq"], [*inner, ";", *inner]
    assert command((name, *given_, *inner)).form == form


DEVICE = Equipment(
    (
        IfaceFacts(index=1, name="bound0", l2="DUMMY", bound=True, sim=True),
        IfaceFacts(index=2, name="free0", l2="DUMMY", bound=False),
    ),
    frozenset({"P34", "P37"}),
    frozenset(Event) - {Event.CONN_IF_IDLE_TIMEOUT},
)

LACKING = {
    "up 3": ("there is no iface 3", "A = bound0 = 1, U = free0 = 2"),
    "burst up 1 ; up 3": ("there is no iface 3", "A = bound0 = 1"),
    "hook IF_UP 3 1 up 1": ("there is no iface 3", "A = bound0 = 1"),
    "sim 2": ("iface 2 (free0) has no simulated implementation", "A = bound0 = 1"),
    "lose 2": ("iface 2 (free0) has no simulated implementation", "A = bound0 = 1"),
    "ignore-l2 DUMY": ("no iface of this device has the L2 'DUMY'", "did you mean 'DUMMY'?"),
    "l2-enable 1 -5": ("iface 1 (bound0) is enabled by its L2 DUMMY", "CM_STUBBORN"),
    "idle 1": ("this device's release has no 'idle I'", "profile P43"),
    "sim 1 configured 0": ("this device's release has no 'sim I configured 0|1'", "profile P45"),
    "raise CONN_IF_IDLE_TIMEOUT 1": ("this device's release has no event", "IF_UP"),
}


@pytest.mark.parametrize("line", LACKING)
def test_what_a_device_lacks_is_named_with_what_it_has(line: str) -> None:
    wrong, remedy = LACKING[line]
    with pytest.raises(BadInput) as raised:
        DEVICE.check(command(tuple(line.split())))
    assert wrong in raised.value.wanted
    assert remedy in raised.value.remedy


@pytest.mark.parametrize(
    "line", ["up 2", "sim 1 mode sync", "watch-l2 null", "raise IF_UP 0", "hook IF_UP 0 1 up 2"]
)
def test_what_a_device_has_is_accepted(line: str) -> None:
    DEVICE.check(command(tuple(line.split())))
