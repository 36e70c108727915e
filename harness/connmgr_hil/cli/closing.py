"""The end of a run's output: each failure once, with what to do about it; quirks; what could not run here."""

import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.findings import Finding, command_for, findings
from connmgr_hil.conformance.results import RunReport
from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.requirements import requirements

from .progress import mark

_TOLD = 12
"""Maximum number of causes that are shown in full."""

_NAMED = 8
"""Maximum number of scenarios that are named for one cause."""


def closing(report: RunReport, folder: Path | None = None, *, brief: bool = False) -> str:
    """Return what a run leaves to be looked at, in lines; empty if there is nothing.

    `folder` is where the traces are; `brief` leaves out all but what did not conform.
    """
    found = findings(each for each in report.results if not each.excused)
    blocks = ["\n".join(_finding(each)) for each in found[:_TOLD]]
    if len(found) > _TOLD:
        blocks.append(
            "\n".join([f"and {len(found) - _TOLD} more causes:", *map(_brief, found[_TOLD:])])
        )
    if found and folder:
        blocks.append(f"see them:        {shlex.join(['cmhil', 'report', str(folder), '--open'])}")
    if brief:
        return "\n\n".join(blocks)
    parts = (_flaky(report), _deviations(report), _quirks(report), _absent(report))
    blocks += filter(None, map("\n".join, parts))
    return "\n\n".join(blocks)


def _finding(finding: Finding) -> Iterator[str]:
    result = finding.first
    lines = [on_one_line(line) for line in result.reason.splitlines()] or [""]
    # A failure begins with the word itself; what else ended a run does not.
    yield (
        lines[0]
        if lines[0].startswith(("FAIL", "INCONCLUSIVE", "RIG"))
        else f"{mark(result.outcome).rstrip()}  {lines[0]}"
    )
    yield from lines[1:]
    yield from asked(finding)
    if result.began or result.trace is None:
        yield f"  scenario:      {on_one_line(result.name)}: {on_one_line(result.title)}"
    counts = Counter(on_one_line(each.name) for each in finding.results[1:])
    others = [f"{name} ({count} times)" if count > 1 else name for name, count in counts.items()]
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        yield f"  the same in:   {', '.join(others[:_NAMED])}{more}"
    if result.earlier:
        bad = 1 + sum(not each.held for each in result.earlier)
        yield f"  tries:         {bad} of {len(result.earlier) + 1} did not conform"
    if result.trace is None:
        return
    if not lines[-1].startswith("  log: "):
        yield f"  log:           {result.trace}"
    if result.began:
        yield f"  replay:        {command_for(result, 'replay')}"
    if result.outcome is Outcome.FAILS and result.failure and "--dialect" not in result.device:
        yield f"  shrink:        {command_for(result, 'shrink')}"


def asked(finding: Finding) -> Iterator[str]:
    """Return each requirement that a failure breaks, in lines: its sentence, unless the failure begins with it, and its source."""
    told = finding.first.failure.sentence if finding.first.failure else ""
    for requirement in finding.requirements:
        if not told.startswith(requirement.sentence):
            yield f"  requirement:   {requirement.id}  {requirement.sentence}"
        yield f"  source:        {requirement.place}"


def _brief(finding: Finding) -> str:
    result = finding.first
    line = (result.reason.splitlines() or [""])[0].strip()
    count = f" (in {len(finding.results)})" if len(finding.results) > 1 else ""
    return f"  {mark(result.outcome)}  {on_one_line(result.name)}{count}: {on_one_line(line)}"


def _flaky(report: RunReport) -> Iterator[str]:
    flaky = [each for each in report.results if each.flaky]
    if flaky:
        yield click.style("flaky: did not conform, and did when it was tried again", fg="yellow")
    for each in flaky:
        why = (each.earlier[0].reason.splitlines() or [""])[0].strip()
        yield f"  {on_one_line(each.name)}: flaky {each.flaky}: {on_one_line(why)}"
        yield f"    trace: {each.earlier[0].trace}"


def _deviations(report: RunReport) -> Iterator[str]:
    for head, known in (
        ("known deviations, which do not count", report.deviations),
        ("KNOWN DEVIATIONS THAT ARE GONE: take them out of the file", report.gone),
        ("known deviations that are still there after their last day, and count", report.over),
    ):
        if known:
            yield click.style(head, fg="yellow")
        yield from (f"  {on_one_line(each)}" for each in known)


def _quirks(report: RunReport) -> Iterator[str]:
    quirks = Counter(ident for each in report.results for ident in each.quirks)
    if quirks:
        yield "known quirks of upstream, reported and not failed"
    for ident, count in sorted(quirks.items()):
        yield f"  {ident}  {_sentence(ident)}  (in {count})"


def _absent(report: RunReport) -> Iterator[str]:
    ran = {each.name for each in report.results if each.outcome is not None}
    reasons = Counter(
        each.reason for each in report.results if each.outcome is None and each.name not in ran
    )
    if reasons:
        yield "not here"
    for reason, count in reasons.most_common():
        yield f"  {count:>4}  {on_one_line(reason)}"


def _sentence(ident: str) -> str:
    known = requirements()
    return known[ident].sentence if ident in known else ""
