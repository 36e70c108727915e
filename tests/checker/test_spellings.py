"""A number or an address means the same in every spelling: the device may use another than the command did."""

import re
from ipaddress import IPv6Address
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from checker.forks import judge, recorded
from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.session import Session
from connmgr_hil.targets import open_target
from connmgr_hil.vocabulary.arguments import ARGUMENTS
from connmgr_hil.vocabulary.observations import AnyRecord, StateSeen, Stimulus
from connmgr_hil.vocabulary.parsing import normal
from connmgr_hil.vocabulary.stimuli import Words

ADDRESSES = (
    "2001:DB8::1",
    "2001:db8:0:0:0:0:0:1",
    "::ffff:1.2.3.4",
    "64:ff9b::1.2.3.4",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1:0:0:4:0:0:0:8",
)
NUMBERS = {
    "fatal 1 007": "fatal 1 7",
    "fatal 1 -0": "fatal 1 0",
    "fatal 1 len=004": "fatal 1 len=4",
    "raise CONN_IF_FATAL_ERROR 1 005": "raise CONN_IF_FATAL_ERROR 1 5",
    "hook IF_UP 1 01 fatal 1 00": "hook IF_UP 1 1 fatal 1 0",
    "hook IF_UP 1 1 burst fatal 1 07 ; up 1": "hook IF_UP 1 1 burst fatal 1 7 ; up 1",
    "burst fatal 1 07 ; raise IF_UP 1 01": "burst fatal 1 7 ; raise IF_UP 1 1",
    "burst fatal 1 07 ; addr6 1 add 2001:DB8::1 09": "burst fatal 1 7 ; addr6 1 add 2001:db8::1 9",
    "on wq flag 1 02 on": "on wq flag 1 2 on",
    "both 03,017 high low fatal 1 01 ; up 2": "both 3,17 high low fatal 1 1 ; up 2",
    "race 07 00 fatal 1 01 ; up 2": "race 7 0 fatal 1 1 ; up 2",
    "opt-set 1 01 0A0B 02": "opt-set 1 1 0a0b 2",
    "opt-get 1 1 032": "opt-get 1 1 32",
    "reach 007": "reach 007",
    "shell net iface up 01": "shell net iface up 01",
}


def _words(line: str) -> Words:
    return tuple(line.split())


@pytest.mark.parametrize("line", NUMBERS)
def test_numbers_have_one_spelling(line: str) -> None:
    assert normal(_words(line)) == _words(NUMBERS[line])


@given(st.ip_addresses(v=6))
def test_an_address_has_one_spelling(address: IPv6Address) -> None:
    kind = ARGUMENTS["ADDRESS6"]
    spellings = (address.compressed, address.exploded, address.exploded.upper())
    assert all(map(kind.fits, spellings))
    assert len(set(map(kind.normal, spellings))) == 1


@pytest.mark.parametrize("text", ["010.0.0.1", "192.0.2.01", "1.2.3", "0x1.2.3.4"])
def test_an_ipv4_address_that_zephyr_and_others_read_differently_is_refused(text: str) -> None:
    assert not ARGUMENTS["ADDRESS4"].fits(text)
    assert not ARGUMENTS["ADDRESS6"].fits(f"::ffff:{text}")


def _longer(address: str) -> str:
    text, slash, state = address.partition("/")
    return IPv6Address(text).exploded.upper() + slash + state


def _respelled(record: AnyRecord, *, seen: bool) -> AnyRecord:
    """Return a command, or with `seen` a dump, with each address and info in another spelling."""
    if isinstance(record, Stimulus) and not seen:
        words = [_longer(each) if "::" in each else each for each in record.words]
        if (words[0], len(words)) in (("fatal", 3), ("raise", 4)):
            words[-1] = re.sub(r"^\d+$", r"00\g<0>", words[-1])
        return Stimulus(id=record.id, words=tuple(words))
    if isinstance(record, StateSeen) and seen:
        fields = {name: getattr(record, name) for name in record.__struct_fields__}
        return StateSeen(**fields | {"a6": tuple(map(_longer, record.a6))})
    return record


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("mirror", False),
        ("mirror", True),
        ("deprecation", False),
        ("deprecation", True),
        ("isolation", False),
        ("rules-raise", False),
    ],
)
def test_a_recorded_run_is_judged_alike_in_other_spellings(name: str, seen: bool) -> None:
    records = recorded(name)
    changed = [_respelled(each, seen=seen) for each in records]
    verdict = judge(changed)
    assert (verdict.outcome, verdict.lines()) == (judge(records).outcome, judge(records).lines())
    assert verdict.outcome is Outcome.CONFORMS
    assert changed != records


def test_a_dump_of_what_is_no_address_fails() -> None:
    records = recorded("mirror")
    place = next(i for i, each in enumerate(records) if isinstance(each, StateSeen) and each.a6)
    fields = {name: getattr(records[place], name) for name in records[place].__struct_fields__}
    records[place] = StateSeen(**fields | {"a6": ("nonsense/p",)})
    verdict = judge(records)
    assert verdict.outcome is Outcome.FAILS
    assert "nonsense" in "\n".join(verdict.lines())


def test_a_device_is_given_what_it_writes_itself(tmp_path: Path) -> None:
    lines = ["fatal 1 007", "fatal 1 -0", "raise CONN_IF_FATAL_ERROR 1 005", "timeout 1 008"]
    lines += ["hook IF_UP 1 1 raise CONN_IF_FATAL_ERROR 1 0010", "carrier 1 on", "up 1"]
    lines += ["burst raise CONN_IF_FATAL_ERROR 1 04 ; fatal 1 009"]
    with open_target("simulated") as target, Session(target, tmp_path / "trace.jsonl") as session:
        for line in lines:
            session.attempt(_words(line))
        for address in ADDRESSES:
            for verb in ("add", "del"):
                session.attempt(("addr6", "1", verb, address))
                session.attempt(("state", "1"))
        verdict = session.conclude()
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()
