"""The commands that a walker can choose from, legal and illegal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from connmgr_hil.model import PROFILES, State, World
from connmgr_hil.vocabulary.commands import COMMANDS, CommandKind
from connmgr_hil.vocabulary.events import Event, Layer, layer_of
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.stimuli import BULK, SIDES, Words, advance, both, burst, on, words

_Draw = Callable[["Choices", Random], Words | None]

_V4 = ("192.0.2.1", "192.0.2.2", "169.254.3.4")
_V6 = ("2001:db8::1", "fe80::9", "fd00::1")
_INFOS = (
    None,
    None,
    0,
    7,
    -1,
    2**31 - 1,
    *(f"len={each}" for each in (0, 1, 3, 4, 31, 32, 33, 256)),
)
"""Info of an event: none, an int, or this many bytes; one byte more than the maximum is not delivered."""
_SECONDS = (0.02, 0.05, 0.3, 1.0, 1.1, 2.5)


@dataclass
class Choices:
    """Draws random commands for the ifaces of a world.

    `disabled` kinds are not drawn: each walk leaves out a random subset (swarm testing), so that rare
    combinations of the others come up. `few` are the only ifaces to be named, if any are given. `outside` are commands of the firmware's own by which its platform file gives stimuli.
    """

    world: World
    disabled: frozenset[str] = frozenset()
    outside: tuple[Words, ...] = ()
    few: tuple[int, ...] = ()
    simulated: bool = field(init=False)
    """Whether there are ifaces of the simulated implementation, with its knobs."""
    _controlled: tuple[int, ...] = field(init=False)
    _all: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the ifaces by what can be done with them."""
        named = [each for each in self.world.ifaces if not self.few or each.index in self.few]
        self._all = tuple(facts.index for facts in named)
        simulated = tuple(facts.index for facts in named if facts.sim)
        bound = tuple(facts.index for facts in named if facts.bound)
        self.simulated = bool(simulated)
        self._controlled = simulated or bound or self._all

    @classmethod
    def swarm(cls, world: World, random: Random, outside: tuple[Words, ...] = ()) -> "Choices":
        """Return choices with about a third of the kinds left out."""
        kinds = [kind for kind in KINDS if outside or kind != "outside"]
        disabled = frozenset(kind for kind in kinds if random.random() < 1 / 3)
        return cls(world, disabled, outside)

    def draw(self, random: Random) -> Words:
        """Return a random command."""
        offered = [kind for kind in KINDS if self.outside or kind != "outside"]
        kinds = [kind for kind in offered if kind not in self.disabled] or offered
        while True:
            kind = random.choices(kinds, [KINDS[kind][0] for kind in kinds])[0]
            command = KINDS[kind][1](self, random)
            if command is not None:
                return command

    def iface(self, random: Random) -> int:
        """Return a random iface; one in fifty does not exist."""
        if random.random() < 0.02:
            return len(self.world.ifaces) + 1
        return random.choice(self._all)

    def controlled(self, random: Random) -> int:
        """Return a random iface of the simulated implementation, mostly one of the first two.

        Without one, return an iface bound to another implementation; without that, any iface.
        """
        return random.choice(self._controlled[:2] if random.random() < 0.7 else self._controlled)


def _on_iface(verb: str) -> _Draw:
    return lambda choices, random: (verb, str(choices.iface(random)))


def _on_controlled(verb: str) -> _Draw:
    return lambda choices, random: (verb, str(choices.controlled(random)))


def _address(choices: Choices, random: Random) -> Words:
    hello = choices.world.hello
    address = random.choice(_V4 * hello.ipv4 + _V6 * hello.ipv6)
    change = random.choice(("add", "add", "del"))
    family = "addr6" if ":" in address else "addr4"
    index = random.choice(choices._all)  # noqa: SLF001 - one module
    return words(family, index, change, address)


def _toggle(verb: str) -> _Draw:
    def toggle(choices: Choices, random: Random) -> Words | None:
        index, value = choices.iface(random), random.choice(("on", "off"))
        # That of a real iface is its driver's, or its implementation's.
        return None if choices.world.is_real(index) else (verb, str(index), value)

    return toggle


def _flag(choices: Choices, random: Random) -> Words:
    names = ["PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN", "99"]
    if choices.world.profile.intent_mark:
        names.append("DISCONNECTING")
    name = random.choice(names)
    value = random.choice((True, False, None))
    index = choices.iface(random) if random.random() < 0.3 else choices.controlled(random)
    return words("flag", index, name, value)


def _timeout(choices: Choices, random: Random) -> Words:
    return words("timeout", choices.controlled(random), random.choice((0, 1, 1, 2, None, -5)))


