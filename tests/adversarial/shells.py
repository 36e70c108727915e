"""Upstream's shell as a bad line shows it: it mishears, wraps its echo, and prints in small pieces."""

from adversarial.transcript import Stock, unescaped
from stand_ins.shell import ScriptedShell


class MishearingShell(ScriptedShell):
    """A shell that behaves until `begin()`, and then as its transcript says."""

    def __init__(self, case: Stock) -> None:
        super().__init__(prompt=case.prompt, colours=case.colours, echo=case.echo)
        self._case = case
        self.answers[case.line] = unescaped(case.answer).decode("latin-1")
        self._column = 0

    def begin(self) -> None:
        """From now on the line is bad."""
        self.mishear = self._case.mishears
        self.wrap = self._case.wrap
        self.chunk = self._case.chunk
        if self._case.during:
            self.during[self._case.line] = unescaped(self._case.during).decode("latin-1")
        if self._case.after:
            self.after[self._case.line] = unescaped(self._case.after).decode("latin-1")
