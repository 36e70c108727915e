"""The commands of the probe: one table that everything else is derived from.

Validation, the shell's help and completion, the classes of the walker and the shrinker, the reference pages and the
test that says what a command still lacks are made from `COMMANDS`. `zephyr_app/PROTOCOL.md` says what each command does.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from .arguments import ARGUMENTS, Argument, choice, either, integer
from .errors import HarnessError
from .stimuli import Words

COMMAND = "COMMAND"
"""Stands in a usage for a whole command."""

_RANGED = re.compile(r"([A-Z]+):(-?\d+)\.\.(-?\d+)")
"""A whole number with its range, as in `BYTES:68..9000`."""


@dataclass(frozen=True)
class Form:
    """One way to give a command: the arguments that it must have, and those that it may have.

    `asks` says that it changes nothing. `since` is the first profile that has it.
    """

    usage: str
    asks: bool
    since: str = "P34"
    required: tuple[Argument, ...] = ()
    optional: tuple[Argument, ...] = ()

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """All arguments in their order."""
        return self.required + self.optional

    @cached_property
    def iface_at(self) -> int:
        """The position, after the name, of the word that is an iface's number; -1 if none is."""
        places = (place for place, each in enumerate(self.required) if each.is_iface)
        return next(places, -1)

    def takes(self, words: Words) -> bool:
        """Tell whether these words, and no others, may stand behind the name."""
        if not len(self.required) <= len(words) <= len(self.arguments):
            return False
        for argument, word in zip(self.arguments, words, strict=False):
            if not argument.fits(word):
                return False
        return True

    def normal(self, words: Words) -> Words:
        """Return these words, which fit, each in the one spelling that stands for all that mean the same."""
        return tuple(
            argument.normal(word) for argument, word in zip(self.arguments, words, strict=False)
        )

    def fitting(self, words: Words) -> int:
        """Return how many of these words fit, from the first on."""
        count = 0
        for argument, word in zip(self.arguments, words, strict=False):
            if not argument.fits(word):
                break
            count += 1
        return count


@dataclass(frozen=True)
class CommandKind:
    """One row of the table.

    `forms` are the ways to give it. `values` are the fields of its reply. `simulated`: only for ifaces
    with the simulated implementation. `never_in` says where it cannot be nested: in a `burst`, in a `hook`, in
    `on` at all, or only in its context `cb`. With a `weight` the walker draws it as often as others of this weight; those
    without one it draws by its own rules, or not at all. What tests `seldom` give has no keyword and no verb of its own.
    """

    name: str
    help: str
    forms: tuple[Form, ...]
    values: tuple[str, ...] = ()
    simulated: bool = False
    never_in: frozenset[str] = frozenset()
    weight: int = 0
    seldom: bool = False

    @property
    def since(self) -> str:
        """The first profile that has it."""
        return self.forms[0].since

    @property
    def usages(self) -> tuple[str, ...]:
        """The forms as lines, such as `timeout I SECONDS`."""
        return tuple(form.usage for form in self.forms)

    @property
    def asks(self) -> bool:
        """Whether every form of it only asks, and changes nothing."""
        return all(form.asks for form in self.forms)

    @cached_property
    def nests(self) -> bool:
        """Whether it has other commands inside."""
        return self.name in _NESTED

    @cached_property
    def about_iface(self) -> bool:
        """Whether it is about one iface, which it names."""
        return not self.nests and any(form.iface_at >= 0 for form in self.forms)


def _argument(text: str) -> Argument:
    if ranged := _RANGED.fullmatch(text):
        return integer(ranged[1], int(ranged[2]), int(ranged[3]))
    parts = text.split("|")
    for unknown in (part for part in parts if part.isupper() and part not in ARGUMENTS):
        raise HarnessError(f"the table of commands names an unknown argument {unknown!r}")
    if not any(part in ARGUMENTS for part in parts):
        return choice(*parts)
    return either(*(ARGUMENTS[part] if part in ARGUMENTS else choice(part) for part in parts))


def _form(name: str, usage: str, *, asks: bool, since: str) -> Form:
    usage, _, later = usage.partition(" since ")
    words = [word for word in usage.split() if word not in (COMMAND, "…", ";")]
    required = tuple(_argument(word) for word in words if word[0] != "[")
    optional = tuple(_argument(word[1:-1]) for word in words if word[0] == "[")
    shown = re.sub(r":-?\d+\.\.-?\d+", "", f"{name} {usage}").strip()
    return Form(shown, asks, later or since, required, optional)


_Usages = str | tuple[str, ...] | None
_NESTED = frozenset({"both", "burst", "hook", "on", "race"})


def _row(
    name: str,
    text: str,
    *,
    does: _Usages = None,
    asks: _Usages = None,
    values: str = "",
    since: str = "P34",
    simulated: bool = False,
    never_in: frozenset[str] = frozenset(),
    weight: int = 0,
    seldom: bool = False,
) -> CommandKind:
    """Return a row. `does` and `asks` are usages behind the name: capitals for arguments, `[ ]` for what may be left out.

    An argument that is in `ARGUMENTS` stands there by its name; a whole number may also come with its range: `BYTES:68..9000`.

    `since PROFILE` behind a usage says that older ones lack this form alone.
    """
    forms = [
        _form(name, usage, asks=asking, since=since)
        for usages, asking in ((asks, True), (does, False))
        if usages is not None
        for usage in ((usages,) if isinstance(usages, str) else usages)
    ]
    return CommandKind(
        name, text, tuple(forms), tuple(values.split()), simulated, never_in, weight, seldom
    )


_KNOBS = (
    "I mode async|never|sync",
    "I delay_ms|teardown_ms|block_ms MS",
    "I fails TIMES",
    "I connect_rc|disconnect_rc RC",
    "I fatal_keeps|watch_admin 0|1",
    "I configured 0|1 since P45",
)

