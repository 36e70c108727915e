"""One test on a freshly started device, shadowed by the checker."""

from pathlib import Path
from typing import Self

from connmgr_hil.checker import Failure, Outcome, Verdict
from connmgr_hil.conformance.confirming import ends_again_by_commands
from connmgr_hil.conformance.session import Nonconforming, Session
from connmgr_hil.targets import Target
from connmgr_hil.vocabulary.errors import DeviceFault, LineDamaged, RigFault, Unmet
from connmgr_hil.vocabulary.observations import Header


class Run:
    """A session that belongs to one test.

    `start` begins it. `judge` tells after a test that found nothing wrong whether the device did
    neither, `blame` notes why a test failed, and `close` ends the run; it may be judged before, and
    used on, for a test may have things to tidy up. A board is let go at the end, for other processes may wait for it.
    """

    def __init__(
        self,
        target: Target,
        trace: Path,
        *,
        name: str = "",
        requirements: tuple[str, ...] = (),
    ) -> None:
        self.target = target
        self.trace = trace
        header = Header(scenario=name, requirements=requirements)
        self.session = Session(target, trace, header, confirm=ends_again_by_commands)
        self.verdict: Verdict | None = None

    def start(self) -> Self:
        """Start the device afresh; waits for a board that another process uses.

        Raises `RigFault` when it does not come up.
        """
        try:
            self.session.__enter__()
        except BaseException:
            self._release()
            raise
        return self

    def _release(self) -> None:
        if self.target.platform.kind == "board":
            self.target.stop()

    @property
    def failure(self) -> Failure | None:
        """Where the device left the model, if it has."""
        return self.session.checker.failure

    def judge(self) -> Verdict:
        """Compare all of the device's state with the model, and return the verdict so far.

        Raises `Nonconforming` when the device left the model, `RigFault` when the rig broke, and
        `LineDamaged` when too much was lost to judge.
        """
        try:
            self.session.execute(("state",))
        except (DeviceFault, RigFault, Unmet) as error:
            self.blame(error)
            raise
        self.verdict = self.session.checker.finish()
        return self._insist(self.verdict)

    def blame(self, error: BaseException | None = None, complaint: str = "") -> Verdict:
        """Note why a test failed: by an error of ours, or with a complaint of its own."""
        if error is not None and self.session.verdict is None:
            self.session.note(error)
        if isinstance(error, RigFault):
            self.session.close()
        if complaint and self.session.verdict is None and not self.failure:
            self.session.complain(complaint)
        self.verdict = self.session.verdict or self.session.checker.finish()
        return self.verdict

    def close(self) -> None:
        """End the run and write its verdict; raises as `judge` if it is worse than it was before."""
        before = self.verdict
        self.session.close()
        self._release()
        self.verdict = self.session.verdict
        if before and self.verdict and before.outcome is Outcome.CONFORMS:
            self._insist(self.verdict)

    def _insist(self, verdict: Verdict) -> Verdict:
        log = str(self.trace)
        if verdict.failure:
            raise Nonconforming(verdict.failure, log)
        if verdict.outcome is Outcome.RIG:
            raise RigFault("the rig broke", verdict.reason, log=log)
        if verdict.outcome is Outcome.INCONCLUSIVE:
            raise LineDamaged("the run is inconclusive", verdict.reason, "run it again", log)
        return verdict
