"""A trace survives crashes, and what is broken in it is said exactly."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from connmgr_hil.checker import Outcome
from connmgr_hil.trace import TraceWriter, read_records, read_trace
from connmgr_hil.vocabulary.errors import BadInput, RigFault
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import (
    ActorCall,
    AnyRecord,
    Breach,
    CallSeen,
    Complaint,
    Crashed,
    EventSeen,
    Fault,
    Foreign,
    Header,
    HelloSeen,
    Log,
    Lost,
    Noise,
    Note,
    Outside,
    Part,
    Quirk,
    Reply,
    Reset,
    StateSeen,
    StatusSeen,
    Stimulus,
    Storm,
    Stuck,
    VerdictGiven,
)

HELLO = Hello(
    proto=1, app="1.0.0", zephyr="3.4.99", connmgr="3.4", board="b", build="0", nonce="7f"
)  # fmt: skip
ONE_OF_EACH: tuple[AnyRecord, ...] = (
    Header(tool="t", target="x", scenario="E1", requirements=("REQ-MON-001",), seed=7),
    HelloSeen(t=0, facts=HELLO, ifaces=(IfaceFacts(index=1, name="bound0", l2="DUMMY", bound=True),)),
    Stimulus(id=1, words=("up", "1")),
    CallSeen(t=1, iface=1, op="connect"),
    EventSeen(t=2, listener="early", name="IF_ADMIN_UP", code=0xD0010004, iface=1, admin=True),
    Part(t=3, index=0, status="0", hook=True, values={"n": "1"}),
    Reply(t=4, id=1, t0=1, status="-EIO", values={"value": "ü"}),
    StateSeen(
        t=5, iface=1, admin=True, oper="up", carrier=True, dormant=False, bound=True, ignored=False,
        flags=0, timeout=0, monitor="u4r", word="4005", a4=("192.0.2.1/p",),
    ),
    StatusSeen(
        t=5, iface=1, ignored=False, bound=True, admin=True, oper=True, ipv4=True, ipv6=False,
        connected=True,
    ),
    Storm(t=6, count=200),
    Log(t=7, level="err", module="m", message='quotes " and \\ and \n'),
    Noise(text="\x00\x1b[0m boot"),
    Reset(how="power", expected=True),
    Lost(first=1, last=2),
    Fault(kind="LineClosed", message="gone"),
    Outside(name="link-down", description="the cable is pulled out"),
    Note(text="n"),
    Crashed(t=7, reason="cpu-exception", thread="shell_uart", pc="0x1f00", text="FATAL"),
    Stuck(t=8, what="command", id=1, ms=2000, threads=("shell_uart waits: mutex 0x20",)),
    Foreign(text="a frame of another board"),
    Complaint(text="no IF_UP", shows="IF_UP(U)"),
    Breach(requirement="REQ-IMP-009", sentence="one TIMEOUT", seen="two"),
    ActorCall(t=9, t0=7, words=("all", "up"), status="0", thread="main"),
    Quirk(requirement="REQ-AUTO-007"),
    VerdictGiven(verdict="conforms"),
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A trace with one record of each kind."""
    path = tmp_path / "deep" / "folder" / "trace.jsonl"
    with TraceWriter(path) as writer:
        for record in ONE_OF_EACH:
            writer.write(record)
    return path


def same(first: AnyRecord, second: AnyRecord) -> bool:
    """Compare records but for the host's time."""
    return msgspec.structs.replace(first, h=0.0) == msgspec.structs.replace(second, h=0.0)


def test_what_was_written_is_read(path: Path) -> None:
    trace = read_trace(path)
    assert not trace.truncated
    assert len(trace.records) == len(ONE_OF_EACH)
    assert all(map(same, ONE_OF_EACH, trace.records))
    assert trace.header == trace.records[0]
    assert list(read_records(path)) == trace.records


def test_every_kind_of_record_is_covered() -> None:
    assert set(AnyRecord.__args__) <= {type(record) for record in ONE_OF_EACH}


def test_a_written_record_says_when(tmp_path: Path) -> None:
    with TraceWriter(tmp_path / "t.jsonl") as writer:
        times = [writer.write(record).h for record in ONE_OF_EACH]
    assert times == sorted(times)
    assert [record.h for record in read_records(tmp_path / "t.jsonl")] == times


def test_each_record_is_on_disk_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    with TraceWriter(path) as writer:
        for count, record in enumerate(ONE_OF_EACH, 1):
            writer.write(record)
            assert len(read_trace(path).records) == count


def test_a_crash_at_any_byte_leaves_a_sound_beginning(path: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    cut = tmp_path / "cut.jsonl"
    for size in range(len(whole) + 1):
        part = whole[:size]
        cut.write_bytes(part)
        # The last line may be complete but for its end.
        complete = part.count(b"\n")
        if size == 0 or (complete == 0 and not part.endswith(b"}")):
            with pytest.raises(BadInput):
                read_trace(cut)
            continue
        try:
            trace = read_trace(cut)
        except BadInput:
            assert complete == 0
            continue
        assert complete <= len(trace.records) <= complete + 1
        assert all(map(same, ONE_OF_EACH, trace.records))
        assert trace.truncated == (size < len(whole) and not _ends_whole(part))


def _ends_whole(part: bytes) -> bool:
    last = part.rpartition(b"\n")[2]
    try:
        msgspec.json.decode(last)
    except msgspec.DecodeError:
        return not last
    return True


@pytest.mark.parametrize("number", range(1, len(ONE_OF_EACH) + 1))
def test_a_broken_line_is_named(path: Path, number: int) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number - 1] = b"{" + lines[number - 1]
    path.write_bytes(b"".join(lines))
    read: list[AnyRecord] = []
    with pytest.raises(BadInput) as caught:
        read.extend(read_records(path))
    assert f"{path}:{number}: " in str(caught.value)
    assert len(read) == number - 1
    assert all(map(same, ONE_OF_EACH, read))


