"""The device of a test: loaded when the first test asks for one."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from connmgr_hil.conformance.bench import Bench, insist_seconds
from connmgr_hil.conformance.confirming import ends_again_by_commands
from connmgr_hil.conformance.needs import Needs
from connmgr_hil.conformance.session import Session
from connmgr_hil.targets import Platform, Target
from connmgr_hil.testbed import Network
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.observations import Header
from connmgr_hil.vocabulary.requirements import ORDER, requirements

from .hooks import requirement_ids
from .keys import RUN


class ConnMgr(Bench):
    """A device that a test works with.

    Commands and what they show are written as in scenarios (see `Bench`). `network` has the ifaces with
    methods of their own, `session` the device's facts, `trace` the path of the record.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self.network = Network(session, lambda words: self.ask(" ".join(words)))

    @property
    def trace(self) -> Path:
        """Where all that happens is recorded."""
        return self.session.path

    def advance(self, time: float | timedelta) -> None:
        """Let device time pass, in seconds; the model and `take` get what the device shows meanwhile."""
        seconds = time.total_seconds() if isinstance(time, timedelta) else time
        insist_seconds(seconds)
        self.ask(f"advance {round(seconds * 1e6)}")


def begin(item: pytest.Item, target: Target, trace: Path) -> ConnMgr:
    """Start the device for a test, or skip the test if it cannot be run.

    Raises `UsageError` for marks that name no requirement or need, `RigFault` when it does not start.
    """
    ids = requirement_ids(item)
    for each in ids:
        _known(each)
    if reason := _untestable(target.platform, ids):
        pytest.skip(reason)
    header = Header(scenario=item.nodeid, requirements=ids)
    run = Session(target, trace, header, confirm=ends_again_by_commands, releases=True)
    item.stash[RUN] = run
    run.start()
    try:
        reason = _obstacle(item, run)
    except BaseException:
        run.close()
        raise
    if reason:
        run.close()
        trace.unlink(missing_ok=True)
        pytest.skip(reason)
    return ConnMgr(run)


def _untestable(platform: Platform, requirements: Iterable[str]) -> str:
    """Return why one of these requirements cannot be tested on a platform, or an empty string."""
    return next(
        (
            f"{each} cannot be tested on {platform.name}: {platform.untestable[each]}"
            for each in requirements
            if each in platform.untestable
        ),
        "",
    )


def _obstacle(item: pytest.Item, run: Session) -> str:
    for mark in (*item.iter_markers("cm_needs"), *item.iter_markers("needs")):
        since, until = mark.kwargs.get("since", ORDER[0]), mark.kwargs.get("until", ORDER[-1])
        if reason := Needs(mark.args, since, until).obstacle(*run.described):
            return reason
    return ""


def _known(ident: str) -> None:
    if ident in requirements():
        return
    chapter = ident.rpartition("-")[0]
    near = [each for each in requirements() if each.startswith(chapter)]
    valid = f"{near[0]} … {near[-1]}" if near else "see 'cmhil requirements'"
    raise UsageError(f"there is no requirement {ident!r}", "@pytest.mark.cm_req", f"valid: {valid}")
