"""What commands can name on one device: its ifaces, its L2s, the events and commands of its release."""

from dataclasses import dataclass

from .arguments import did_you_mean
from .errors import BadInput
from .events import Event
from .facts import ROLES, IfaceFacts
from .parsing import Command

STUBBORN = "CM_STUBBORN"
"""The L2 that refuses to be enabled (`zephyr_app/src/l2.c`)."""

_LETTERS = {name: letter for letter, name in ROLES.items()}


@dataclass(frozen=True)
class Equipment:
    """A device, as far as commands name parts of it. `profiles` are those whose commands it has."""

    ifaces: tuple[IfaceFacts, ...]
    profiles: frozenset[str]
    events: frozenset[Event] = frozenset(Event)

    def check(self, command: Command) -> None:
        """Check that a device has what a command names.

        Raises `BadInput` naming what it lacks and what it has instead. Nothing of this is the API's to judge: the probe
        refuses such a command before it calls anything.
        """
        for inner in command.inner:
            self.check(inner)
        since = command.form.since
        if since not in self.profiles:
            raise BadInput(
                f"this device's release has no {command.form.usage!r}",
                str(command),
                f"it came with profile {since}",
            )
        for argument, word in zip(command.form.arguments, command.words[1:], strict=False):
            if argument.is_iface and word != "0":
                self._has_iface(command, int(word))
            elif argument.name == "L2":
                self._has_l2(command, word)
            elif argument.name in ("EVENT", "EVENTS"):
                for name in word.split(","):
                    self._has_event(command, name)

    def _has_iface(self, command: Command, index: int) -> None:
        facts = next((each for each in self.ifaces if each.index == index), None)
        if facts is None:
            raise BadInput(f"there is no iface {index}", str(command), f"this device has: {self}")
        if command.kind.simulated and not facts.sim:
            fitting = ", ".join(_text(each) for each in self.ifaces if each.sim) or "no iface"
            raise BadInput(
                f"iface {index} ({facts.name}) has no simulated implementation",
                str(command),
                f"on this device these have it: {fitting}",
            )
        if command.kind.name in ("l2-enable", "l2-disable") and facts.l2 != STUBBORN:
            raise BadInput(
                f"iface {index} ({facts.name}) is enabled by its L2 {facts.l2}, which refuses every change",
                str(command),
                f"only ifaces of the L2 {STUBBORN} take this command",
            )

    def _has_l2(self, command: Command, name: str) -> None:
        names = sorted({each.l2 for each in self.ifaces} | {"null"})
        if name not in names:
            raise BadInput(
                f"no iface of this device has the L2 {name!r}",
                str(command),
                did_you_mean(name, names),
            )

    def _has_event(self, command: Command, name: str) -> None:
        if Event(name) not in self.events:
            raise BadInput(
                f"this device's release has no event {name}",
                str(command),
                "events: " + ", ".join(sorted(self.events)),
            )

    def __str__(self) -> str:
        return ", ".join(map(_text, self.ifaces)) or "no iface"


def _text(facts: IfaceFacts) -> str:
    letter = _LETTERS.get(facts.name)
    return " = ".join(filter(None, (letter, facts.name, str(facts.index))))
