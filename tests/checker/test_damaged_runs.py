"""However a run is cut or damaged, its trace never fails a device that conforms, and never shows what it does not hold.

Each recorded trace of two platforms, one whose time is granted and one whose time is real, is cut after every record and damaged at
every record.
"""

import os
from pathlib import Path

import pytest
from msgspec import structs

from checker.forks import fork
from connmgr_hil.checker import Checker, Outcome
from connmgr_hil.conformance.run import check
from connmgr_hil.model import Models
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    Complaint,
    EventSeen,
    Fault,
    Foreign,
    Header,
    Lost,
    Reply,
    Stimulus,
    VerdictGiven,
)

TRACES = Path(__file__).parents[1] / "traces"
RECORDED = sorted(
    path
    for name in ("native_posix_64", "mps2_an385_real_clock")
    for path in (TRACES / name).glob("*.jsonl")
)
EVERY = 1 if os.environ.get("CMHIL_SOAK") else 7
"""Damage is done at every so manieth record: at every one in a soak."""
MODELS = Models()

each_trace = pytest.mark.parametrize(
    "path", RECORDED, ids=[f"{path.parent.name}-{path.stem}" for path in RECORDED]
)


def records_of(path: Path) -> list[AnyRecord]:
    records = list(read_records(path))
    assert isinstance(records[-1], VerdictGiven)
    return records


@each_trace
def test_a_run_that_was_cut_neither_fails_nor_conforms(path: Path) -> None:
    checker = Checker(models=MODELS)
    *records, _ = records_of(path)
    for number, record in enumerate(records, 1):
        checker.feed(record)
        verdict = checker.finish(cut=True)
        assert verdict.outcome is Outcome.INCONCLUSIVE, (number, verdict.lines())
        assert verdict == checker.finish(cut=True)
    # Looking did not disturb: what was judged so far goes on and conforms.
    assert checker.finish().outcome is Outcome.CONFORMS


DAMAGES: list[AnyRecord] = [
    Lost(first=1, last=1),
    Foreign(text="a frame of another board"),
    Fault(kind="LineClosed", message="gone"),
]


@each_trace
def test_what_comes_after_a_damage_neither_fails_nor_conforms(path: Path) -> None:
    checker = Checker(models=MODELS)
    records = records_of(path)
    for number, record in enumerate(records[:-1]):
        if number % EVERY == 0 and not isinstance(record, Header):
            for damage in DAMAGES:
                twin = fork(checker)
                twin.feed(damage)
                # The frame itself is missing, too, and whatever the driver of the run then says counts for nothing.
                for each in (*records[number + 1 :], Complaint(text="the scenario says: more")):
                    assert twin.feed(each) is None, (number, twin.finish().lines())
                wanted = Outcome.RIG if isinstance(damage, Fault) else Outcome.INCONCLUSIVE
                assert twin.finish().outcome is wanted, number
        checker.feed(record)


@each_trace
def test_a_command_that_is_never_answered_neither_fails_nor_conforms(path: Path) -> None:
    checker = Checker(models=MODELS)
    for record in records_of(path):
        checker.feed(record)
        if isinstance(record, Stimulus):
            assert checker.finish().outcome is Outcome.INCONCLUSIVE


def test_a_probe_that_does_not_know_a_word_is_no_failure() -> None:
    """An image older than the harness: it refuses the command, so that nothing came of it."""
    records = records_of(TRACES / "native_posix_64" / "unrelated-events.jsonl")
    unknown = next(
        each.id for each in records if isinstance(each, Stimulus) and each.words[0] == "raise"
    )
    checker = Checker(models=MODELS)
    for record in records:
        if isinstance(record, EventSeen) and record.name == "DNS_SERVER_ADD":
            continue
        if isinstance(record, Reply) and record.id == unknown:
            checker.feed(structs.replace(record, status="-EINVAL", values={"bad": "value"}))
            break
        checker.feed(record)
    verdict = checker.finish()
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "did not understand 'raise DNS_SERVER_ADD 4': bad=value" in verdict.reason


def test_a_trace_that_was_cut_holds_no_requirement(tmp_path: Path) -> None:
    lines = (TRACES / "native_posix_64" / "E1.jsonl").read_bytes().splitlines(keepends=True)
    whole = tmp_path / "whole.jsonl"
    whole.write_bytes(b"".join(lines))
    assert check([whole]).counts()["held"] > 0
    for count in range(1, len(lines)):
        part = tmp_path / "part.jsonl"
        part.write_bytes(b"".join(lines[:count]))
        report = check([part])
        assert report.outcome is Outcome.INCONCLUSIVE
        assert report.counts()["held"] == 0
        assert report.counts()["failed"] == 0
