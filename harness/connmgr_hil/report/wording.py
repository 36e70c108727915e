"""Sentences that HTML and Markdown share."""

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.findings import command_for
from connmgr_hil.conformance.results import Standing
from connmgr_hil.conformance.scenario import registered

from .evidence import PlatformEvidence, ReportEvidence, Story

GROUPS = {
    "MON": "Monitoring",
    "IGN": "Ignoring and watching",
    "RSD": "Resending status",
    "EVT": "Events and delivery",
    "CTL": "Control",
    "AUTO": "Automations",
    "BULK": "Bulk calls",
    "IMP": "Connectivity implementations",
    "IDLE": "Idle timeout",
    "SH": "Shell of upstream",
    "LIFE": "Life of the device",
}
STANDING_WORDS: dict[Standing, str] = {
    "held": "held",
    "failed": "failed",
    "quirk": "known quirk",
    "unreachable": "not reachable here",
    "not_run": "not run",
}
STANDING_MEANS: dict[Standing, str] = {
    "held": "shown, and as the specification says",
    "failed": "in a scenario about it the device did what no conforming device does",
    "quirk": "deviates the way upstream is known to: reported, not failed",
    "unreachable": "this device cannot show it, for the reason given",
    "not_run": "nothing in the traces settles it",
}
OUTCOME_WORDS = {
    Outcome.CONFORMS: "conforms",
    Outcome.FAILS: "fails",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.RIG: "rig fault",
}


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 trace`, `3 traces`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def headline(evidence: ReportEvidence) -> str:
    """Return the verdict in words. It never claims more than the traces can show."""
    total = len(evidence.counting)
    bad = len(evidence.with_outcome(evidence.outcome))
    if evidence.outcome is Outcome.FAILS:
        return f"{counted(bad, 'trace')} of {total} {'shows' if bad == 1 else 'show'} what no conforming device does"
    if evidence.outcome is Outcome.RIG:
        return f"The rig failed in {counted(bad, 'trace')} of {total}; no device failed"
    if evidence.outcome is Outcome.INCONCLUSIVE and not bad:
        return f"{counted(total, 'trace')} conform, and a part of the evidence is missing"
    if evidence.outcome is Outcome.INCONCLUSIVE:
        return f"{counted(bad, 'trace')} of {total} {'is' if bad == 1 else 'are'} inconclusive"
    if all(platform.identity.simulated for platform in evidence.platforms):
        return "The simulated board conforms; no Zephyr code ran"
    return f"Everything in {counted(total, 'trace')} is what the specification allows"


def apart(evidence: ReportEvidence) -> list[str]:
    """Return what must be said before the verdict: several builds are several verdicts, and files were left out."""
    sentences = []
    boards: dict[str, list[PlatformEvidence]] = {}
    for platform in evidence.platforms:
        boards.setdefault(platform.board, []).append(platform)
    for board, shown in boards.items():
        if len(shown) > 1:
            verdicts = (
                "all conform"
                if all(each.outcome is Outcome.CONFORMS for each in shown)
                else ", ".join(f"{each.name} {OUTCOME_WORDS[each.outcome]}" for each in shown)
            )
            sentences.append(
                f"{len(shown)} builds of {board}, each with its own verdict: {verdicts}. What one holds says "
                "nothing of another"
            )
    if evidence.unread:
        names = "; ".join(f"{each.wanted}: {each.seen}" for each in evidence.unread)
        sentences.append(
            f"{counted(len(evidence.unread), 'file')} not judged, not a valid trace: {names}"
        )
    reports = [platform.report for platform in evidence.platforms]
    seen = dict.fromkeys(each for report in reports for each in report.deviations)
    gone = dict.fromkeys(each for report in reports for each in report.gone if each not in seen)
    over = dict.fromkeys(each for report in reports for each in report.over)
    sentences += [f"Known deviation, which does not count: {each}" for each in seen]
    sentences += [f"Known deviation that is gone: {each}" for each in gone]
    sentences += [f"Known deviation past its last day: {each}" for each in over]
    flaky = [
        f"{each.label} ({each.result.flaky})" for each in evidence.stories if each.result.flaky
    ]
    if flaky:
        sentences.append(
            f"Flaky, did not conform at first and did when tried again: {', '.join(flaky)}"
        )
    sentences += [f"The run in {folder} did not come to its end" for folder in evidence.unended]
    return sentences


def grounds(evidence: ReportEvidence) -> list[str]:
    """Return what the verdict stands on: real devices or imitations, named."""
    sentences = []
    by_kind: dict[str, list[PlatformEvidence]] = {}
    for platform in evidence.platforms:
        by_kind.setdefault(str(platform.identity.reality), []).append(platform)
    for platforms in by_kind.values():
        names = " and ".join(platform.name for platform in platforms)
        sentences.append(f"{names}: {platforms[0].identity.explained}")
    return sentences


def first_sentence(story: Story) -> str:
    """Return in one line why a trace does not conform."""
    if story.failure:
        return story.failure.sentence
    lines = story.result.reason.splitlines() or [""]
    return lines[0].removeprefix(story.outcome.upper()).strip()


def replay(story: Story) -> str:
    """Return the command that runs a trace's commands again, the shortest that show the same.

    It is made to be copied into a shell.
    """
    return command_for(story.result, "replay", story.shortest.trace if story.shortest else None)


def source(story: Story) -> str:
    """Return where a trace's scenario is written; empty for one that is not ours."""
    scenario = registered().get(story.result.name)
    return scenario.source if scenario else ""


def shrink(story: Story) -> str:
    """Return the command that finds the shortest sequence which fails as a trace does."""
    return command_for(story.result, "shrink")


def not_shown(platform: PlatformEvidence) -> list[tuple[str, list[str]]]:
    """Return why requirements were not shown on a platform, each reason with its requirements."""
    reasons: dict[str, list[str]] = {}
    for requirement, standing in platform.standings.items():
        if standing in ("unreachable", "not_run"):
            # Which scenarios were not run matters to one requirement; here only that they were not.
            reason = platform.reason(requirement)
            brief = reason.partition(": ")[0] if standing == "not_run" else reason
            reasons.setdefault(brief, []).append(requirement)
    return sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))


def short(requirement: str) -> str:
    """Return a requirement's id without the prefix that all share."""
    return requirement.removeprefix("REQ-")
