"""What a device said about itself, through any shell."""

from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import HelloSeen

BANNER = "*** Booting Zephyr"
"""What Zephyr prints first when it boots, unless its build leaves it out."""


class Introduced:
    """A device that says hello when it is attached to."""

    _hello: HelloSeen | None = None
    is_mute = False
    """Whether nothing was received since the last command: then the line did not damage the answer."""
    wire_bytes = 0
    """Bytes that went over the line, in both directions."""

    @property
    def damage(self) -> int:
        """How often the line damaged what passed it, as far as that was noticed, since the last attach."""
        return 0

    @property
    def facts(self) -> Hello:
        """What the device said about itself, or what was deduced about it."""
        return self._known().facts

    @property
    def ifaces(self) -> tuple[IfaceFacts, ...]:
        """The ifaces that the device has."""
        return self._known().ifaces

    def _known(self) -> HelloSeen:
        assert self._hello is not None, "attach() comes first"
        return self._hello
