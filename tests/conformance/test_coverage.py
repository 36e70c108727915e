"""What traces show, and the way to what they do not."""

from pathlib import Path

import pytest

from conformance.comparing import differences, episodes
from connmgr_hil.conformance.coverage import cover, paths_to
from connmgr_hil.conformance.imagined import Imagined
from connmgr_hil.model import Model
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.observations import EventSeen
from connmgr_hil.vocabulary.requirements import requirements

TRACES = Path(__file__).parent.parent / "traces"


@pytest.mark.slow
def test_recorded_traces_show_nearly_everything() -> None:
    coverage = cover([TRACES])
    missing = {each for each in requirements() if coverage.best(each) in ("unreachable", "not_run")}
    assert not {each for each in requirements() if coverage.best(each) == "failed"}
    assert len(missing) <= 12
    assert all(coverage.reason(each) for each in missing)
    assert "no scenario" not in {coverage.reason(each) for each in missing}


def test_one_trace_shows_little_and_the_rest_has_reasons() -> None:
    coverage = cover([TRACES / "native_posix_64" / "E1.jsonl"])
    (standing,) = coverage.platforms.values()
    assert standing["REQ-MON-001"] == "held"
    assert standing["REQ-CTL-001"] == "not_run"
    assert ("connected", "addr4") in coverage.rules
    assert ("connected", "carrier") in coverage.unreached()


@pytest.mark.slow
def test_a_path_leads_to_its_rule() -> None:
    world = cover([TRACES / "native_posix_64" / "E1.jsonl"]).worlds[0]
    wanted = [("connected", "carrier"), ("timeout", ""), ("admin-down", "timeout")]
    paths = paths_to(world, wanted)
    assert set(paths) == set(wanted)
    assert all(len(path) <= 5 for path in paths.values())


def test_imagined_time_lets_timers_run_out() -> None:
    world = cover([TRACES / "native_posix_64" / "E1.jsonl"]).worlds[0]
    device = Imagined(Model(world)).run(
        [("sim", "1", "mode", "never"), ("timeout", "1", "2"), ("up", "1")]
    )
    assert device.state.ifaces[0].impl.phase == "connecting"
    device.do(("advance", "1999999"))
    assert device.state.ifaces[0].admin
    device.do(("advance", "2"))
    assert device.state.ifaces[0].impl.ended == "timeout"
    assert not device.state.ifaces[0].admin


def test_a_difference_is_named() -> None:
    real = read_trace(TRACES / "native_posix_64" / "E1.jsonl").records
    assert differences(real, real) == []
    dropped = [
        record
        for record in real
        if not (isinstance(record, EventSeen) and record.name == "L4_CONNECTED")
    ]
    (difference,) = differences(real, dropped)
    assert "addr4" in difference
    assert "L4_CONNECTED" in difference
    assert len(episodes(real)) == len(episodes(dropped))
