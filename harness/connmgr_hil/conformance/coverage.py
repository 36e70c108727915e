"""What a set of traces shows: requirements by platform, rules of the model, and what is missing."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from connmgr_hil.checker import Checker
from connmgr_hil.checker.blame import key_of, rules
from connmgr_hil.model import Expire, Model, State, World
from connmgr_hil.model.commands import is_modelled
from connmgr_hil.model.observed import Owed
from connmgr_hil.vocabulary.requirements import requirements
from connmgr_hil.vocabulary.stimuli import Words

from .needs import UNOBSERVABLE
from .results import RunReport, Standing
from .run import check
from .scenario import Scenario, obstacle_everywhere, registered
from .shown import REASONS

RuleKey = tuple[str, str]
_STOCK = " through the stock shell"
_DEEPEST = 5
"""Maximum number of commands in a path."""
_SEARCHED = 30_000
"""Maximum number of states that are searched for a path to an unreached rule."""


@dataclass
class Coverage:
    """Requirements by platform and build, and the model's rules that the traces called upon.

    `whole` has the outcome of all, and the files that could not be read.
    """

    whole: RunReport = field(default_factory=lambda: RunReport(""))
    platforms: dict[str, dict[str, Standing]] = field(default_factory=dict)
    reports: dict[str, RunReport] = field(default_factory=dict)
    rules: set[RuleKey] = field(default_factory=set)
    worlds: list[World] = field(default_factory=list)

    def best(self, requirement: str) -> Standing:
        """Return how a requirement stands over all platforms: a failure outweighs all."""
        standings = [each[requirement] for each in self.platforms.values() if requirement in each]
        for standing in ("failed", "quirk", "held", "unreachable"):
            if standing in standings:
                return standing
        return "not_run"

    def reason(self, requirement: str) -> str:
        """Return why a requirement was not shown, and what it would take."""
        if requirement in REASONS:
            return REASONS[requirement]
        if self.platforms and all(requirement not in each for each in self.platforms.values()):
            return f"applies from profile {requirements()[requirement].since} on"
        stock = [world.hello.dialect == "stock" for world in self.worlds]
        if stock and all(stock) and not _through_stock_shell(requirement):
            return UNOBSERVABLE
        scenarios = [each for each in registered().values() if requirement in each.requirements]
        if not scenarios:
            every = requirements()[requirement].in_every_run
            return "no run that conformed could show it" if every else "no scenario"
        obstacles = [self._obstacle(each) for each in scenarios]
        if all(obstacles):
            return "; ".join(dict.fromkeys(obstacles))
        able = [each.name for each, why in zip(scenarios, obstacles, strict=True) if not why]
        return f"not run, or did not conform: {', '.join(able)}"

    def _obstacle(self, scenario: Scenario) -> str:
        """Return why none of the devices seen can run a scenario, or an empty string."""
        devices = ((world.hello, world.ifaces, world.profile) for world in self.worlds)
        return obstacle_everywhere(scenario, devices)

    def unreached(self) -> list[RuleKey]:
        """Return the rules that no trace called upon and that a device seen here could."""
        newer = {"family", "idle", "returns idle", "returns used"}
        families = any(world.profile.families for world in self.worlds)
        return [
            key for key in rules() if key not in self.rules and (families or key[0] not in newer)
        ]

    def as_json(self) -> dict[str, object]:
        """Return the coverage as a JSON object."""
        return {
            "platforms": self.platforms,
            "requirements": {each: self.best(each) for each in requirements()},
            "not_shown": {
                each: self.reason(each)
                for each in requirements()
                if self.best(each) in ("unreachable", "not_run")
            },
            "interrupted": self.whole.interrupted,
            "unended": self.whole.as_json()["unended"],
            "unread": self.whole.as_json()["unread"],
            "rules_reached": len(self.rules),
            "rules": len(rules()),
            "rules_unreached": [" / ".join(key) for key in self.unreached()],
        }


def cover(paths: Iterable[Path]) -> Coverage:
    """Judge traces again and say what they show, for each build by itself. Folders stand for all traces below them.

    Raises `BadInput` and `UsageError` as `check` does.
    """
    coverage = Coverage()
    coverage.whole = check(paths, seen=lambda checker: _learn(checker, coverage))
    reports = coverage.whole.builds or [coverage.whole]
    for platform, report in zip(_columns(reports), reports, strict=True):
        standings = report.by_requirement()
        if report.dialect == "stock":
            for ident, standing in standings.items():
                if standing == "not_run" and not _through_stock_shell(ident):
                    standings[ident] = "unreachable"
        coverage.reports[platform] = report
        coverage.platforms[platform] = standings
    return coverage


def _columns(reports: list[RunReport]) -> list[str]:
    """Return what the column of each build is called; with its build id if its platform has several builds."""
    names = [
        " ".join(filter(None, (each.target or "unknown", each.profile)))
        + (_STOCK if each.dialect == "stock" else "")
        for each in reports
    ]
    told = [f"{name} build {each.build or '?'}" for name, each in zip(names, reports, strict=True)]
    unique = [
        build if names.count(name) > 1 else name for name, build in zip(names, told, strict=True)
    ]
    # Builds alike of two releases have one id.
    return [
        f"{name} ({number})" if name in unique[:number] else name
        for number, name in enumerate(unique)
    ]


def _through_stock_shell(requirement: str) -> bool:
    """Tell whether a scenario shows this requirement on firmware without the probe."""
    return any(
        requirement in each.requirements and "stock" in each.needs for each in registered().values()
    )


def _learn(checker: Checker, coverage: Coverage) -> None:
    """Note which rules a trace called upon, and what device it is of."""
    coverage.rules |= {key_of(*rule) for rule in checker.rules}
    if checker.model is not None and checker.model.world not in coverage.worlds:
        coverage.worlds.append(checker.model.world)


# --- the way to what was not reached -----------------------------------------------------------


def paths_to(world: World, wanted: Iterable[RuleKey]) -> dict[RuleKey, list[Words]]:
    """Return, for each rule that can be found so, a shortest command sequence that calls upon it.

    The model is searched breadth first; a timer that runs out stands as `(advance)` in the sequence.
    """
    missing = set(wanted)
    found: dict[RuleKey, list[Words]] = {}
    model = Model(world)
    start = model.boot()[0].state
    queue: deque[tuple[State, tuple[str, ...], list[Words]]] = deque([(start, (), [])])
    seen = {start}
    commands = _steps(world)
    while queue and missing and len(seen) < _SEARCHED:
        state, slots, path = queue.popleft()
        if len(path) >= _DEEPEST:
            continue
        moves: list[tuple[Words | Expire, Words, str]] = [
            (words, words, words[0]) for words in commands
        ]
        moves += [(Expire(slot), ("(advance)",), slot.partition(":")[0]) for slot in slots]
        for move, words, cause in moves:
            outcome = model.step(state, move)[0]
            way = [*path, words]
            for item in outcome.items:
                if isinstance(item, Owed):
                    key = key_of(item.rule, cause)
                    if key in missing:
                        missing.discard(key)
                        found[key] = way
            if outcome.state not in seen:
                seen.add(outcome.state)
                queue.append((outcome.state, _running(slots, move, outcome.items), way))
    return found


def _running(
    slots: tuple[str, ...], move: Words | Expire, items: tuple[object, ...]
) -> tuple[str, ...]:
    running = set(slots) - ({move.slot} if isinstance(move, Expire) else set())
    for item in items:
        slot = getattr(item, "slot", None)
        if slot is not None:
            running = running | {slot} if hasattr(item, "usec") else running - {slot}
    return tuple(sorted(running))


def _steps(world: World) -> list[Words]:
    """The commands from which a path is made: one bound and one unbound iface are enough."""
    names = {facts.name: str(facts.index) for facts in world.ifaces}
    a, u = names.get("bound0", "1"), names.get("free0", "1")
    lines = [
        f"up {a}", f"down {a}", f"connect {a}", f"disconnect {a}", f"lose {a}", f"fatal {a}",
        f"sim {a} mode sync", f"timeout {a} 1", f"sim {a} teardown_ms 300", f"addr4 {a} add 192.0.2.1",
        f"up {u}", f"down {u}", f"addr4 {u} add 192.0.2.1", f"addr4 {u} del 192.0.2.1",
        f"addr6 {u} add 2001:db8::1", f"addr6 {u} del 2001:db8::1", f"carrier {u} off",
        f"carrier {u} on", f"dormant {u} on", f"dormant {u} off", f"ignore {u}", f"watch {u}",
        "ignore-l2 DUMMY", "watch-l2 DUMMY", "resend", "all up 0", "all down 0", "all connect 0",
        "all disconnect 0", f"opt-set {a} 1 01020304", f"opt-get {a} 1 4", f"bound {a}",
        f"ignored {u}", f"flag {a} PERSISTENT on", f"raise CONN_IF_TIMEOUT {a}", f"sim {a}",
    ]  # fmt: skip
    return [words for line in lines if is_modelled(words := tuple(line.split()))]