def _idle(choices: Choices, random: Random) -> Words | None:
    if not choices.world.profile.idle:
        return None
    return words("idle", choices.controlled(random), random.choice((0, 1, 1, 2, None)))


def _used(choices: Choices, random: Random) -> Words | None:
    return words("used", choices.iface(random)) if choices.world.profile.idle else None


def _knob(choices: Choices, random: Random) -> Words | None:
    if not choices.simulated:
        return None
    newer = (("configured", ("0", "1")),) if choices.world.profile.configuration else ()
    name, values = random.choice(
        (
            *newer,
            ("mode", ("sync", "async", "never", "never")),
            ("delay_ms", ("50", "100", "1500")),
            ("fails", ("0", "2")),
            ("connect_rc", ("0", "0", "-5", "1")),
            ("disconnect_rc", ("0", "0", "-33")),
            ("fatal_keeps", ("0", "1")),
            ("watch_admin", ("0", "0", "1")),
            ("teardown_ms", ("0", "0", "300")),
        )
    )
    return words("sim", choices.controlled(random), name, random.choice(values))


def _option(choices: Choices, random: Random) -> Words:
    index = choices.iface(random)
    if random.random() < 0.5:
        value = random.choice((b"\1\2\3\4", b"\1", bytes(5), None))
        shown = "null" if value is None else value.hex()
        return words("opt-set", index, random.choice((1, 2, 9)), shown)
    room = random.choice(("4", "8", "1", "null-value", "null-length"))
    return ("opt-get", str(index), str(random.choice((1, 2, 9))), room)


def _bulk(_choices: Choices, random: Random) -> Words:
    return words("all", random.choice(BULK), int(random.random() < 0.5))


def _l2(choices: Choices, random: Random) -> Words:
    names = sorted({facts.l2 for facts in choices.world.ifaces})
    change = random.choice(("ignore-l2", "watch-l2"))
    return (change, random.choice([*names, "null"]))


def _raise(choices: Choices, random: Random) -> Words | None:
    index = random.choice(choices._all)  # noqa: SLF001 - one module
    facts = choices.world.iface(index)
    profile = choices.world.profile
    unknown = {
        Event.CONN_IF_IDLE_TIMEOUT: not profile.idle,
        Event.CONN_IF_NO_CONFIGURATION: not profile.configuration,
    }
    events = [
        each
        for each in choices.world.codes
        if not _is_own(each, facts) and not unknown.get(each, False)
    ]
    if facts.is_real:  # what else there is, is its implementation's or its network's to say
        events = [Event.DNS_SERVER_ADD]
    event = random.choice(events)
    return words("raise", event, index, random.choice(_INFOS))


def _is_own(event: Event, facts: IfaceFacts) -> bool:
    """Tell whether an event that contradicts `net_if` is left to the tour: the automation acts on it while other events are pending."""
    return facts.bound and layer_of(event) is Layer.IFACE


def _l2_answer(choices: Choices, random: Random) -> Words | None:
    stubborn = [facts.index for facts in choices.world.ifaces if facts.l2 == "CM_STUBBORN"]
    if not stubborn:
        return None
    names = ("l2-enable", "l2-disable") if choices.world.hello.has_probe(1, 2) else ("l2-enable",)
    return words(random.choice(names), random.choice(stubborn), random.choice((0, 0, -11, -5)))


def _lose(choices: Choices, random: Random) -> Words | None:
    return ("lose", str(choices.controlled(random))) if choices.simulated else None


def _fatal(choices: Choices, random: Random) -> Words | None:
    if not choices.simulated:
        return None
    return words("fatal", choices.controlled(random), random.choice((None, 7, -1)))


def _advance(_choices: Choices, random: Random) -> Words:
    return advance(random.choice(_SECONDS))


def _elsewhere(choices: Choices, random: Random) -> Words | None:
    command = simple(choices, random)
    return on(random.choice(("wq", "cb")), command) if command else None


def _burst(choices: Choices, random: Random) -> Words | None:
    commands = [simple(choices, random) for _ in range(random.randint(2, 4))]
    sound = [command for command in commands if command]
    return burst(*sound) if sound else None


def at_once(choices: Choices, random: Random, points: Iterable[int] = ()) -> Words | None:
    """Return two random commands for two contexts; none if the device does not execute two at once, or nothing is left to draw."""
    first, second = simple(choices, random), simple(choices, random)
    if points and "all" in (first and first[0], second and second[0]):
        return None  # a bulk call may be interrupted at too many places
    if first is None or second is None or not choices.world.hello.both:
        return None
    # An event's callback cannot swap with another thread.
    one, other = random.sample([each for each in SIDES if each != "cb" or not points], 2)
    return both((one, first), (other, second), points)


