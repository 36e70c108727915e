"""What never changes while a device runs: its ifaces, its build options, its profile."""

from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from connmgr_hil.vocabulary.equipment import Equipment
from connmgr_hil.vocabulary.events import Event, Layer, event_codes, layer_of
from connmgr_hil.vocabulary.facts import ROLES, Hello, IfaceFacts

from .profiles import PROFILES, Profile, profile_of

if TYPE_CHECKING:
    from .state import Listener


class Callbacks(NamedTuple):
    """Which callbacks a connectivity implementation has."""

    connects: bool
    options: bool


# The implementations of the sample application (zephyr_app/PROTOCOL.md, section 5).
_IMPLEMENTATIONS = {
    "SIMCONN": Callbacks(connects=True, options=True),
    "SIMCONN_PLAIN": Callbacks(connects=True, options=False),
}
_NO_CALLBACKS = Callbacks(connects=False, options=False)
_ANY_CALLBACKS = Callbacks(connects=True, options=True)


MOST_AUDIENCES = 1_000
"""Maximum number of cached answers about which listener gets what; a run has far fewer."""


@dataclass(frozen=True)
class World:
    """The device under judgement as its hello described it."""

    hello: Hello
    ifaces: tuple[IfaceFacts, ...]
    profile: Profile
    codes: dict[Event, int] = field(init=False)
    names: dict[int, Event] = field(init=False)
    reals: frozenset[int] = field(init=False)
    """The indexes of ifaces of which only the guarantees are known."""
    is_sample: bool = field(init=False)
    """Whether it is the sample application: only the automations and the harness act there."""
    _audiences: dict[tuple[object, int], "tuple[bool, tuple[Listener, ...]]"] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        """Derive the event codes of the profile."""
        codes = event_codes(families=self.profile.families, wide=self.profile.wide_codes)
        reals = frozenset(facts.index for facts in self.ifaces if facts.is_real)
        object.__setattr__(self, "reals", reals)
        sample = any(facts.name in ROLES.values() for facts in self.ifaces)
        object.__setattr__(self, "is_sample", sample)
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "names", {code: event for event, code in codes.items()})

    @classmethod
    def of(
        cls, hello: Hello, ifaces: tuple[IfaceFacts, ...], profile: Profile | None = None
    ) -> "World":
        """Make a world from a device's facts; the profile follows from its release if not given."""
        ordered = tuple(sorted(ifaces, key=lambda iface: iface.index))
        return cls(hello, ordered, profile or profile_of(hello))

    @cached_property
    def equipment(self) -> Equipment:
        """What the device has of all that commands can name."""
        reached = (each.name for each in PROFILES.values() if each.since <= self.profile.since)
        return Equipment(self.ifaces, frozenset(reached), frozenset(self.codes))

    def iface(self, index: int) -> IfaceFacts:
        """Return the facts of an iface by its index (1 and up)."""
        return self.ifaces[index - 1]

    def is_real(self, index: int) -> bool:
        """Tell whether nothing is known of an iface but its guarantees."""
        return index in self.reals

    def raises_others(self, index: int) -> bool:
        """Tell whether an iface raises events by itself that are none of the Connection Manager's business.

        One of the board's own does; with duplicate address detection newer kernels let each iface join groups.
        """
        return self.is_real(index) or self.hello.dad

    def callbacks(self, index: int) -> Callbacks:
        """Return which callbacks the implementation of an iface has."""
        unknown = _ANY_CALLBACKS if self.is_real(index) else _NO_CALLBACKS
        return _IMPLEMENTATIONS.get(self.iface(index).impl, unknown)

    def mask(self, *events: Event) -> int:
        """Return a listener's mask: the OR of the codes of these events that exist here."""
        mask = 0
        for event in events:
            mask |= self.codes.get(event, 0)
        return mask

    def layer_mask(self, layer: Layer) -> int:
        """Return the mask for all known events of a layer."""
        return self.mask(*(event for event in self.codes if layer_of(event) is layer))

    def fields(self, code: int) -> tuple[int, int, int]:
        """Split an event code into layer, layer code and command (specification 6.2)."""
        if self.profile.wide_codes:
            return code >> 60 & 3, code >> 52 & 0x7F, code & (1 << 52) - 1
        return code >> 28 & 3, code >> 16 & 0x7FF, code & 0xFFFF

    def accepts(self, mask: int, code: int) -> bool:
        """Tell whether a listener with this mask gets this event (specification 6.2)."""
        layer, layer_code, command = self.fields(code)
        mask_layer, mask_code, mask_command = self.fields(mask)
        return (
            layer == mask_layer
            and layer_code == mask_code
            and (not mask_command or bool(command & mask_command))
        )

    def audience(
        self, listeners: "tuple[Listener, ...]", code: int
    ) -> "tuple[bool, tuple[Listener, ...]]":
        """Return whether an event is queued, and which of these listeners get it; answers are cached."""
        answer = self._audiences.get((listeners, code))
        if answer is None:
            if len(self._audiences) >= MOST_AUDIENCES:
                self._audiences.clear()
            everyone = reduce(or_, (each.mask for each in listeners), 0)
            heard = tuple(each for each in listeners if self.accepts(each.mask, code))
            answer = self._audiences[listeners, code] = (self.admits(everyone, code), heard)
        return answer

    def admits(self, everyones_mask: int, code: int) -> bool:
        """Tell whether an event is queued, given the OR of all masks (specification 3.1)."""
        return all(
            part & whole == part
            for part, whole in zip(self.fields(code), self.fields(everyones_mask), strict=True)
        )
