"""What the application calls by itself is judged as what a run calls: recorded commands in the application's mouth."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from msgspec import structs

from checker.forks import judge, recorded
from connmgr_hil.checker import Outcome
from connmgr_hil.device.decode import decode
from connmgr_hil.device.frames import Frame
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import ActorCall, AnyRecord, Reply, Stimulus

CALLED = {"all", "connect", "disconnect", "ignore", "watch", "resend"}
SAMPLE = Path(__file__).parents[1] / "traces" / "native_http_sample"
NAMES = ["all-up", "all-skip", "E12", "all-down-disconnect", "Y9", "ignore-keeps", "E3", "Q10"]


def by_application(records: Iterable[AnyRecord]) -> Iterator[AnyRecord]:
    """Yield the records as they were if the application had called what it can call, in place of the run."""
    words = {}
    for record in records:
        if isinstance(record, Stimulus) and record.words[0] in CALLED:
            words[record.id] = record.words
        elif isinstance(record, Reply) and record.id in words:
            yield ActorCall(t=record.t, t0=record.t0, words=words[record.id], status=record.status)
        else:
            yield record


@pytest.mark.parametrize("name", NAMES)
def test_calls_of_the_application_conform(name: str) -> None:
    records = list(by_application(recorded(name)))
    verdict = judge(records)
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()


@pytest.mark.parametrize("name", ["all-up", "all-skip", "E12", "Y9"])
def test_a_call_that_returns_what_it_must_not_fails(name: str) -> None:
    records = list(by_application(recorded(name)))
    calls = [each for each in records if isinstance(each, ActorCall)]
    assert calls
    for call in calls:
        wrong = [structs.replace(each, status="-EIO") if each is call else each for each in records]
        assert judge(wrong).outcome is Outcome.FAILS, call


def test_what_a_call_should_show_is_missed() -> None:
    records = list(by_application(recorded("all-up")))
    silent = [each for each in records if getattr(each, "name", "") != "IF_ADMIN_UP"]
    assert judge(silent).outcome is Outcome.FAILS


def test_a_frame_tells_a_call() -> None:
    fields = {"do": "all connect 1", "t0": "1200", "rc": "-10", "err": "ECHILD", "thr": "main"}
    call = decode(Frame(seq=3, time=1500, kind="actor", fields=fields, crc=0))
    assert call == ActorCall(
        t=1500, t0=1200, words=("all", "connect", "1"), status="-ECHILD", thread="main"
    )


@pytest.mark.parametrize("path", sorted(SAMPLE.glob("*.jsonl")), ids=lambda path: path.stem)
def test_upstreams_sample_asks_for_the_status_by_itself(path: Path) -> None:
    """Recorded from samples/net/sockets/dumb_http_server_mt, whose main does so in the midst of a command of the run."""
    records = list(read_records(path))
    (call,) = [each for each in records if isinstance(each, ActorCall)]
    assert (call.words, call.status, call.thread) == (("resend",), "0", "main")
    assert judge(records).outcome is Outcome.CONFORMS
    unsaid = [each for each in records if each is not call]
    assert judge(unsaid).outcome is not Outcome.CONFORMS
    wrong = [
        structs.replace(each, words=("all", "up", "0")) if each is call else each
        for each in records
    ]
    assert judge(wrong).outcome is not Outcome.CONFORMS
