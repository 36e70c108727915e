"""The summary of a run or a check, in a few lines."""

from collections import Counter

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.results import RunReport
from connmgr_hil.vocabulary.escaping import on_one_line

from .own_iface import of_own_iface

_COUNTED = (
    (Outcome.CONFORMS, "conform"),
    (Outcome.FAILS, "fail"),
    (Outcome.INCONCLUSIVE, "inconclusive"),
    (Outcome.RIG, "broken rig"),
    (None, "cannot run here"),
)


def summary(report: RunReport, *, brief: bool = False) -> str:
    """Return what a run showed. Each build has a verdict of its own; `brief` names only those that do not conform."""
    if report.builds:
        lines = _of_builds(report, brief=brief)
    else:
        seconds = sum(result.device_seconds for result in report.results)
        about = f"   ({report.profile})" if report.profile else ""
        clock = f"   (clock: {report.clock})" if report.clock else ""
        lines = [
            f"  runs:          {_ends(report)}   (on {on_one_line(report.target) or '?'})",
            f"  requirements:  {_standings(report)}{about}",
            f"  time:          {seconds:.1f} s of device time in {report.wall_seconds:.1f} s{clock}",
        ]
        if report.wire_bytes:
            lines.append(
                f"  line:          {report.wire_bytes:,} bytes, which take {report.wire_seconds:.1f} s at {report.baud:,} baud"
            )
    if not brief:
        lines += of_own_iface(report.results)
    if restarts := report.restarts():
        counted = ", ".join(f"{count} by the {means}" for means, count in restarts.items())
        lines.append(f"  restarts:      {counted}")
    if others := [each for each in report.results if each.is_judged_anew]:
        lines.append(f"  judged again:  {len(others)} otherwise than when they were recorded")
        lines += [f"    {each.trace}: {each.recorded} then, {each.outcome} now" for each in others]
    if report.unread:
        count = len(report.unread)
        lines.append(
            f"  not judged:    {count} {'file that is' if count == 1 else 'files that are'} not a valid trace:"
        )
        for error in report.unread:
            lines += [f"    {on_one_line(line.strip())}" for line in str(error).splitlines()]
    for folder in report.unended:
        told = on_one_line(str(folder))
        lines.append(f"  not ended:     the run in {told} did not come to its end")
    if report.mistake:
        lines.append("  mistaken:      a scenario has a mistake; the rest was not run")
    if report.interrupted:
        lines.append("  interrupted:   the rest was not run")
    if report.stopped:
        lines.append("  stopped:       at the first that did not conform; the rest was not run")
    return "\n".join(lines)


def verdict_line(report: RunReport) -> str:
    """Return the line that a run ends with."""
    if report.interrupted:
        return "VERDICT  none (interrupted)"
    several = [f"the worst of {len(report.builds)} builds"] if report.builds else []
    several += ["not all could be read"] if report.unread else []
    several += ["a run did not come to its end"] if report.unended else []
    return f"VERDICT  {report.outcome}{'    ' if several else ''}{', '.join(several)}"


def _of_builds(report: RunReport, *, brief: bool) -> list[str]:
    """Say loudly that these are several, and how each was judged."""
    outcomes = [each.outcome for each in report.builds]
    counted = ", ".join(
        f"{outcomes.count(each)} {text}" for each, text in _COUNTED if each in outcomes
    )
    lines = [f"  SEVERAL BUILDS: {len(outcomes)}, each judged by itself: {counted}"]
    targets = Counter(each.target for each in report.builds)
    for each in report.builds:
        if brief and each.outcome is Outcome.CONFORMS:
            continue
        build = f" build {on_one_line(each.build) or 'unknown'}" if each.dialect != "stock" else ""
        about = f" ({each.profile})" if each.profile else ""
        lines += [
            f"  {each.outcome:<14} {on_one_line(each.target) or '?'}{build}{about}",
            f"  {'':<14} {_ends(each)}; {_standings(each)}",
        ]
    mixed = [on_one_line(target) for target, count in targets.items() if count > 1]
    if mixed and not brief:
        lines.append(f"  What one build of {', '.join(mixed)} holds says nothing of another.")
    return lines


def _ends(report: RunReport) -> str:
    outcomes = [result.outcome for result in report.results]
    told = [
        f"{outcomes.count(outcome)} {text}"
        for outcome, text in _COUNTED
        if outcome in outcomes or outcome in {Outcome.CONFORMS, Outcome.FAILS}
    ]
    if excused := sum(1 for result in report.results if result.excused):
        told.append(f"{excused} of them known")
    if flaky := sum(1 for result in report.results if result.flaky):
        told.append(f"{flaky} flaky")
    return ", ".join(told)


def _standings(report: RunReport) -> str:
    return ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in report.counts().items() if count
    )
