"""Commands that a run must not give: those that would end it, and those that the device does not understand."""

from connmgr_hil.vocabulary.errors import NotUnderstood, UsageError, WrongDevice
from connmgr_hil.vocabulary.observations import Reply
from connmgr_hil.vocabulary.stimuli import Words

_TAKING_OVER = ("mode", "reboot")
"""Commands that would take control of the device away from the harness."""


def refuse_taking_over(words: Words) -> None:
    """Raise `UsageError` for a command that would take the device away from the run."""
    if words[0] in _TAKING_OVER:
        raise UsageError(
            f"'{words[0]}' cannot be given in a run",
            repr(" ".join(words)),
            "the harness restarts the device and keeps it in machine mode; use another test for a fresh start",
        )


def insist_understood(words: Words, reply: Reply) -> None:
    """Raise `NotUnderstood` where the device answers that it does not know a command.

    Raises `WrongDevice` where it lists an iface as one with the simulated implementation, and then has no knobs for it.
    """
    why = reply.values.get("bad")
    if why == "iface" and words[0] == "sim":
        raise WrongDevice(
            f"the device refuses {' '.join(words)!r}",
            f"it answered bad=iface, though it lists iface {words[1]} with sim=1",
            "correct simconn_of() in the simulated implementation, or flash the image that was built for this run",
        )
    if why:
        raise NotUnderstood(
            f"the device did not understand {' '.join(words)!r}",
            f"it answered bad={why}",
            "the image may be older than this release: build it again; the commands are in zephyr_app/PROTOCOL.md",
        )
