"""What an emulated board showed by the probe's clock and by its own is the same, but for the order of what nobody promised."""

from pathlib import Path

import pytest

from conformance.comparing import differences
from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import HelloSeen

TRACES = Path(__file__).parents[1] / "traces"
GRANTED = TRACES / "mps2_an385"
REAL = TRACES / "mps2_an385_real_clock"

NOT_COMPARED = {
    "X1d": "ifaces go up and down in turns without end; how often before the next command is a matter of the speed",
    "all-skip": "an attempt ends between two commands where time goes by itself, and waits for time where it is granted",
}
NAMES = sorted(path.stem for path in GRANTED.glob("*.jsonl"))

# Timeouts by the probe's clock, and the same where another clock goes: the board's own, or the simulated one of native targets.
ELSEWHERE = {
    "qemu_x86_granted": "qemu_x86_real_clock",
    "mps2_an385_p42": "native_p42",
    "qemu_x86_p42": "native_p42",
}
TIMEOUTS = [
    (folder, path.stem)
    for folder in ELSEWHERE
    for path in sorted((TRACES / folder).glob("*.jsonl"))
]


def hello(path: Path) -> HelloSeen:
    return next(each for each in read_records(path) if isinstance(each, HelloSeen))


def test_each_was_recorded_by_both() -> None:
    assert sorted(path.stem for path in REAL.glob("*.jsonl")) == NAMES
    assert set(NOT_COMPARED) < set(NAMES)
    assert {hello(GRANTED / f"{name}.jsonl").facts.granted for name in NAMES} == {True}
    assert {hello(REAL / f"{name}.jsonl").facts.granted for name in NAMES} == {False}


@pytest.mark.parametrize("name", NAMES)
def test_both_show_the_same(name: str) -> None:
    granted, real = (folder / f"{name}.jsonl" for folder in (GRANTED, REAL))
    assert check_trace(granted).outcome is Outcome.CONFORMS
    if name in NOT_COMPARED:
        pytest.skip(NOT_COMPARED[name])
    assert differences(read_records(granted), read_records(real)) == []


@pytest.mark.parametrize(("folder", "name"), TIMEOUTS)
def test_timeouts_on_other_kernels_show_the_same(folder: str, name: str) -> None:
    granted, other = (TRACES / each / f"{name}.jsonl" for each in (folder, ELSEWHERE[folder]))
    facts = hello(granted).facts
    assert facts.granted
    assert facts.zephyr == hello(other).facts.zephyr
    assert check_trace(granted).outcome is Outcome.CONFORMS
    assert differences(read_records(granted), read_records(other)) == []
