"""A session keeps its trace, whatever prevents or ends it."""

import contextlib
from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.nonconforming import Nonconforming
from connmgr_hil.conformance.run import run_scenario, verify
from connmgr_hil.conformance.scenario import Scenario
from connmgr_hil.conformance.session import Session
from connmgr_hil.targets import find_platform, open_target
from connmgr_hil.targets.base import PlatformTarget
from connmgr_hil.trace import read_records
from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.errors import DeviceFault, DeviceReset, RigFault, Unmet, UsageError
from connmgr_hil.vocabulary.observations import (
    Fault,
    Header,
    Outside,
    Reply,
    Reset,
    Stuck,
    VerdictGiven,
)


class NeverUp(PlatformTarget):
    """A target that does not come up."""

    def __init__(self, error: BaseException) -> None:
        self.platform = find_platform("simulated")
        self._error = error

    def start(self) -> Transport:
        raise self._error

    restart = start

    def stop(self) -> None:
        pass


@pytest.mark.parametrize(
    ("error", "told", "verdict"),
    [
        (RigFault("the board should boot", "nothing"), Fault, "rig"),
        (DeviceFault("a hello", "nonsense"), Stuck, "fails"),
        (DeviceReset("a boot", "two"), Reset, "fails"),
        (UsageError("one board", "two"), None, "none (one board\n  seen: two)"),
        (KeyboardInterrupt(), None, "none (interrupted)"),
        (RuntimeError("a defect of ours"), None, "none (RuntimeError: a defect of ours)"),
    ],
)
def test_a_target_that_does_not_come_up_leaves_a_whole_trace(
    tmp_path: Path, error: BaseException, told: type | None, verdict: str
) -> None:
    path = tmp_path / "trace.jsonl"
    session = Session(NeverUp(error), path)
    raised = Nonconforming if isinstance(error, DeviceReset) else type(error)
    with pytest.raises(raised), session:
        pass
    first, *between, last = read_records(path)
    assert isinstance(first, Header)
    assert [type(record) for record in between] == ([told] if told else [])
    assert isinstance(last, VerdictGiven)
    assert last.verdict == verdict
    assert session.verdict is not None
    assert not [each for each in Path("/proc/self/fd").iterdir() if _leads_to(each, path)]


def _leads_to(descriptor: Path, path: Path) -> bool:
    try:
        return descriptor.readlink() == path
    except FileNotFoundError:  # the one by which the folder was read
        return False


STIMULI = """
[stimuli.network-off]
description = "the network is away"
probe = "timeout 1 7"
[stimuli.traffic]
description = "a packet comes back"
probe = "timeout 4 7"
"""


def test_a_stimulus_may_be_a_command_of_the_device(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\ndescription = "d"\nkind = "simulated"\n' + STIMULI)
    target = open_target(str(path))
    assert target.obstacle_to_stimulus("network-off") == ""
    with target, Session(target, tmp_path / "good.jsonl") as session:
        session.stimulate("network-off")
        assert session.execute(("timeout", "1")).values["value"] == "7"
    records = list(read_records(tmp_path / "good.jsonl"))
    given = next(place for place, each in enumerate(records) if isinstance(each, Outside))
    assert isinstance(records[given - 1], Reply)
    assert session.verdict is not None
    assert session.verdict.outcome is Outcome.CONFORMS
    with (
        target,
        pytest.raises(Unmet, match=r"traffic: 'timeout 4 7' returns 0\n.*ENOTSUP"),
        Session(target, tmp_path / "bad.jsonl") as session,
    ):
        session.stimulate("traffic")
    assert session.verdict is not None
    assert session.verdict.outcome is Outcome.INCONCLUSIVE
    assert session.verdict.unmet.startswith("the stimulus traffic")


def test_what_a_scenario_missed_stays_missed_though_it_catches_the_error(tmp_path: Path) -> None:
    def forgiving(b: Bench) -> None:
        """Catch all."""
        for missed in (lambda: b.do("up U", "L4_CONNECTED(U)"), lambda: b.require(False, "a", "b")):
            with contextlib.suppress(Unmet):
                missed()

    mine = Scenario("mine", "Catch all.", ("REQ-CTL-042",), forgiving)
    with open_target("simulated") as target:
        result = run_scenario(target, mine, tmp_path / "mine.jsonl")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "'up U' shows L4_CONNECTED(U)" in result.reason


def test_a_crash_that_a_scenario_catches_is_told_in_full(tmp_path: Path) -> None:
    def forgiving(b: Bench) -> None:
        """Catch all."""
        b.ask("defect life_panic on")
        with contextlib.suppress(DeviceFault):
            b.ask("up A")
            b.ask("disconnect A")

    mine = Scenario("mine", "Catch all.", ("REQ-CTL-042",), forgiving)
    with open_target("simulated") as target:
        report = verify(target, tmp_path, scenarios=[mine])
    (result,) = report.results
    assert result.outcome is Outcome.FAILS
    assert result.reason.startswith("FAIL  REQ-LIFE-001")
    assert "2 of 2 starts ended so" in result.reason
