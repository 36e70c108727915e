"""The exception for a run that does not conform."""

from connmgr_hil.checker import Failure, Outcome, Verdict
from connmgr_hil.vocabulary.errors import DeviceFault, LineDamaged, RigFault, Unmet


class Nonconforming(DeviceFault):
    """The device deviated from the model; `failure` says where and why."""

    def __init__(self, failure: Failure, log: str) -> None:
        super().__init__("\n".join(failure.lines()), log=log)
        self.failure = failure


def insist_conforms(verdict: Verdict, log: str) -> Verdict:
    """Return a verdict that conforms. Raises `Nonconforming`, `RigFault`, `Unmet` or `LineDamaged` for any other."""
    if verdict.failure:
        raise Nonconforming(verdict.failure, log)
    if verdict.outcome is Outcome.RIG:
        raise RigFault("the rig broke", verdict.reason, log=log)
    if verdict.unmet:
        raise Unmet("the test continued after it missed this", verdict.unmet, log=log)
    if verdict.outcome is Outcome.INCONCLUSIVE:
        raise LineDamaged("the run is inconclusive", verdict.reason, "run it again", log)
    return verdict
