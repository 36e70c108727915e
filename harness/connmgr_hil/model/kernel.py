"""A small model of Zephyr's scheduler, on which the model's rules run.

The order of the Connection Manager's events is decided by scheduling: the dispatcher and the monitor are
cooperative threads of equal priority, the shell is preempted by both, and whoever needs a lock waits for it.
Rules are generators that yield at the points where the kernel may switch. Where Zephyr's order is an
accident that no user may rely on (specification 4.6, loss order), the kernel branches by `choose`, and
`exploring.explore` collects every outcome.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from enum import Enum, auto
from typing import NamedTuple

from connmgr_hil.vocabulary.events import Event

from .draft import Draft
from .driver import Driver
from .heard import Called, DriverChange, Guide, Heard
from .state import Listener, State
from .world import World

STORM_EVENTS = 120
"""More deliveries than this in one move are a storm: the model stops predicting there."""

EVENT_QUEUE = "event queue"
"""The lock under which events are appended; who waits for it gains nothing by running before."""

INFO_LIMIT = 32
"""Event info longer than this is never queued (specification 2.5, D22)."""


class Switch(Enum):
    """Why a thread gives the processor to the scheduler."""

    PREEMPT = auto()  # something was made ready; a preemptible thread loses the processor
    YIELD = auto()  # k_yield
    PARK = auto()  # wait until woken
    LOCK = auto()  # wait for a mutex
    SLEEP = auto()  # wait until all others wait, as a driver does for its device
    QUEUE = auto()  # wait for space in the event queue, at most 10 ms


Routine = Generator[Switch, None, None]
Answer = Generator[Switch, None, str]


class Queued(NamedTuple):
    """An event on its way to the listeners."""

    event: Event | None
    """None marks the probe's own event, which carries a command."""
    iface: int
    info: str | None = None
    command: Callable[[], Routine] | None = None
    rule: str = ""
    """The rule that expects this event, if it does not follow from the event itself."""


class Thread:
    """A thread of the modelled kernel."""

    def __init__(self, name: str, rule: Routine, *, coop: bool, rank: int = 0) -> None:
        self.name = name
        self.rule = rule
        self.coop = coop
        self.rank = rank
        """Of those that are preemptible, the ready one with the lowest rank runs."""
        self.boosted = False
        self.wants = ""
        self.brings: Queued | None = None
        """The event for which it wants room."""
        self.done = False


