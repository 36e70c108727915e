"""Answers the model's one question, what may happen next."""

from collections.abc import Callable
from typing import NamedTuple

from msgspec import structs

from connmgr_hil.vocabulary.stimuli import Words

from . import commands, implementation, monitor, net_if, real
from .delivery import Dispatcher, boot_listeners
from .kernel import BOOT_WAYS, MOST_WAYS, Kernel, Rule, explore
from .looking import Change, Memory, Notes, Way
from .observed import Item, Shown
from .state import UNKNOWN, Address, Iface, Impl, State
from .world import World


class Expire(NamedTuple):
    """The internal move of a timer running out, and of others in its queue that are handled in one go with it."""

    slot: str
    also: tuple[str, ...] = ()


ANSWERS, WAYS = 1_000, 4_000
"""So many answers are remembered, by state and by what was looked at; then all are forgotten, so that memory does not
grow with a run."""

BOOT_READY, BOOT_ADDRESS = "free1", "192.0.2.99"
"""An iface that may be auto-started with an address (PROTOCOL.md, section 5)."""

Move = Words | Expire | real.Unprompted | real.Together
_INTERNAL = (Expire, real.Unprompted, real.Together)


class Outcome(NamedTuple):
    """One way in which a move may go: what it shows and does, in order, and the state after it."""

    items: tuple[Item, ...]
    state: State


