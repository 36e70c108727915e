"""What a move of the model shows and does, in order."""

from typing import NamedTuple

from connmgr_hil.vocabulary.wording import Said, say_call, say_event, values


class Owed(NamedTuple):
    """One observation that must come now, and the rule that owes it.

    `kind` is `event`, `call`, `part` or `reply`. `key` is what must be equal in the device's record:

    * event: (listener, name, iface, admin, oper, info)
    * call: (iface, op)
    * part: (index, hook, status), reply: (status,); with `values` as (name, value) pairs that must be in the record
    """

    kind: str
    key: tuple[object, ...]
    rule: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if self.kind == "event":
            listener, name, iface, admin, oper, info = self.key
            return say_event(str(name), iface, admin, oper, info, listener).line()
        if self.kind == "call":
            return say_call(self.key[1], self.key[0]).line()
        if self.kind == "anything":
            return "anything"
        return Said(self.kind, f"{self.kind} {self.key[-1]}", values(self.values)).line()


class Arm(NamedTuple):
    """A timer begins: `slot` expires after this many microseconds.

    Timers of one `queue` expire in the order of their starts. If a running one is started again, and the queue `forgets`,
    others in it may never expire.
    """

    slot: str
    usec: int
    rule: str
    queue: str = ""
    forgets: bool = False


class Cancel(NamedTuple):
    """A timer is stopped, if it runs."""

    slot: str


class Count(NamedTuple):
    """A counter of the simulated implementation goes up."""

    iface: int
    counter: str


class Unpredicted(NamedTuple):
    """From here on the model predicts nothing.

    `rule` is `storm` (events without end, REQ-EVT-020) or `overflow` (events lost for want of room in the
    queue, REQ-MON-038).
    """

    rule: str


Item = Owed | Arm | Cancel | Count | Unpredicted
