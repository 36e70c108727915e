"""The failures of a run, each cause once: a hundred scenarios with the same failure are one finding."""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.checker import Outcome
from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.requirements import Requirement, requirements

from .reduction import signature
from .results import ScenarioResult


@dataclass(frozen=True)
class Finding:
    """One cause, and the results that show it, the shortest first."""

    results: tuple[ScenarioResult, ...]

    @property
    def first(self) -> ScenarioResult:
        """The result to look at."""
        return self.results[0]

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements that it breaks."""
        known = requirements()
        return tuple(known[each] for each in self.first.blamed if each in known)


def findings(results: Iterable[ScenarioResult]) -> list[Finding]:
    """Return what did not conform by its cause: failures first, then what the rig did, then what is inconclusive."""
    causes: dict[object, list[ScenarioResult]] = {}
    for each in results:
        if each.outcome not in (None, Outcome.CONFORMS):
            causes.setdefault(_cause(each), []).append(each)
    order = [Outcome.FAILS, Outcome.RIG, Outcome.INCONCLUSIVE]
    found = [Finding(tuple(sorted(each, key=lambda one: one.records))) for each in causes.values()]
    return sorted(found, key=lambda each: order.index(each.first.outcome or order[-1]))


def _cause(result: ScenarioResult) -> object:
    if result.failure is not None:
        # One cause shows on any iface, whose numbers differ from variant to variant.
        sentence = re.sub(r"\biface \d+", "iface", result.failure.sentence)
        wanted = result.failure.allowed if result.failure.kind == "breach" else ()
        return result.outcome, *signature(result.failure), sentence, wanted
    return result.outcome, result.blamed, result.reason


def command_for(result: ScenarioResult, name: str, trace: Path | None = None) -> str:
    """Return `cmhil replay` or `cmhil shrink` for a result's trace, or another, and for its device, quoted for a shell.

    Without the probe no trace can be replayed: there it is the command that runs the scenario again. What a trace says of
    its device may be anything: it controls no terminal.
    """
    if "--dialect" in result.device:
        words = ["cmhil", "verify", *result.device, "--scenario", result.name]
        return shlex.join(map(on_one_line, words))
    words = ["cmhil", name, str(trace or result.trace), *result.device]
    return shlex.join(map(on_one_line, words))
