"""Answers the model's one question, what may happen next."""

from collections.abc import Callable
from typing import NamedTuple

from msgspec import structs

from connmgr_hil.vocabulary.stimuli import Words

from . import commands, implementation, monitor, net_if, real
from .delivery import Dispatcher, boot_listeners
from .kernel import Kernel, Rule, explore
from .observed import Item
from .state import UNKNOWN, Address, Iface, Impl, State
from .world import World


class Expire(NamedTuple):
    """The internal move of a timer running out."""

    slot: str


REMEMBERED = 20_000
"""So many answers are remembered; then all are forgotten, so that memory does not grow with a run."""

BOOT_READY, BOOT_ADDRESS = "free1", "192.0.2.99"
"""An iface that may be auto-started with an address (PROTOCOL.md, section 5)."""

Move = Words | Expire | real.Unprompted
_INTERNAL = (Expire, real.Unprompted)


class Outcome(NamedTuple):
    """One way in which a move may go: what it shows and does, in order, and the state after it."""

    items: tuple[Item, ...]
    state: State


class Model:
    """The reference model for one device.

    `step` is a pure function of state and move; its answers are remembered, since a run asks the same questions often.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._dispatcher = Dispatcher(commands.hooked)
        self._states: dict[State, State] = {}
        self._answers: dict[tuple[int, Move], tuple[Outcome, ...]] = {}
        self._booted: tuple[Outcome, ...] | None = None

    def step(self, state: State, move: Move) -> tuple[Outcome, ...]:
        """Return every outcome of a command or of a timer running out, each once."""
        if not isinstance(move, _INTERNAL):
            move = commands.essence(move)
        answer = self._answers.get((id(state), move))
        if answer is None:
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
                self._states.clear()
            state = self.known(state)
            if isinstance(move, Expire):
                answer = self._explore(
                    state, lambda kernel: self._expiry(kernel, move.slot), coop=True
                )
            elif isinstance(move, real.Unprompted):
                legal = real.is_legal(Kernel(self.world, state, ()), move)
                answer = (
                    self._explore(state, lambda kernel: real.befall(kernel, move), coop=True)
                    if legal
                    else ()
                )
            else:
                answer = self._explore(state, lambda kernel: _command(kernel, move), coop=False)
            self._answers[id(state), move] = answer
        return answer

    def known(self, state: State) -> State:
        """Return the one object that stands for all states equal to this one."""
        return self._states.setdefault(state, state)

    def boot(self) -> tuple[Outcome, ...]:
        """Return what a device shows from its start until everything has come to rest."""
        if self._booted is None:
            self._booted = self._explore(self._cold(), self._boot, coop=True)
        return self._booted

    def rested(self) -> tuple[State, ...]:
        """Return the states after `reset`: as after boot, but the monitor's memory is unknown."""
        memory = (UNKNOWN, UNKNOWN, UNKNOWN)
        return tuple(
            dict.fromkeys(
                self.known(outcome.state._replace(blames=memory)) for outcome in self.boot()
            )
        )

    def _explore(
        self, state: State, rule: Callable[[Kernel], Rule], *, coop: bool
    ) -> tuple[Outcome, ...]:
        def make(choices: tuple[int, ...]) -> Kernel:
            kernel = Kernel(self.world, state, choices)
            kernel.dispatcher = kernel.park("net_mgmt", self._dispatcher.thread(kernel))
            kernel.monitor = kernel.park("conn_mgr", monitor.monitor_thread(kernel))
            kernel.spawn("caller", rule(kernel), coop=coop)
            return kernel

        outcomes = [
            Outcome(tuple(kernel.items), self.known(kernel.freeze())) for kernel in explore(make)
        ]
        return tuple(dict.fromkeys(outcomes) if len(outcomes) > 1 else outcomes)

    def _expiry(self, kernel: Kernel, slot: str) -> Rule:
        kind, index, *rest = slot.split(":", 2)
        if kind == "dad":
            yield from net_if.dad_succeeds(kernel, int(index), rest[0])
            return
        if kind == "lifetime":
            yield from net_if.lifetime_ends(kernel, int(index), rest[0])
            return
        expired = {
            "association": implementation.associated,
            "timeout": implementation.timed_out,
            "teardown": implementation.torn_down,
            "idle": implementation.idle_over,
            "patience": real.patience_ends,
        }[kind]
        yield from expired(kernel, int(index))

    def _cold(self) -> State:
        address = (Address(BOOT_ADDRESS),)
        ifaces = tuple(
            Iface(
                admin=facts.auto,
                dormant=facts.sim and not facts.dormant_in_init,
                oper=facts.auto and (facts.dormant_in_init or facts.name == BOOT_READY),
                a4=address if facts.name == BOOT_READY and facts.auto else (),
                impl=_boot_knobs(facts.auto),
            )
            for facts in self.world.ifaces
        )
        return State(ifaces, boot_listeners(self.world))

    def _boot(self, kernel: Kernel) -> Rule:
        for facts in self.world.ifaces:
            if facts.bound and self.world.callbacks(facts.index).connects:
                yield from implementation.init(kernel, facts.index)
        for index in sorted(self.world.reals):
            yield from real.boot(kernel, index)
        for facts in self.world.ifaces:
            if facts.bound and kernel.iface(facts.index).admin and not facts.is_real:
                yield from _auto_connect(kernel, facts.index)
        yield from monitor.initial_scan(kernel)


MOST_MODELS = 4
"""So many models are kept for worlds that differ; each remembers its answers."""


class Models:
    """The models of several runs: devices that are alike share one, and with it the answers it remembers."""

    def __init__(self) -> None:
        self._models: dict[object, Model] = {}

    def of(self, world: World) -> Model:
        """Return the model for a world. That it is another start of the device makes no difference."""
        alike = (structs.replace(world.hello, nonce="", first="0"), world.ifaces, world.profile)
        model = self._models.get(alike)
        if model is None:
            if len(self._models) >= MOST_MODELS:
                self._models.clear()
            model = self._models[alike] = Model(world)
        return model


def _boot_knobs(auto: bool) -> Impl:
    return Impl(mode="never") if auto else Impl()


def _auto_connect(kernel: Kernel, index: int) -> Rule:
    yield from implementation.connect(kernel, index)


def _command(kernel: Kernel, words: Words) -> Rule:
    status, values = yield from commands.run(kernel, words)
    kernel.show("reply", (status,), f"returns {words[0]}", values)