BROKEN = {
    "no JSON": b"hello\n",
    "no object": b"[1, 2]\n",
    "no kind": b'{"h": 1.0}\n',
    "unknown kind": b'{"k": "telegram", "t": 1}\n',
    "a field is missing": b'{"k": "call", "t": 1, "iface": 1}\n',
    "a field of the wrong type": b'{"k": "call", "t": "1", "iface": 1, "op": "connect"}\n',
    "a number for text": b'{"k": "note", "text": 5}\n',
    "bytes that are no text": b'{"k": "note", "text": "\xff\xfe"}\n',
    "two records on a line": b'{"k": "note", "text": "a"}{"k": "note", "text": "b"}\n',
    "an empty line": b"\n",
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_record_is_refused(path: Path, what: str) -> None:
    path.write_bytes(path.read_bytes() + BROKEN[what] + b'{"k": "note", "text": "after"}\n')
    with pytest.raises(BadInput) as caught:
        read_trace(path)
    assert caught.value.exit_code == 2
    assert f"{path}:{len(ONE_OF_EACH) + 1}: " in str(caught.value)
    assert "the records before this line are valid" in str(caught.value)


def test_fields_of_a_later_version_are_ignored(path: Path) -> None:
    *before, verdict = path.read_bytes().splitlines(keepends=True)
    later = b'{"k":"call","t":9,"iface":2,"op":"init","colour":"red"}\n'
    path.write_bytes(b"".join([*before, later, verdict]))
    assert read_trace(path).records[-2] == CallSeen(t=9, iface=2, op="init")


def test_a_trace_begins_with_its_header(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(msgspec.json.encode(ONE_OF_EACH[2]) + b"\n")
    with pytest.raises(BadInput, match=r":1: this is not a header record"):
        read_trace(path)


@pytest.mark.parametrize("more", [VerdictGiven(verdict="fails"), Lost(first=1, last=2)])
def test_nothing_stands_behind_the_verdict(tmp_path: Path, more: AnyRecord) -> None:
    trace = tmp_path / "a.jsonl"
    with TraceWriter(trace) as writer:
        writer.write(Header())
        writer.write(VerdictGiven(verdict="conforms"))
        writer.write(more)
    with pytest.raises(BadInput, match=r"a\.jsonl:3: this record follows the verdict"):
        read_trace(trace)


def test_a_verdict_that_there_is_not_is_refused(tmp_path: Path) -> None:
    trace = tmp_path / "a.jsonl"
    with TraceWriter(trace) as writer:
        writer.write(Header())
        writer.write(VerdictGiven(verdict="banana"))
    with pytest.raises(BadInput, match="the verdict 'banana'"):
        read_trace(trace)


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_is_a_verdict_that_can_be_read(outcome: Outcome) -> None:
    assert VerdictGiven(verdict=str(outcome)).is_known


@pytest.mark.parametrize("number", [0, 2, 99])
def test_another_format_is_refused_with_a_remedy(tmp_path: Path, number: int) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(msgspec.json.encode(Header(format=number)) + b"\n")
    with pytest.raises(BadInput) as caught:
        list(read_records(path))
    assert "this is not trace format 1" in str(caught.value)
    assert f"format {number}" in caught.value.seen
    assert "cmhil" in caught.value.remedy


@pytest.mark.parametrize("content", [b"", b'{"k":"hea'])
def test_an_empty_file_is_no_trace(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read_trace(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no-such"):
        read_trace(tmp_path / "no-such.jsonl")
    with pytest.raises(BadInput):
        read_trace(tmp_path)


def test_a_place_that_cannot_be_written_is_the_rigs_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RigFault, match="cannot write the trace"):
        TraceWriter(tmp_path / "file" / "t.jsonl")


def test_a_full_disk_is_the_rigs_fault() -> None:
    with TraceWriter(Path("/dev/full")) as writer, pytest.raises(RigFault) as caught:
        writer.write(ONE_OF_EACH[0])
    assert "free some space" in caught.value.remedy


@settings(deadline=None, derandomize=True, max_examples=200)
@given(damage=st.binary(min_size=1, max_size=30), place=st.integers(0, 10_000))
def test_any_damage_is_bad_input_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes, place: int
) -> None:
    lines = b"".join(msgspec.json.encode(record) + b"\n" for record in ONE_OF_EACH)
    place %= len(lines)
    path = tmp_path_factory.mktemp("damaged") / "t.jsonl"
    path.write_bytes(lines[:place] + damage + lines[place + len(damage) :])
    whole = lines[:place].count(b"\n")
    read: list[AnyRecord] = []
    try:
        read.extend(read_records(path))
    except BadInput as error:
        assert str(path) in str(error)  # noqa: PT017
    assert all(map(same, ONE_OF_EACH[:whole], read))
    assert len(read) >= whole
