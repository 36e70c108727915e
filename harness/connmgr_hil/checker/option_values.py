"""Whether a real iface's implementation keeps a value that it refused (REQ-IMP-013).

The model does not follow the options of an unknown implementation. But a refused value must not be found afterwards where
something else was there before.
"""

from connmgr_hil.model import World
from connmgr_hil.vocabulary.observations import Reply
from connmgr_hil.vocabulary.stimuli import Words


class OptionValues:
    """What each option held, by the words for iface and number, and what was refused since."""

    def __init__(self) -> None:
        self._held: dict[Words, str] = {}
        self._refused: dict[Words, set[str]] = {}

    def forget(self) -> None:
        """Turn to another start of the device."""
        self._held.clear()
        self._refused.clear()

    def kept_refused(self, world: World, words: Words, reply: Reply) -> str:
        """Take a command and its reply; return the value that was refused and is held nevertheless, or an empty string."""
        if len(words) < _WITHOUT_LENGTH or not world.is_real(
            int(words[1]) if words[1].isdecimal() else 0
        ):
            if "opt-set" in words:
                self.forget()  # in a burst, say, whose parts tell what became of it
            return ""
        if words[:1] == ("opt-get",) and reply.status == "0":
            option, value = words[1:3], reply.values.get("data", "").lower()
            if not value or reply.values.get("len") != str(len(value) // 2):
                return ""  # there was no room for the whole
            refused = self._refused.pop(option, set())
            before = self._held.get(option, value)
            self._held[option] = value
            if value != before and any(each.startswith(value) for each in refused):
                return value
        elif words[:1] == ("opt-set",) and len(words) == _WITHOUT_LENGTH:
            option, value = words[1:3], words[3].lower()
            if reply.status.startswith("-"):
                self._refused.setdefault(option, set()).add(value)
            else:
                self._held[option] = value
                self._refused.pop(option, None)
        elif words[0] == "opt-set":
            self.forget()  # the length was given separately from the value
        return ""


_WITHOUT_LENGTH = 4
"""The number of words of 'opt-set' when the value is as long as it looks."""
