"""Plays a conforming device by the model: commands in, items and records out, timers on time."""

from collections.abc import Callable

from msgspec import structs

from connmgr_hil.model import Expire, Model, Profile, Successor, World
from connmgr_hil.model.observed import Arm, Cancel, Count, Item, Owed, Unpredicted
from connmgr_hil.model.profiles import PROFILES
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    Header,
    HelloSeen,
    Part,
    Reply,
    Stimulus,
)
from connmgr_hil.vocabulary.stimuli import Words

# (name, L2, implementation) of the sample application's ifaces, in index order.
_IFACES = (
    ("bound0", "DUMMY", "SIMCONN"),
    ("bound1", "DUMMY", "SIMCONN"),
    ("plain0", "CM_TEST", "SIMCONN_PLAIN"),
    ("free0", "DUMMY", "-"),
    ("free1", "DUMMY", "-"),
    ("auto0", "DUMMY", "SIMCONN"),
    ("null0", "DUMMY", "-"),
    ("bare0", "DUMMY", "BAREAPI"),
    ("stubborn0", "CM_STUBBORN", "SIMCONN"),
)
_RELEASES = {each.name: ".".join(map(str, each.since)) for each in PROFILES.values()}
_COUNTERS = ("init", "connect", "disconnect", "set_opt", "get_opt", "attempts", "timeouts")

First: Callable[[tuple[Successor, ...]], Successor] = lambda outcomes: outcomes[0]  # noqa: E731


def world(profile: str = "P34", **features: bool | int) -> World:
    """Return the sample application of a profile, with other build options if given."""
    facts = tuple(
        IfaceFacts(
            index=index,
            name=name,
            l2=l2,
            bound=impl != "-",
            impl=impl,
            auto=name == "auto0",
            sim=impl.startswith("SIMCONN"),
        )
        for index, (name, l2, impl) in enumerate(_IFACES, 1)
    )
    hello = Hello(
        proto=1, app="1.2.0", zephyr="3.4.99", connmgr=_RELEASES[profile], board="played",
        build="0", nonce="1", granted=True, ifaces=len(facts), track=10,
        room4=4, room6=4, cfg4=10, cfg6=10,
    )  # fmt: skip
    return World.of(structs.replace(hello, **features), facts, PROFILES[profile])


class Play:
    """A device that behaves as the model says; `choose` picks one of several outcomes."""

    def __init__(
        self,
        world_: World | None = None,
        choose: Callable[[tuple[Successor, ...]], Successor] = First,
    ) -> None:
        self.world = world_ or world()
        self.model = Model(self.world)
        self.now = 0
        self.clocks: dict[str, int] = {}
        self._queues: dict[str, str] = {}
        self.tallies = dict.fromkeys(
            ((facts.index, name) for facts in self.world.ifaces for name in _COUNTERS), 0
        )
        self.records: list[AnyRecord] = [
            Header(scenario="played"),
            HelloSeen(t=0, facts=self.world.hello, ifaces=self.world.ifaces),
        ]
        self.stormed = False
        self._choose = choose
        self._commands = 0
        self._take(self._choose(self.model.boot()))

    @property
    def profile(self) -> Profile:
        """The semantics that are played."""
        return self.world.profile

    def do(self, command: str) -> list[Owed]:
        """Execute a command; return what it showed, the reply last."""
        words: Words = tuple(command.split())
        self._commands += 1
        begun = self.now
        self.records.append(Stimulus(id=self._commands, words=words))
        shown: list[Owed] = []
        if words[0] == "advance":
            shown += self.advance(int(words[1]))
        shown += self._take(self._choose(self.model.step(self.state, words)), words, begun)
        return shown

    def run(self, *commands: str) -> str:
        """Execute commands; return the events and calls as text, `!` before a storm's end."""
        return " ".join(
            text for command in commands for text in map(brief, self.do(command)) if text
        )

    def advance(self, usec: int) -> list[Owed]:
        """Let time pass: timers run out in their order, those of one queue and one moment in one go."""
        until = self.now + usec
        shown: list[Owed] = []
        while due := sorted((at, slot) for slot, at in self.clocks.items() if at <= until):
            self.now, slot = due[0]
            slots = [slot]
            if queue := self._queues.get(slot):
                slots = [
                    each for each, at in self.clocks.items()
                    if at == self.now and self._queues.get(each) == queue
                ]  # fmt: skip
            for each in slots:
                del self.clocks[each]
            move = Expire(slots[0], tuple(slots[1:]))
            shown += self._take(self._choose(self.model.step(self.state, move)))
        self.now = until
        return shown

    def _take(self, outcome: Successor, words: Words = (), begun: int = 0) -> list[Owed]:
        self.state = outcome.state
        shown = []
        for item in outcome.items:
            if isinstance(item, Owed):
                shown.append(item)
                self.records.append(self._record(item, words, begun))
            else:
                self._note(item)
        return shown

    def _note(self, item: Item) -> None:
        if isinstance(item, Arm):
            self.clocks.pop(item.slot, None)  # it goes to the end
            self.clocks[item.slot] = self.now + item.usec
            if item.queue:
                self._queues[item.slot] = item.queue
        elif isinstance(item, Cancel):
            self.clocks.pop(item.slot, None)
        elif isinstance(item, Count):
            self.tallies[item.iface, item.counter] += 1
        elif isinstance(item, Unpredicted):
            self.stormed = True

    def _record(self, shown: Owed, words: Words, begun: int) -> AnyRecord:
        values = dict(shown.values)
        if shown.kind == "event":
            listener, name, iface, admin, oper, info = shown.key
            return EventSeen(
                t=self.now, listener=str(listener), name=str(name),
                code=self.world.codes[Event(str(name))], iface=int(str(iface)),
                admin=None if admin is None else bool(admin),
                oper=None if oper is None else bool(oper),
                info=None if info is None else str(info),
            )  # fmt: skip
        if shown.kind == "call":
            return CallSeen(t=self.now, iface=int(str(shown.key[0])), op=str(shown.key[1]))
        if shown.kind == "part":
            index, hook, status = shown.key
            return Part(
                t=self.now,
                index=int(str(index)),
                hook=bool(hook),
                status=str(status),
                values=values,
            )
        if words[0] == "sim" and len(words) == 2 and shown.key[0] == "0":
            values |= {name: str(self.tallies[int(words[1]), name]) for name in _COUNTERS}
        return Reply(
            t=self.now, id=self._commands, t0=begun, status=str(shown.key[0]), values=values
        )


