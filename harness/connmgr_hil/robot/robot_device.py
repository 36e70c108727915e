"""The device of each test, and what becomes of its verdict."""

import os
import re
from dataclasses import replace
from pathlib import Path

from connmgr_hil.conformance.confirming import ends_again_by_commands
from connmgr_hil.conformance.session import Session
from connmgr_hil.targets import Choice
from connmgr_hil.testbed import Network, Targets
from connmgr_hil.vocabulary.errors import ConnMgrHilError, DeviceFault, RigFault, Unmet
from connmgr_hil.vocabulary.observations import Header

from .event_log import EventLog
from .framework import BuiltIn, RobotNotRunningError, logger
from .trace_table import trace_table


class RobotDevice:
    """Starts the device when a test first needs it, and judges it.

    `trace_dir` is the folder for traces; `traces` beside Robot's log if it is empty.
    """

    def __init__(self, choice: Choice, trace_dir: str) -> None:
        self._choice = choice
        self._trace_dir = trace_dir
        self.roles_named: frozenset[str] = frozenset()
        """The role letters that the steps of the test name."""
        self._targets = Targets()
        self._test = ""
        self._requirements: tuple[str, ...] = ()
        self._opened = 0
        self._run: Session | None = None
        self._last: Session | None = None
        self._rig: RigFault | None = None
        self._bearing = 0
        """How many keywords that expect an error, or try again after one, are running."""
        self._borne: list[ConnMgrHilError] = []
        self._verdict: ConnMgrHilError | None = None
        """The first bad verdict on a device that was closed before the end of this test."""

    @property
    def session(self) -> Session:
        """The session on the device; its first use in a test starts it."""
        return self._running()

    @property
    def network(self) -> Network:
        """The interfaces of the device."""
        self._running()
        return self._network

    @property
    def events(self) -> EventLog:
        """Events that were seen and not consumed yet."""
        self._running()
        return self._events

    def _running(self) -> Session:
        if self._run is None:
            self.open()
        assert self._run is not None
        return self._run

    def open(self, variant: str = "") -> None:
        """Start a fresh device, with a trace of its own."""
        if self._run is not None:
            self.close_judged()
        choice = self._choice
        if variant:
            choice = replace(choice, variant=variant)
        self._opened += 1
        name = re.sub(r"[^\w.-]+", "_", self._test).strip("_") or "device"
        suffix = f".{self._opened}" if self._opened > 1 else ""
        trace = self._folder() / f"{name}{suffix}.jsonl"
        header = Header(scenario=self._test, requirements=self._requirements)
        run = Session(
            self._targets.get(choice), trace, header, confirm=ends_again_by_commands, releases=True
        )
        self._last = run
        run.start()
        self._run = run
        self._network = Network(run, missed=self.missed)
        self._events = EventLog({each.index: str(each) for each in self._network.ifaces})
        run.watch(self._events.record)

    def _folder(self) -> Path:
        return Path(self._trace_dir) if self._trace_dir else self._output() / "traces"

    def _output(self) -> Path:
        try:
            return Path(BuiltIn().get_variable_value("${OUTPUT DIR}") or ".")
        except RobotNotRunningError:
            return Path()

    def close_judged(self, leaves_off: str = "") -> None:
        """End the session and insist that the device conformed; `leaves_off` is why the test leaves the rest of itself out."""
        run, self._run = self._run, None
        if run is None:
            return
        began = bool(run.given)
        try:
            try:
                if leaves_off:
                    run.leave_off(leaves_off)
                else:
                    run.judge()
            finally:
                run.close()
        except (DeviceFault, RigFault, Unmet) as error:
            self._bear(error)
            raise
        if leaves_off and not began:
            run.path.unlink(missing_ok=True)

    def attach(self) -> None:
        """Put the trace into the log."""
        if self._last is not None and self._last.path.is_file():
            trace = self._last.path
            link = Path(os.path.relpath(trace, self._output())).as_posix()
            logger.info(trace_table(trace, self._last.checker.failure, link), html=True)

    def rig_broke(self, error: RigFault) -> None:
        """Remember that nothing more is known about the device."""
        self._rig = error

    def missed(self, error: Unmet) -> Unmet:
        """Record what a test misses, and return the error; within a keyword that expects errors, only once that keyword has failed."""
        if not self._bearing:
            self.session.missed(error)
        else:
            self._borne.append(error)
        return error

    def _bear(self, error: ConnMgrHilError) -> None:
        """Keep the bad verdict on a device that was closed: it counts even if it is caught."""
        if self._bearing:
            self._borne.append(error)
        else:
            self._verdict = self._verdict or error
