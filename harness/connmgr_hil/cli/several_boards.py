"""All boards of a hardware map at once: a process for each flashes it if necessary, and judges it."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

import click

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.results import RunReport, ScenarioResult
from connmgr_hil.conformance.run import check
from connmgr_hil.files import replace_file
from connmgr_hil.report import gather, render_html
from connmgr_hil.targets.hardware_map import Entry, read_map
from connmgr_hil.vocabulary.errors import ExitCode, UsageError
from connmgr_hil.vocabulary.escaping import on_one_line

PAGE = "report.html"
_ENDING = 12
"""Maximum number of lines at the end of a board's log that are shown if it left no trace."""


@dataclass
class _Board:
    entry: Entry
    target: str
    out: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> Path:
        return self.out.with_suffix(".log")

    def judge(self, options: Sequence[str], *, flash: bool) -> None:
        """Flash the board, if that is asked for, and judge it; what both print goes to the log."""
        where = ["--port", str(self.entry.serial)]
        commands = [["verify", "-t", self.target, *where, "--out", str(self.out), *options]]
        if flash:
            runner = self.entry.runner if self.entry.runner != "unknown" else None
            chosen = ["--runner", runner] if runner else []
            chosen += ["--board-id", self.entry.board_id] if runner and self.entry.board_id else []
            commands.insert(0, ["flash", "-p", self.target, *where, *chosen])
        with self.log.open("wb") as log:
            for command in commands:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "connmgr_hil.cli", *command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
                if self.process.wait():
                    return

    def interrupt(self) -> None:
        """End what goes on with it; it writes its summary."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def result(self) -> RunReport:
        """Return what the board showed, judged again from its traces, or why it left none."""
        assert self.process is not None
        code = self.process.returncode
        try:
            report = check([self.out])
        except UsageError:
            told = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            reason = "\n".join(on_one_line(line) for line in told[-_ENDING:])
            start = ScenarioResult(
                "start", "The board can be flashed and started", (), Outcome.RIG, reason
            )
            report = RunReport("", results=[start])
        report.interrupted = code == ExitCode.INTERRUPTED
        report.target = self.entry.label
        report.results = [replace(each, platform=Path(self.target).stem) for each in report.results]
        return report


def verify_map(path: Path, out: Path, options: Sequence[str], *, flash: bool) -> RunReport:
    """Judge all boards of a hardware map at the same time; return one report, with a part for each."""
    boards = [_Board(entry, target, out / entry.label) for entry, target in read_map(path)]
    for board in boards:
        click.echo(f"  {board.entry.label:<24} on {board.entry.serial}; log {board.log}")
    whole = RunReport(", ".join(board.entry.label for board in boards))
    with ThreadPoolExecutor(len(boards)) as pool:
        running = [pool.submit(board.judge, options, flash=flash) for board in boards]
        try:
            wait(running)
        except KeyboardInterrupt:
            whole.interrupted = True
            for board in boards:
                board.interrupt()
    for board, ran in zip(boards, running, strict=True):
        ran.result()
        part = board.result()
        click.echo(f"  {board.entry.label:<24} {part.verdict}")
        whole.builds.append(part)
        whole.results += part.results
        whole.interrupted = whole.interrupted or part.interrupted
    if any(each.trace for each in whole.results):
        replace_file(out / PAGE, render_html(gather([out]), folder=out))
        click.echo(f"page: {out / PAGE}")
    return whole
