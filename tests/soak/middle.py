"""One run through a man in the middle: a scenario, a walk, or a scenario on a device with a seeded defect."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from msgspec import structs

from connmgr_hil.conformance import walker
from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.run import run_scenario
from connmgr_hil.conformance.scenario import Scenario, registered
from connmgr_hil.targets import Target, open_target
from connmgr_hil.targets.program import ProgramTarget
from connmgr_hil.testing import MitmTarget

TOLERANCE = 0.25
"""As on platforms whose clock is real."""

WALK_STEPS = 12
LONGEST = {"no-timeout", "oper-down-until-connected"}
"""Scenarios that let half a minute pass and more are left out."""

QUICK = (
    "addresses-come-and-go",
    "two-ifaces",
    "up-connects-at-once",
    "burst-down-up",
    "no-api-table",
    "flags",
    "options",
    "ignore-watch",
    "one-of-two-down",
    "imp-loss",
)
SEEDED = (
    ("timeout_after_disconnect", "disconnect-connecting"),
    ("timeout_wrong_iface", "isolation"),
    ("loss_retried", "loss"),
    ("loss_keeps_oper_up", "loss"),
    ("gives_up_early", "sub-attempts"),
    ("connect_positive", "connect-admin-up"),
    ("connect_error_lost", "connect-fails"),
    ("connect_refused_busy", "connect-again"),
    ("disconnect_ignored", "disconnect-connected"),
    ("disconnect_retried", "disconnect-no-auto-down"),
    ("fatal_not_raised", "fatal-while-connecting"),
    ("fatal_retried", "fatal-while-connected"),
    ("option_shared", "options-apart"),
    ("option_short_accepted", "options"),
    ("option_wrong_length", "options"),
)
"""Defects, each with a scenario that shows it where nobody is in the middle."""


@dataclass(frozen=True)
class Run:
    """What came of one run."""

    kind: str
    what: str
    outcome: str
    reason: str
    trace: Path
    mischief: str


def real_time_target(name: str, arguments: Iterable[str] = ()) -> Target:
    """Return a target whose clock is real. Raises `UsageError` where it was not built."""
    target = open_target(name)
    assert isinstance(target, ProgramTarget)
    time = structs.replace(target.platform.time, granted=False, tolerance_seconds=TOLERANCE)
    target.platform = structs.replace(target.platform, time=time)
    if name == "simulated":
        target.command = (*target.command, "--real-time", *arguments)
    else:
        target.command = (target.command[0], "-rt", *arguments)
        target.environment = {}
    return target


def run_one(name: str, number: int, folder: Path, *, quick: bool = False) -> Run:
    """Do one run, of which number and target tell all: a scenario, a walk, or a scenario on a device with a defect."""
    dice = Random(f"{name}:{number}")
    target = MitmTarget(real_time_target(name), seed=number)
    kind = ("scenario", "scenario", "walk", "defect", "scenario")[number % 5]
    path = folder / f"{name}-{number}"
    if kind == "walk":
        steps = WALK_STEPS // 2 if quick else WALK_STEPS
        report = walker.walk(target, path, walks=1, steps=steps, seed=number, keep=True)
        reasons = [*(reason for _, reason in report.failures), *report.faults]
        trace = path / walker.trace_name(number, 0)
        return Run(
            kind,
            f"{steps} steps",
            str(report.outcome),
            "\n".join(reasons),
            trace,
            str(target.mischief),
        )
    if kind == "defect":
        defect, scenario = dice.choice(SEEDED)
        chosen, what = seeded(registered()[scenario], defect), f"{scenario} with {defect}"
    else:
        there = QUICK if quick else [each for each in registered() if each not in LONGEST]
        what = dice.choice(there)
        chosen = registered()[what]
    with target:
        result = run_scenario(target, chosen, path.with_suffix(".jsonl"))
        while result.outcome is None:  # not for this device
            what = dice.choice(there)
            result = run_scenario(target, registered()[what], path.with_suffix(".jsonl"))
    outcome = str(result.outcome)
    return Run(kind, what, outcome, result.reason, path.with_suffix(".jsonl"), str(target.mischief))


def seeded(scenario: Scenario, defect: str) -> Scenario:
    """Return the scenario with a defect switched on before it begins."""

    def body(bench: Bench) -> None:
        bench.ask(f"defect {defect} on")
        scenario.body(bench)

    return replace(scenario, body=body)


def is_false(run: Run) -> bool:
    """Tell whether a run says what is not so: that a conforming device fails, or that one with a defect conforms."""
    return run.outcome == ("conforms" if run.kind == "defect" else "fails")