class Unpredictable(Exception):
    """A move whose end the model does not predict; `rule` says why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Kernel(Draft):
    """The scheduler and the event queue, by which the rules of a move change its draft of the state."""

    def __init__(
        self,
        world: World,
        drivers: Sequence[Driver],
        state: State,
        choices: tuple[int, ...],
        heard: Heard | None = None,
        *,
        calls: tuple[Called, ...] = (),
        strict: bool = False,
    ) -> None:
        super().__init__(world, state)
        self._drivers = drivers
        self.guide = Guide(heard, strict=strict)
        self._calls = calls
        self.queue: deque[Queued] = deque()
        self._handed_over = False
        """Whether the oldest event was handed to the dispatcher, and takes no room."""
        self.monitor_pending = False
        self.scheduler_locked = False
        self.hooked = False
        self.monitor_late = False
        self.delivered = 0
        self._prefix = choices
        self.taken: list[tuple[int, int]] = []
        self._settled: dict[str, int] = {}
        self._owners: dict[str, tuple[Thread, int]] = {}
        self._ready: deque[Thread] = deque()
        self._waiting: list[Thread] = []
        self._asleep: deque[Thread] = deque()
        self._preemptibles: list[Thread] = []
        self.sides: list[Thread] = []
        """Two threads that may change ranks as often as there are `turns`, whenever the one that goes before the other can be interrupted and holds no lock."""
        self.turns = 0
        self._running: Thread | None = None
        self.dispatcher: Thread | None = None
        self.monitor: Thread | None = None

    def driver(self, index: int) -> Driver:
        """Return what is behind an iface."""
        return self._drivers[index - 1]

    # --- choices -------------------------------------------------------------------------

    def choose(self, options: int) -> int:
        """Branch: return each of 0 … options-1 in one of the outcomes."""
        position = len(self.taken)
        pick = self._prefix[position] if position < len(self._prefix) else 0
        self.taken.append((pick, options))
        return pick

    def settle(self, what: str) -> int:
        """Branch between 0 and 1, but stay with one of them for the whole move."""
        if what not in self._settled:
            self._settled[what] = self.choose(2)
        return self._settled[what]

    def show(
        self,
        kind: str,
        key: tuple[object, ...],
        rule: str,
        values: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Expect an observation. Raises `Impossible` if it is known that it was not heard."""
        self.guide.follow_shown(kind, key)
        super().show(kind, key, rule, values)

    def may_be_heard(self, event: Event, index: int) -> bool:
        """Tell whether to follow the ways where an iface goes up once more; not if nobody heard it."""
        return self.guide.expects_up(event, index) or not self._hears_early(event)

    def next_call(self) -> Called | None:
        """Branch: return one of the calls that the application made in a callback and that are still to come, and None."""
        pick = self.choose(len(self._calls) + 1) if self._calls else 0
        if not pick:
            return None
        call = self._calls[pick - 1]
        self._calls = self._calls[pick:]
        return call

    def next_change(self, index: int) -> DriverChange | None:
        """Branch: return the change of this iface that was heard next, if that is one, and None."""
        change = self.guide.change_of(index)
        return change if change is not None and self.choose(2) else None

    def _hears_early(self, event: Event) -> bool:
        return any(each.name == "early" for each in self.audience(self.world.codes[event])[1])

    def was_taken_up(self, index: int) -> bool:
        """Tell whether an unknown iface is known to obey when it is taken admin-up."""
        return not self.hook and self.guide.was_taken_up(index)

    # --- locks ---------------------------------------------------------------------------

    def lock(self, key: str) -> Iterable[Switch]:
        """Take a recursive mutex, waiting for its owner if need be."""
        me = self.current
        owner, depth = self._owners.get(key, (me, 0))
        if self.turns and me in self.sides and key != EVENT_QUEUE:
            return self._take_turns(key)
        if owner is not me:
            return self._wait_for(key)
        self._owners[key] = (me, depth + 1)
        return ()

    def _take_turns(self, key: str) -> Routine:
        """Take a mutex; the other side may run before."""
        yield Switch.PREEMPT
        owner, depth = self._owners.get(key, (self.current, 0))
        if owner is self.current:
            self._owners[key] = (owner, depth + 1)
        else:
            yield from self._wait_for(key)

    def _wait_for(self, key: str) -> Routine:
        me = self.current
        while key in self._owners:
            if self._owners[key][0] is me:
                return
            me.wants = key
            self._boost(self._owners[key][0], me)
            yield Switch.LOCK
        self._owners[key] = (me, 1)

    def _boost(self, owner: Thread, waiter: Thread) -> None:
        if owner.coop or owner.boosted or not waiter.coop or owner in self._asleep:
            return
        owner.boosted = True
        if owner in self._preemptibles:
            self._preemptibles.remove(owner)
            self._ready.append(owner)

    def unlock(self, key: str) -> None:
        """Release a mutex; the caller yields PREEMPT afterwards."""
        owner, depth = self._owners[key]
        if depth > 1:
            self._owners[key] = (owner, depth - 1)
            return
        del self._owners[key]
        if owner in self.sides:
            for heir in self.sides:
                if heir in self._waiting and heir.wants == key:
                    self._owners[key] = (heir, 1)
        for waiter in [thread for thread in self._waiting if thread.wants == key]:
            self._waiting.remove(waiter)
            waiter.wants = ""
            self._make_ready(waiter)
            owner.boosted = False

    # --- threads -------------------------------------------------------------------------

    @property
    def current(self) -> Thread:
        """The thread that runs now."""
        assert self._running is not None
        return self._running

    def spawn(self, name: str, rule: Routine, *, coop: bool, rank: int = 0) -> Thread:
        """Start a thread; see `Thread.rank`."""
        thread = Thread(name, rule, coop=coop, rank=rank)
        self._make_ready(thread)
        return thread

    def _make_ready(self, thread: Thread) -> None:
        (self._ready if thread.coop or thread.boosted else self._preemptibles).append(thread)

    def park(self, name: str, rule: Routine) -> Thread:
        """Make a cooperative thread that waits to be woken."""
        thread = Thread(name, rule, coop=True)
        thread.wants = "wake"
        return thread

    def wake(self, thread: Thread | None) -> None:
        """Make a parked thread ready."""
        if thread is not None and thread.wants == "wake":
            thread.wants = ""
            self._make_ready(thread)

    def is_ready(self, thread: Thread | None) -> bool:
        """Tell whether a thread waits for nothing but the processor."""
        return thread in self._ready

    @property
    def others_are_ready(self) -> bool:
        """Whether another thread would run if the current one did not."""
        return bool(self._ready or self._preemptibles)

    def _next(self) -> Thread | None:
        if self._ready:
            if self.monitor_late and self._ready[0] is self.monitor and len(self._ready) > 1:
                self._ready.rotate(-1)
            return self._ready.popleft()
        if self._preemptibles:
            first = min(self._preemptibles, key=lambda each: each.rank)
            self._preemptibles.remove(first)
            return first
        if self._asleep:
            return self._asleep.popleft()
        if any(thread.wants == "queue" for thread in self._waiting):
            raise Unpredictable("overflow")
        return None

    def run(self) -> None:
        """Run until every thread waits. Raises `Unpredictable` if that does not happen."""
        while (thread := self._next()) is not None:
            self._running = thread
            self._burst(thread)
        assert not self._waiting, f"deadlock: {[(t.name, t.wants) for t in self._waiting]}"

    def end(self) -> None:
        """Forget the threads: they refer to the kernel, and would outlive it for a while."""
        self.dispatcher = self.monitor = self._running = None
        self._ready.clear()
        self._preemptibles.clear()
        self.sides.clear()
        self._waiting.clear()
        self._asleep.clear()
        self._owners.clear()

    def _burst(self, thread: Thread) -> None:
        """Let one thread run until it gives the processor away."""
        for why in thread.rule:
            if why is Switch.PREEMPT:
                if thread.coop or thread.boosted or self.scheduler_locked:
                    continue
                if self.turns and thread in self.sides:
                    self._change_places(thread)
                before = any(each.rank < thread.rank for each in self._preemptibles)
                if not (self._ready or before):
                    continue
                self._preemptibles.append(thread)
            elif why is Switch.YIELD:
                self._ready.append(thread)
            elif why is Switch.PARK:
                thread.wants = "wake"
            elif why is Switch.SLEEP:
                self._asleep.append(thread)
            else:
                self._waiting.append(thread)
            return
        thread.done = True

    def _change_places(self, thread: Thread) -> None:
        """Let the side that goes first go behind the other, or not."""
        if any(owner is thread for owner, _ in self._owners.values()):
            return
        other = self.sides[thread is self.sides[0]]
        if not other.done and thread.rank < other.rank and self.choose(2):
            thread.rank, other.rank = other.rank, thread.rank
            self.turns -= 1

    # --- events --------------------------------------------------------------------------

    def audience(self, code: int) -> tuple[bool, tuple[Listener, ...]]:
        """Return whether an event would be queued now, and which listeners get it."""
        return self.world.audience(self.listeners, code)

    def post(self, event: Event, iface: int, info: str | None = None, rule: str = "") -> Routine:
        """Notify an event: queue it if a listener wants it and the queue has room."""
        code = self.world.codes.get(event)
        if code is None or not self.audience(code)[0]:
            return
        too_long = info is not None and info.startswith("len=") and int(info[4:]) > INFO_LIMIT
        # A build with other subsystems, such as Wi-Fi or neighbour discovery, may have events with more info, and room for it.
        if too_long and not ((self.world.reals or self.world.hello.dad) and self.choose(2)):
            return
        if self.guide.knows and self._hears_early(event):
            self.guide.follow_queued(event, iface)
        yield from self.enqueue(Queued(event, iface, info, rule=rule))

    def enqueue(self, entry: Queued) -> Routine:
        """Append to the event queue, waiting for room if necessary.

        Raises `Unpredictable` if the wait of 10 ms would be in vain, because the dispatcher itself waits: the event is
        lost, and everybody else goes on meanwhile (specification 3.1). And in the midst of a burst, whose scheduler is locked.
        """
        yield from self.lock(EVENT_QUEUE)
        me = self.current
        if len(self.queue) - self._handed_over < self.world.hello.queue:
            waits = self.dispatcher is not None and self.dispatcher.wants == "wake"
            self._handed_over = self._handed_over or (waits and self.world.hello.hands_over)
            self.queue.append(entry)
        else:
            if me is self.dispatcher or self.scheduler_locked:
                raise Unpredictable("overflow")
            me.wants, me.brings = "queue", entry
            yield Switch.QUEUE
        self.wake(self.dispatcher)
        self.unlock(EVENT_QUEUE)
        yield Switch.PREEMPT

    def take(self) -> Queued:
        """Take the oldest event; if that makes room, the event of a waiting thread is queued, and the thread goes on."""
        entry = self.queue.popleft()
        if self._handed_over:
            self._handed_over = False
            return entry
        for thread in self._waiting:
            if thread.wants == "queue":
                assert thread.brings is not None
                self.queue.append(thread.brings)
                self._waiting.remove(thread)
                thread.wants = ""
                self._make_ready(thread)
                break
        return entry

    def delivered_one(self) -> None:
        """Count a delivery. Raises `Unpredictable` when there are too many."""
        self.delivered += 1
        if self.delivered > STORM_EVENTS:
            raise Unpredictable("storm")