COMMANDS: dict[str, CommandKind] = {
    row.name: row
    for row in (
        _row("hello", "identifies the device", asks="[CHALLENGE]", never_in=_NESTED),
        _row("ping", "does nothing; answered at once", asks=""),
        _row(
            "mode", "leaves machine mode", does=("human", "machine [CHALLENGE]"), never_in=_NESTED
        ),
        _row("again", "repeats frames", asks="FRAME FRAME", values="n", never_in=_NESTED),
        _row("advance", "lets device time pass", does="USEC", never_in=_NESTED),
        _row("up", "net_if_up", does="I"),
        _row("down", "net_if_down", does="I"),
        _row("carrier", "net_if_carrier_on, net_if_carrier_off", does="I on|off"),
        _row("dormant", "net_if_dormant_on, net_if_dormant_off", does="I on|off"),
        _row("addr4", "adds or removes a manual IPv4 address", does="I add|del ADDRESS4"),
        _row(
            "addr6",
            "adds or removes a manual IPv6 address",
            does=("I add ADDRESS6 [LIFETIME]", "I del ADDRESS6"),
        ),
        _row("connect", "conn_mgr_if_connect", does="I"),
        _row("disconnect", "conn_mgr_if_disconnect", does="I"),
        _row("timeout", "gets or sets the timeout", asks="I", does="I SECONDS", values="value"),
        _row(
            "idle",
            "gets or sets the idle timeout",
            asks="I",
            does="I SECONDS",
            values="value",
            since="P43",
            seldom=True,
        ),
        _row("used", "conn_mgr_if_used", does="I", since="P43", seldom=True),
        _row("flag", "gets or sets a flag", asks="I FLAG", does="I FLAG on|off", values="value"),
        _row("opt-set", "conn_mgr_if_set_opt", does="I NAME HEX|null [LEN]"),
        _row(
            "opt-get",
            "conn_mgr_if_get_opt",
            does="I NAME ROOM|null-value|null-length",
            values="len data",
        ),
        _row("bound", "conn_mgr_if_is_bound", asks="I", values="value"),
        _row("ignore", "conn_mgr_ignore_iface", does="I"),
        _row("watch", "conn_mgr_watch_iface", does="I"),
        _row("ignored", "conn_mgr_is_iface_ignored", asks="I", values="value"),
        _row("ignore-l2", "conn_mgr_ignore_l2", does="L2"),
        _row("watch-l2", "conn_mgr_watch_l2", does="L2"),
        _row("resend", "conn_mgr_mon_resend_status", does=""),
        _row(
            "all",
            "calls a bulk function; SKIP_IGNORED is 0 or 1",
            does="up|down|connect|disconnect 0|1",
        ),
        _row("raise", "notifies an event", does="EVENT I|0 [INFO]"),
        _row(
            "listen",
            "adds or removes a listener",
            does=("late1|late2|late3 add EVENTS", "early add", "early|late1|late2|late3 del"),
            never_in=frozenset({"both", "cb", "hook"}),
        ),
        _row(
            "hook",
            "gives a command inside the early listener's callback",
            does=("EVENT I|0 COUNT COMMAND …", "off"),
            never_in=frozenset({"both", "hook"}),
            seldom=True,
        ),
        _row(
            "on",
            "gives a command in the shell thread, on the system work queue or in a callback",
            does="shell|wq|cb COMMAND …",
            never_in=_NESTED,
            seldom=True,
        ),
        _row(
            "burst",
            "gives commands under one scheduler lock",
            does="COMMAND … ; COMMAND …",
            values="n",
            never_in=frozenset({"both", "burst"}),
            seldom=True,
        ),
        _row(
            "both",
            "gives two commands at once, each in its own context; they swap at POINTS",
            does="POINTS high|low|shell|wq|cb high|low|shell|wq|cb COMMAND … ; COMMAND …",
            values="n points",
            never_in=_NESTED,
            seldom=True,
        ),
        _row(
            "race",
            "gives commands at once, in several threads; SEED sets their priorities, POINTS where they change",
            does="SEED POINTS COMMAND … ; COMMAND …",
            values="n points",
            never_in=_NESTED,
            seldom=True,
        ),
        _row("state", "shows what net_if and the monitor know", asks="[I]"),
        _row(
            "stats",
            "shows event queue and ring of frames",
            asks="",
            values="used peak size lost naks",
        ),
        _row("reset", "restores the state after boot without a reboot", does="", never_in=_NESTED),
        _row("reboot", "restarts; no reply", does="", never_in=_NESTED),
        _row(
            "sim",
            "shows counters and state of the simulated implementation, or sets a knob",
            asks="I",
            does=_KNOBS,
            values="state init connect disconnect set_opt get_opt attempts timeouts last",
            simulated=True,
        ),
        _row("lose", "the simulated network is lost", does="I", simulated=True),
        _row("fatal", "a fatal error happens", does="I [INFO]", simulated=True),
        _row(
            "defect",
            "switches a seeded defect, or all off",
            does=("DEFECT on|off", "off"),
            never_in=_NESTED,
        ),
        _row("defects", "lists the seeded defects", asks="", values="n", never_in=_NESTED),
        _row(
            "l2-enable",
            "sets what the stubborn L2 answers when it is enabled",
            does="I RC",
            seldom=True,
        ),
        _row(
            "l2-disable",
            "sets what the stubborn L2 answers when it is disabled",
            does="I RC",
            seldom=True,
        ),
    )
}
"""Every command by name, in the order of the protocol."""

SHELL = _row("shell", "a line for upstream's own shell", does="COMMAND …")
"""Firmware without the probe knows no other command; wrong lines are tried, too."""
