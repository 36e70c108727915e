"""Any trace gets a verdict or an error with file and line; none gets a traceback."""

import contextlib
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import BadInput
from fuzz.targets import cmhil, judge

WHOLE = (Path(__file__).parents[1] / "traces" / "native_dad").glob("*.jsonl")
LINES = min((path.read_bytes() for path in WHOLE), key=len).splitlines(keepends=True)
DECODED: list[dict[str, Any]] = [msgspec.json.decode(line) for line in LINES]

numbers = st.sampled_from([0, -1, 1, 2, 99, 2**31, 2**63, 2**64])
texts = st.sampled_from(
    ["", "0", "-0", "nan", "up", "boot", "é\x00\x1b[2J", "9" * 5000, "0x", "u4r"]
)
words = st.lists(
    st.sampled_from(["", "up", "1", "-1", "99", "burst", "hook", "addr4", "add", "9" * 30]),
    max_size=4,
)
replies = st.dictionaries(st.sampled_from(["n", "value", "rc"]), texts)
FITTING = {
    int: numbers,
    float: numbers,
    str: texts,
    list: words,
    dict: replies,
    bool: st.booleans(),
}
odd = st.one_of(st.none(), st.booleans(), numbers, texts, words, replies)
PLACES = [(place, name) for place, record in enumerate(DECODED) for name in record if name != "k"]
change = st.sampled_from(PLACES).flatmap(
    lambda place: st.tuples(st.just(place), FITTING[type(DECODED[place[0]][place[1]])] | odd)
)
move = st.tuples(st.integers(1, len(DECODED) - 1), st.integers(1, len(DECODED) - 1))
QUICK = settings(deadline=None, derandomize=True, max_examples=15, database=None)
MANY = settings(QUICK, max_examples=int(os.environ.get("FUZZ_EXAMPLES", "60")))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "t.jsonl"


@QUICK
@given(content=st.binary(max_size=300))
def test_any_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    judge(path)


@QUICK
@given(content=st.binary(min_size=1, max_size=40), place=st.integers(1, len(LINES)))
def test_any_bytes_between_the_records(path: Path, content: bytes, place: int) -> None:
    path.write_bytes(b"".join([*LINES[:place], content, *LINES[place:]]))
    judge(path)


@MANY
@given(changes=st.lists(change, min_size=1, max_size=3), moves=st.lists(move, max_size=2))
def test_records_with_odd_values_in_an_odd_order(
    path: Path, changes: list[tuple[tuple[int, str], object]], moves: list[tuple[int, int]]
) -> None:
    records = [dict(record) for record in DECODED]
    for (place, name), value in changes:
        records[place][name] = value
    for source, sink in moves:
        records.insert(sink, records.pop(source))
    path.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
    judge(path)


@QUICK
@given(cut=st.integers(0, sum(map(len, LINES))))
def test_a_cut_trace_is_a_shorter_trace(path: Path, cut: int) -> None:
    path.write_bytes(b"".join(LINES)[:cut])
    whole = path.read_bytes().count(b"\n")
    if whole == 0:
        with contextlib.suppress(BadInput):
            assert len(list(read_records(path))) <= 1
    else:
        assert whole <= len(list(read_records(path))) <= whole + 1
    judge(path)


def test_ifaces_that_leave_numbers_out(path: Path) -> None:
    records = [dict(record) for record in DECODED]
    hello = next(record for record in records if record["k"] == "hello")
    hello["ifaces"] = [hello["ifaces"][0], hello["ifaces"][-1]]
    path.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
    with pytest.raises(
        BadInput, match=r"(?s)t\.jsonl:2: .*numbered from 1 on, each once, not 1, 9"
    ):
        list(read_records(path))
    judge(path)


@pytest.mark.parametrize("release", ["34.", "three", "2.7"])
def test_a_release_that_no_model_is_for(path: Path, release: str) -> None:
    path.write_bytes(b"".join(LINES).replace(b'"connmgr":"3.4"', f'"connmgr":"{release}"'.encode()))
    code, said = cmhil("check", str(path))
    assert code == 2, said
    assert f"{path}: " in said
    assert cmhil("coverage", str(path.parent))[0] == 2
    judge(path)


NESTED = b'{"k":"note","text":"x","extra":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"


@pytest.mark.parametrize("last", [True, False])
def test_depth_without_end(path: Path, last: bool) -> None:
    path.write_bytes(b"".join([*LINES, NESTED.rstrip() if last else NESTED]))
    judge(path)
