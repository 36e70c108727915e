"""A session keeps its trace, whatever prevents or ends it."""

from pathlib import Path

import pytest

from connmgr_hil.conformance.session import Session
from connmgr_hil.targets import find_platform
from connmgr_hil.targets.base import PlatformTarget
from connmgr_hil.trace import read_records
from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.errors import DeviceFault, DeviceReset, RigFault, UsageError
from connmgr_hil.vocabulary.observations import Complaint, Fault, Header, VerdictGiven


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
        (DeviceFault("a hello", "nonsense"), Complaint, "fails"),
        (DeviceReset("a boot", "two"), None, "inconclusive"),
        (UsageError("one board", "two"), None, "inconclusive"),
        (KeyboardInterrupt(), None, "inconclusive"),
        (RuntimeError("a defect of ours"), None, "inconclusive"),
    ],
)
def test_a_target_that_does_not_come_up_leaves_a_whole_trace(
    tmp_path: Path, error: BaseException, told: type | None, verdict: str
) -> None:
    path = tmp_path / "trace.jsonl"
    session = Session(NeverUp(error), path)
    with pytest.raises(type(error)), session:
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