class Model:
    """The reference model for one device.

    `step` is a pure function of state and move. Its answers are remembered, since a run asks the same questions often:
    by state and move, and by what the move looked at, for states that differ elsewhere.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._dispatcher = Dispatcher(commands.hooked)
        self._shown: dict[Shown, Shown] = {}
        self._ifaces: dict[Iface, Iface] = {}
        self._states: dict[tuple[object, ...], State] = {}
        self._ids: set[int] = set()
        self._answers: dict[tuple[int, Move], tuple[Outcome, ...]] = {}
        self._memories: dict[Move, Memory] = {}
        self._kept = 0
        self._booted: tuple[Outcome, ...] | None = None

    def step(self, state: State, move: Move) -> tuple[Outcome, ...]:
        """Return every outcome of a command or of a timer running out, each once."""
        if not isinstance(move, _INTERNAL):
            move = commands.essence(move)
        answer = self._answers.get((id(state), move))
        if answer is None:
            if len(self._answers) >= ANSWERS:
                self._answers.clear()
                self._states.clear()
                self._ifaces.clear()
                self._ids.clear()
            if id(state) not in self._ids:
                state = self.known(state)
            answer = self._outcomes(state, self._ways(state, move))
            self._answers[id(state), move] = answer
        return answer

    def known(self, state: State) -> State:
        """Return the one object that stands for all states equal to this one."""
        return self._one(state._replace(ifaces=tuple(map(self._one_iface, state.ifaces))))

    def _one_iface(self, iface: Iface) -> Iface:
        return self._ifaces.setdefault(iface, iface)

    def _one(self, state: State) -> State:
        """Return the same for a state whose ifaces are each the one that stands for its equals."""
        ifaces, *rest = state
        one = self._states.setdefault((*map(id, ifaces), *rest), state)
        self._ids.add(id(one))
        return one

    def boot(self) -> tuple[Outcome, ...]:
        """Return what a device shows from its start until everything has come to rest."""
        if self._booted is None:
            cold = self._cold()
            self._booted = self._outcomes(
                cold, self._explore(cold, self._boot, {}, coop=True, most=BOOT_WAYS)
            )
        return self._booted

    def rested(self) -> tuple[State, ...]:
        """Return the states after `reset`: as after boot, but the monitor's memory is unknown."""
        memory = (UNKNOWN, UNKNOWN, UNKNOWN)
        return tuple(
            dict.fromkeys(
                self.known(outcome.state._replace(blames=memory)) for outcome in self.boot()
            )
        )

    def _outcomes(self, state: State, ways: tuple[Way, ...]) -> tuple[Outcome, ...]:
        outcomes = [
            Outcome(way.items, self._one(way.change.applied(state, self._one_iface)))
            for way in ways
        ]
        return tuple(dict.fromkeys(outcomes) if len(outcomes) > 1 else outcomes)

    def _ways(self, state: State, move: Move) -> tuple[Way, ...]:
        """Work out an answer, or recall that for a state which looks the same to this move."""
        memory = self._memories.get(move)
        if memory is None:
            memory = self._memories[move] = Memory()
        ways = memory.recall(state)
        if ways is None:
            if self._kept >= WAYS:
                self._memories.clear()
                self._shown.clear()
                self._kept = 0
                memory = self._memories[move] = Memory()
            notes: Notes = {}
            ways = self._work_out(state, move, notes)
            memory.keep(notes, ways)
            self._kept += 1
        return ways

    def _work_out(self, state: State, move: Move, notes: Notes) -> tuple[Way, ...]:
        if isinstance(move, Expire):
            return self._explore(state, lambda kernel: self._expiry(kernel, move), notes, coop=True)
        if isinstance(move, real.Unprompted):
            return self._explore(state, lambda kernel: real.befall(kernel, move), notes, coop=True)
        if isinstance(move, real.Together):
            return self._explore(
                state, lambda kernel: real.befall_together(kernel, move), notes, coop=True
            )
        return self._explore(state, lambda kernel: _command(kernel, move), notes, coop=False)

    def _explore(
        self,
        state: State,
        rule: Callable[[Kernel], Rule],
        notes: Notes,
        *,
        coop: bool,
        most: int = MOST_WAYS,
    ) -> tuple[Way, ...]:
        def make(choices: tuple[int, ...]) -> Kernel:
            kernel = Kernel(self.world, state, choices, notes)
            kernel.dispatcher = kernel.park("net_mgmt", self._dispatcher.thread(kernel))
            kernel.monitor = kernel.park("conn_mgr", monitor.monitor_thread(kernel))
            kernel.spawn("caller", rule(kernel), coop=coop)
            return kernel

        return tuple(
            Way(tuple(map(self._one_item, kernel.items)), Change.of(kernel.written))
            for kernel in explore(make, most)
        )

    def _one_item(self, item: Item) -> Item:
        """Return the one object that stands for all observations equal to this one: there are few of them."""
        return self._shown.setdefault(item, item) if isinstance(item, Shown) else item

    def _expiry(self, kernel: Kernel, move: Expire) -> Rule:
        kind, index, *rest = move.slot.split(":", 2)
        if kind == "dad":
            split = (slot.split(":", 2) for slot in (move.slot, *move.also))
            yield from net_if.dad_succeeds(kernel, [(int(each), text) for _, each, text in split])
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
            "lingering": real.lingers_no_more,
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
        heard, looks = False, True
        if kernel.profile.static_handlers:
            heard, looks = _BOOTS[kernel.choose(len(_BOOTS))]
        if heard:
            yield from self._connect_what_is_up(kernel)
        for facts in self.world.ifaces:
            if facts.bound and self.world.callbacks(facts.index).connects:
                yield from implementation.init(kernel, facts.index)
        for index in sorted(self.world.reals):
            yield from real.boot(kernel, index)
        if looks:
            yield from self._connect_what_is_up(kernel)
        yield from monitor.initial_scan(kernel)

    def _connect_what_is_up(self, kernel: Kernel) -> Rule:
        for facts in self.world.ifaces:
            if facts.bound and kernel.iface(facts.index).admin and not facts.is_real:
                yield from implementation.connect(kernel, facts.index)


_BOOTS = ((True, False), (False, True), (True, True))
"""Whether fixed automation hears of ifaces that come up before the monitor's thread runs, and whether
that thread looks for them. The first needs a dispatcher that ran by then; the second is not known."""

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


def _command(kernel: Kernel, words: Words) -> Rule:
    status, values = yield from commands.run(kernel, words)
    kernel.show("reply", (status,), f"returns {words[0]}", values)
