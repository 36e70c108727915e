"""Answers the model's only question: what may happen next."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from msgspec import structs

from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.stimuli import Words

from . import commands, implementation, monitor, net_if, real
from .delivery import Dispatcher, boot_listeners, early_listeners
from .drivers import driver_of
from .exploring import BOOT_WAYS, CLOSE_WAYS, FEW_WAYS, MOST_WAYS, explore
from .heard import Called, Heard
from .kernel import Kernel, Routine
from .observed import Item, Owed, Unpredicted
from .state import UNKNOWN, Address, Iface, Impl, State, with_newest
from .world import World


class Expire(NamedTuple):
    """The internal move of a timer running out, and of others in its queue that are handled in one go with it."""

    slot: str
    also: tuple[str, ...] = ()


ANSWERS = 4_000
"""Maximum number of cached answers; then the cache is cleared, so that memory does not grow with a run."""

BOOT_READY, BOOT_ADDRESS, BOOT_ADDRESS6 = "free1", "192.0.2.99", "2001:db8::99"
"""An iface that may be auto-started with an address, of IPv6 where there is no IPv4 (PROTOCOL.md, section 5)."""

Move = Words | Expire | real.Unprompted | real.Together | Called
_INTERNAL = (Expire, real.Unprompted, real.Together, Called)


class Successor(NamedTuple):
    """One possible outcome of a move: what it shows and does, in order, and the state after it."""

    items: tuple[Item, ...]
    state: State


class Model:
    """The reference model for one device.

    `step` is a pure function of state and move. Its answers are remembered, since a run asks the same questions often.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._drivers = tuple(map(driver_of, world.ifaces))
        self._dispatcher = Dispatcher(commands.hooked, commands.called)
        self._shown: dict[Owed, Owed] = {}
        self._ifaces: dict[Iface, Iface] = {}
        self._states: dict[State, State] = {}
        self._answers: dict[
            tuple[int, Move, Heard | None, tuple[Called, ...]], tuple[Successor, ...]
        ] = {}
        self._booted: tuple[Successor, ...] | None = None

    def step(
        self,
        state: State,
        move: Move,
        heard: Heard | None = None,
        calls: tuple[Called, ...] = (),
    ) -> tuple[Successor, ...]:
        """Return every outcome of a command or of a timer running out, each once.

        If `heard` says what unknown ifaces showed, outcomes where they show more may be missing.
        `calls` are calls that the application may make in a callback meanwhile.
        """
        if not isinstance(move, _INTERNAL):
            move = commands.canonical(move)
        # States that are known live as long as the answers: an id means one of them.
        answer = self._answers.get((id(state), move, heard, calls))
        if answer is None:
            if len(self._answers) >= ANSWERS:
                self._forget()
            state = self.known(state)
            answer = self._answers.get((id(state), move, heard, calls)) or self._work_out(
                state, move, heard, calls
            )
            self._answers[id(state), move, heard, calls] = answer
        return answer

    def _forget(self) -> None:
        self._answers.clear()
        self._states.clear()
        self._ifaces.clear()
        self._shown.clear()

    def known(self, state: State) -> State:
        """Return the one object that stands for all states equal to this one."""
        one = self._states.get(state)
        if one is None:
            ifaces = tuple(self._ifaces.setdefault(each, each) for each in state.ifaces)
            one = state._replace(ifaces=ifaces)
            self._states[one] = one
        return one

    def boot(self) -> tuple[Successor, ...]:
        """Return what a device shows from its start until everything has come to rest."""
        if self._booted is None:
            self._booted = self._explore(self._cold(), self._boot, coop=True, most=BOOT_WAYS)
        return self._booted

    def rested(self) -> tuple[State, ...]:
        """Return the states after `reset`: as after boot, but the monitor's memory is unknown.

        So is the order of the listeners: the early one may have been removed, and was then added again as the newest.
        """
        memory = (UNKNOWN, UNKNOWN, UNKNOWN)
        others = tuple(each for each in boot_listeners(self.world) if each.name != "early")
        renewed = with_newest(others, *reversed(early_listeners(self.world)))
        states = [outcome.state._replace(blames=memory) for outcome in self.boot()]
        states += [each._replace(listeners=renewed) for each in states]
        return tuple(dict.fromkeys(map(self.known, states)))

    def _work_out(
        self, state: State, move: Move, heard: Heard | None, calls: tuple[Called, ...]
    ) -> tuple[Successor, ...]:
        rule: Callable[[Kernel], Routine]
        if isinstance(move, Expire):
            rule = partial(self._expiry, move=move)
        elif isinstance(move, real.Unprompted):
            rule = partial(real.change_unprompted, move=move)
        elif isinstance(move, real.Together):
            rule = partial(real.change_together, move=move)
        elif isinstance(move, Called):
            rule = partial(commands.called, call=move)
        else:
            return self._follow(state, move, heard, calls)
        return self._explore(state, rule, coop=True, calls=calls)

    def _follow(
        self, state: State, words: Words, heard: Heard | None, calls: tuple[Called, ...]
    ) -> tuple[Successor, ...]:
        """Follow a command; where its ways are too many, those alone whose events were heard."""
        explore = partial(
            self._explore, state, partial(_command, words=words), coop=False, calls=calls
        )
        if heard is None:
            return explore()
        if heard.changes:
            return explore(heard=heard, strict=True, most=CLOSE_WAYS)
        outcomes = explore(heard=heard, most=FEW_WAYS)
        if not any(_is_manifold(each) for each in outcomes):
            return outcomes
        return explore(heard=heard, strict=True) or outcomes

    def _explore(
        self,
        state: State,
        rule: Callable[[Kernel], Routine],
        *,
        coop: bool,
        most: int = MOST_WAYS,
        heard: Heard | None = None,
        calls: tuple[Called, ...] = (),
        strict: bool = False,
    ) -> tuple[Successor, ...]:
        def make(choices: tuple[int, ...]) -> Kernel:
            kernel = Kernel(
                self.world, self._drivers, state, choices, heard, calls=calls, strict=strict
            )
            kernel.dispatcher = kernel.park("net_mgmt", self._dispatcher.thread(kernel))
            kernel.monitor = kernel.park("conn_mgr", monitor.monitor_thread(kernel))
            kernel.spawn("caller", rule(kernel), coop=coop)
            return kernel

        outcomes = [
            Successor(tuple(map(self._one_item, kernel.items)), self.known(kernel.state()))
            for kernel in explore(make, most)
            if kernel.guide.is_at_end
        ]
        return tuple(dict.fromkeys(outcomes) if len(outcomes) > 1 else outcomes)

    def _one_item(self, item: Item) -> Item:
        """Return the one object that stands for all observations equal to this one: there are few of them."""
        return self._shown.setdefault(item, item) if isinstance(item, Owed) else item

    def _expiry(self, kernel: Kernel, move: Expire) -> Routine:
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
        ifaces = tuple(map(self._cold_iface, self.world.ifaces))
        return State(ifaces, boot_listeners(self.world))

    def _cold_iface(self, facts: IfaceFacts) -> Iface:
        ready = facts.auto and facts.name == BOOT_READY
        has_ipv4 = self.world.hello.ipv4
        return Iface(
            admin=facts.auto,
            dormant=facts.sim and not facts.dormant_in_init,
            oper=ready or (facts.auto and facts.dormant_in_init),
            a4=(Address(BOOT_ADDRESS),) if ready and has_ipv4 else (),
            a6=(Address(BOOT_ADDRESS6),) if ready and not has_ipv4 else (),
            impl=_boot_knobs(facts.auto),
        )

    def _boot(self, kernel: Kernel) -> Routine:
        heard, looks = False, True
        if kernel.profile.static_handlers:
            heard, looks = _BOOTS[kernel.choose(len(_BOOTS))]
        if heard:
            yield from self._connect_what_is_up(kernel)
        for facts in self.world.ifaces:
            if facts.bound and self.world.callbacks(facts.index).connects:
                yield from kernel.driver(facts.index).init(kernel, facts.index)
        for index in sorted(self.world.reals):
            yield from real.boot(kernel, index)
        if looks:
            yield from self._connect_what_is_up(kernel)
        yield from monitor.initial_scan(kernel)

    def _connect_what_is_up(self, kernel: Kernel) -> Routine:
        for facts in self.world.ifaces:
            if facts.bound and kernel.iface(facts.index).admin and not facts.is_real:
                yield from implementation.connect(kernel, facts.index)


_BOOTS = ((True, False), (False, True), (True, True))
"""Whether fixed automation hears of ifaces that come up before the monitor's thread runs, and whether
that thread looks for them. The first needs a dispatcher that ran by then; the second is not known."""

MOST_MODELS = 4
"""Maximum number of models for different worlds; each caches its answers."""


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


def _command(kernel: Kernel, words: Words) -> Routine:
    status, values = yield from commands.run(kernel, words)
    kernel.show("reply", (status,), f"returns {words[0]}", values)


def _is_manifold(outcome: Successor) -> bool:
    return outcome.items == (Unpredicted("manifold"),)
