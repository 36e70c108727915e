"""Learns a device, compares it with the model, and has the differences confirmed and judged."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.checker import Failure
from connmgr_hil.conformance.shrinker import replay
from connmgr_hil.model import Model
from connmgr_hil.targets import Target
from connmgr_hil.vocabulary.errors import ExitCode
from connmgr_hil.vocabulary.parsing import command
from connmgr_hil.vocabulary.stimuli import Words

from .algorithm import learn_mealy
from .blackbox import BlackBox
from .doubting import Doubts
from .inputs import USUAL, letters, preparation
from .machine import Divergence, Mealy, divergences
from .memory import BudgetSpent, Memory
from .reference import Reference


@dataclass(frozen=True)
class Budget:
    """How much may be spent: words asked, host seconds, states, and random words for each machine."""

    queries: int = 20_000
    seconds: float = 60.0
    states: int = 100
    tests: int = 200


@dataclass(frozen=True)
class Learned:
    """Two automata of one iface, the device's and the model's, and where they differ.

    `unfinished` says which limit ended the learning; then the device's automaton is the last guess.
    `confirmed`: the shortest difference showed on a restarted device, too; `failure` is what the
    checker says of that run, and `minimal` its trace.
    """

    target: str
    profile: str
    iface: int
    name: str
    commands: Mapping[str, Words]
    before: tuple[Words, ...]
    device: Mealy
    reference: Mealy
    divergences: tuple[Divergence, ...]
    confirmed: bool
    failure: Failure | None
    minimal: Path
    unfinished: str
    ambiguous: int
    queries: int
    remembered: int
    steps: int
    resets: int
    restarts: int
    rounds: int
    seconds: float
    interrupted: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """0 when they are equal, 1 when the device does what the checker refuses, 4 when that is not certain, 130 when it was interrupted."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.differs:
            return ExitCode.FAILS
        return ExitCode.INCONCLUSIVE if self.divergences or self.unfinished else ExitCode.CONFORMS

    @property
    def differs(self) -> bool:
        """Whether the device does what the model does not allow; what the model leaves open is no difference."""
        return bool(self.divergences) and self.confirmed and self.failure is not None

    @property
    def sequence(self) -> tuple[Words, ...]:
        """The shortest commands, from boot, that tell the two apart; empty when nothing does."""
        if not self.divergences:
            return ()
        return (*self.before, *(self.commands[name] for name in self.divergences[0].word))

    def as_json(self) -> dict[str, object]:
        """Return the result as a JSON object."""
        return {
            "target": self.target,
            "profile": self.profile,
            "iface": self.name,
            "equal": not self.divergences and not self.unfinished,
            "states": {"device": len(self.device.rows), "model": len(self.reference.rows)},
            "inputs": {name: " ".join(words) for name, words in self.commands.items()},
            "differences": [
                {"after": list(each.word), "device": each.first, "model": each.second}
                for each in self.divergences
            ],
            "sequence": [" ".join(words) for words in self.sequence],
            "confirmed": self.confirmed,
            "differs": self.differs,
            "unfinished": self.unfinished,
            "interrupted": self.interrupted,
            "ambiguous": self.ambiguous,
            "queries": self.queries,
            "remembered": self.remembered,
            "steps": self.steps,
            "resets": self.resets,
            "restarts": self.restarts,
            "seconds": round(self.seconds, 3),
        }


def learn(
    target: Target,
    out: Path,
    *,
    iface: str = "A",
    inputs: tuple[str, ...] = USUAL,
    before: tuple[Words, ...] = (),
    limits: Budget | None = None,
    seed: int = 0,
) -> Learned:
    """Learn the automaton of one bound iface and compare it with the reference model's.

    `iface` is a role letter, a name or a number; `before` are commands given after each reset. Traces go
    to the folder `out`: `queries.jsonl` with all that was asked, and, where there is a difference,
    `difference.jsonl`. Raises `UsageError` for an iface or input that does not exist, `Unsteady` when the
    device is not deterministic, `RigFault` when the rig breaks.
    """
    spend = limits or Budget()
    began = time.monotonic()
    minimal_trace = out / "difference.jsonl"
    with target:
        with BlackBox(target, out / "queries.jsonl") as box:
            world = box.world()
            index = box.find(iface)
            commands = letters(inputs, index)
            first = (*before, *preparation(index))
            for given in (*first, *commands.values()):
                world.equipment.check(command(given))
            box.prepare(index, commands, first)
            model = Reference(Model(world), index, commands, timed=target.granted)
            reference = model.machine(first)
            memory = Memory(
                box.ask,
                queries=spend.queries,
                seconds=spend.seconds,
                log=str(out / "queries.jsonl"),
            )
            doubts = Doubts(
                memory.ask, reference, tests=spend.tests, states=spend.states, seed=seed
            )
            unfinished = ""
            interrupted = False
            try:
                device = learn_mealy(tuple(commands), memory.ask, doubts.wrong_about)
            except BudgetSpent as spent:
                unfinished = str(spent)
                device = doubts.latest or Mealy(tuple(commands), ())
            except KeyboardInterrupt:
                unfinished, interrupted = "it was interrupted", True
                device = doubts.latest or Mealy(tuple(commands), ())
            found, confirmed = (
                ((), False)
                if interrupted
                else _sort_out(box, device, reference, finished=not unfinished)
            )
        failure = None
        if confirmed:
            words = tuple(commands[name] for name in found[0].word)
            failure = replay(target, (*first, *words), minimal_trace, note="learned difference")
    return Learned(
        target=target.name,
        profile=world.profile.name,
        iface=index,
        name=world.iface(index).name,
        commands=commands,
        before=first,
        device=device,
        reference=reference,
        divergences=found,
        confirmed=confirmed,
        failure=failure,
        minimal=minimal_trace,
        unfinished=unfinished,
        ambiguous=model.ambiguous,
        queries=memory.queries,
        remembered=memory.remembered,
        steps=box.steps,
        resets=box.resets,
        restarts=box.restarts,
        rounds=doubts.rounds,
        seconds=time.monotonic() - began,
        interrupted=interrupted,
    )


def _sort_out(
    box: BlackBox, device: Mealy, reference: Mealy, *, finished: bool
) -> tuple[tuple[Divergence, ...], bool]:
    """Return the differences, and whether the shortest shows on a restarted device, too.

    The last guess of a learning that was ended may differ where the device does not: such are left out.
    """

    def shows(each: Divergence, *, restart: bool) -> bool:
        seen, wanted = box.ask(each.word, restart=restart), reference.answer(each.word)
        return seen[-1] != wanted[-1] and seen[:-1] == wanted[:-1]

    found = divergences(device, reference) if device.rows else ()
    if not finished:
        found = tuple(each for each in found if shows(each, restart=False))
    return found, bool(found) and shows(found[0], restart=True)
