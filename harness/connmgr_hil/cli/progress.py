"""Shows the progress of a run, and its results at the end."""

import contextlib
import time
from collections.abc import Sequence
from typing import Self

import click

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.results import ScenarioResult
from connmgr_hil.vocabulary.escaping import on_one_line

from .output import fancy, show_line, wipe_line

_MARKS = {
    Outcome.CONFORMS: ("ok", "green"),
    Outcome.FAILS: ("FAIL", "red"),
    Outcome.INCONCLUSIVE: ("????", "yellow"),
    Outcome.RIG: ("RIG", "magenta"),
    None: ("-", None),
}


class Progress:
    """Called after each scenario. A terminal shows one line that changes, a file gets a line each.

    `names` are the scenarios to come, so that the line can tell which one runs and about how much
    time is left. `quiet` leaves out the lines of scenarios that conform. What did not conform takes two lines,
    and in full when all is over.
    """

    def __init__(
        self, names: Sequence[str] = (), *, quiet: bool = False, moving: bool = True
    ) -> None:
        self._names = names
        self._quiet = quiet
        self._moving = moving and fancy()
        self._done = 0
        self._device_seconds = 0.0
        self._began = time.monotonic()

    def __call__(self, result: ScenarioResult, number: int, total: int) -> None:
        """Show the result of one scenario: `number` of `total`."""
        del number
        self._done += 1
        self._device_seconds += result.device_seconds
        name = on_one_line(result.name)
        self._wipe()
        if result.flaky:
            _say(f"  {mark(result.outcome)}  {name}  flaky {result.flaky}")
        elif result.held:
            if not (self._moving or self._quiet):
                _say(f"  {mark(result.outcome)}  {name}")
        elif result.outcome is not None:
            why = (result.reason.splitlines() or [""])[0]
            _say(f"  {mark(result.outcome)}  {name}: {on_one_line(result.title)}")
            _say(f"        {on_one_line(why.removeprefix('FAIL').strip())}")
        self._draw(len(self._names) or total)

    def say(self, text: str) -> None:
        """Show a separate line."""
        self._wipe()
        _say(text)
        self._draw(len(self._names))

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        if self._names:
            self._draw(len(self._names))
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def _draw(self, total: int) -> None:
        if not self._moving:
            return
        wall = time.monotonic() - self._began
        line = f"  {self._done} of {total}  device {self._device_seconds:.1f} s in {wall:.1f} s"
        if 0 < self._done < total:
            line += f"  about {wall / self._done * (total - self._done):.0f} s left"
        if self._done < len(self._names):
            line += f"  {self._names[self._done]}"
        with contextlib.suppress(OSError):
            show_line(line)

    def _wipe(self) -> None:
        if self._moving:
            with contextlib.suppress(OSError):
                wipe_line()


def _say(text: str) -> None:
    """Print; a full disk must not end the run before its report is written."""
    with contextlib.suppress(OSError):
        click.echo(text)


def mark(outcome: Outcome | None) -> str:
    """Return the word by which an outcome is marked, in its colour."""
    text, colour = _MARKS[outcome]
    return click.style(f"{text:<4}", fg=colour)