def simple(choices: Choices, random: Random) -> Words | None:
    """Return a random command that may stand inside another one, if there is any."""
    kinds = [kind for kind in _INNER if kind not in choices.disabled]
    return KINDS[random.choice(kinds)][1](choices, random) if kinds else None


def _listen(_choices: Choices, random: Random) -> Words:
    if random.random() < 0.4:
        return ("listen", "late1", "del")
    pair = random.choice(
        (
            (Event.L4_CONNECTED, Event.L4_DISCONNECTED),
            (Event.IF_DOWN, Event.IF_UP),
            (Event.CONN_IF_TIMEOUT, Event.CONN_IF_FATAL_ERROR),
        )
    )
    return ("listen", "late1", "add", ",".join(pair))


def _by_table(kind: CommandKind) -> _Draw:
    """Return how a command is drawn by its row of the table alone."""

    def draw(choices: Choices, random: Random) -> Words | None:
        form = random.choice(kind.forms)
        if PROFILES[form.since].since > choices.world.profile.since:
            return None
        count = random.randint(len(form.required), len(form.arguments))
        given = (
            str(choices.iface(random)) if each.is_iface else random.choice(each.examples)
            for each in form.arguments[:count]
        )
        return (kind.name, *given)

    return draw


def _outside(choices: Choices, random: Random) -> Words:
    return random.choice(choices.outside)


def _query(choices: Choices, random: Random) -> Words:
    query = random.choice(
        (
            ("ignored", str(choices.iface(random))),
            ("bound", str(choices.iface(random))),
            ("sim", str(choices.controlled(random))),
            ("state", str(random.choice(choices._all))),  # noqa: SLF001 - one module
        )
    )
    return query if choices.simulated or query[0] != "sim" else ("state", query[1])


KINDS: dict[str, tuple[int, _Draw]] = {
    "up": (6, _on_iface("up")),
    "down": (5, _on_iface("down")),
    "connect": (6, _on_controlled("connect")),
    "disconnect": (5, _on_controlled("disconnect")),
    "any-connect": (1, _on_iface("connect")),
    "any-disconnect": (1, _on_iface("disconnect")),
    "address": (8, _address),
    "carrier": (3, _toggle("carrier")),
    "dormant": (3, _toggle("dormant")),
    "flag": (6, _flag),
    "timeout": (4, _timeout),
    "idle": (4, _idle),
    "used": (2, _used),
    "knob": (8, _knob),
    "option": (4, _option),
    "ignore": (3, _on_iface("ignore")),
    "watch": (3, _on_iface("watch")),
    "l2": (1, _l2),
    "resend": (2, lambda _choices, _random: ("resend",)),
    "bulk": (2, _bulk),
    "raise": (3, _raise),
    "l2-answer": (1, _l2_answer),
    "lose": (5, _lose),
    "fatal": (3, _fatal),
    "advance": (12, _advance),
    "elsewhere": (4, _elsewhere),
    "burst": (3, _burst),
    "at-once": (3, at_once),
    "listen": (1, _listen),
    "query": (3, _query),
    "outside": (4, _outside),
    **{kind.name: (kind.weight, _by_table(kind)) for kind in COMMANDS.values() if kind.weight},
}
"""Each kind of command with its weight and, where the command table is not enough, a function that draws its arguments."""

_INNER = (
    "up",
    "down",
    "connect",
    "disconnect",
    "address",
    "carrier",
    "dormant",
    "ignore",
    "watch",
    "resend",
    "lose",
    "fatal",
    "flag",
    "used",
    "bulk",
)
"""The kinds that may stand inside `on` and `burst`."""


def situation(state: State, words: Words) -> tuple[object, ...]:
    """Return what is special about giving a command in a state, for coverage: the command's kind and its iface's state."""
    index = next((int(word) for word in words[1:] if word.isdigit()), 0)
    kind = words[0] if words[0] not in ("on", "burst") else " ".join(words[:3])
    if not 1 <= index <= len(state.ifaces):
        return (kind, state.counts)
    iface = state.ifaces[index - 1]
    return (
        kind,
        iface.admin,
        iface.oper,
        iface.carrier,
        iface.dormant,
        bool(iface.a4),
        bool(iface.a6),
        iface.word,
        iface.flags,
        iface.timeout > 0,
        iface.impl.phase,
        iface.impl.mode,
        state.counts[0] > 0,
    )