_BRIEF = {
    "IF_ADMIN_UP": "ADMIN_UP", "IF_ADMIN_DOWN": "ADMIN_DOWN",
    "IPV4_ADDR_ADD": "V4ADD", "IPV4_ADDR_DEL": "V4DEL",
    "IPV6_ADDR_ADD": "V6ADD", "IPV6_ADDR_DEL": "V6DEL", "IPV6_DAD_SUCCEED": "DAD_SUCCEED",
    "L4_CONNECTED": "L4_C", "L4_DISCONNECTED": "L4_D",
    "L4_IPV4_CONNECTED": "V4_C", "L4_IPV4_DISCONNECTED": "V4_D",
    "L4_IPV6_CONNECTED": "V6_C", "L4_IPV6_DISCONNECTED": "V6_D",
    "CONN_IF_TIMEOUT": "TIMEOUT", "CONN_IF_FATAL_ERROR": "FATAL", "CONN_IF_IDLE_TIMEOUT": "IDLE",
}  # fmt: skip


def brief(shown: Owed) -> str:
    """Write an item as appendix A of the specification does: `L4_C(4)`, `impl.connect(1)`, `rc -EIO`."""
    if shown.kind == "event":
        listener, name, iface = shown.key[:3]
        text = f"{_BRIEF.get(str(name), str(name))}({iface})"
        return text if listener == "early" else f"{listener}:{text}"
    if shown.kind == "call":
        return f"impl.{shown.key[1]}({shown.key[0]})" if shown.key[1] != "init" else ""
    if shown.kind == "reply" and shown.key[0] != "0":
        return f"rc {shown.key[0]}"
    return ""


def ways(world_: World, setup: tuple[str, ...], commands: tuple[str, ...]) -> dict[str, Play]:
    """Return every way in which commands may go after a setup: what each showed, by ` / `, and the end."""
    found: dict[str, Play] = {}
    prefixes: list[tuple[int, ...]] = [()]
    while prefixes:
        prefix = prefixes.pop()
        taken: list[tuple[int, int]] = []

        def choose(
            outcomes: tuple[Successor, ...],
            prefix: tuple[int, ...] = prefix,
            taken: list[tuple[int, int]] = taken,
        ) -> Successor:
            pick = prefix[len(taken)] if len(taken) < len(prefix) else 0
            taken.append((pick, len(outcomes)))
            return outcomes[pick]

        play = Play(world_, choose)
        play.run(*setup)
        text = " / ".join(play.run(command) or "-" for command in commands)
        found.setdefault(text, play)
        picks = tuple(pick for pick, _ in taken)
        prefixes += [
            (*picks[:place], other)
            for place in range(len(prefix), len(taken))
            for other in range(1, taken[place][1])
        ]
    return found
