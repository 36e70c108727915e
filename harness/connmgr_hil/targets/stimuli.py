"""Actions on a device from outside: a cable pulled, an access point switched off."""

import sys
from collections.abc import Mapping

from connmgr_hil.transport.deadlines import STIMULUS
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .commands import run_command
from .strict import Strict

MEANS = ("command", "shell", "operator", "qmp", "monitor", "probe")
"""The ways to give a stimulus; a table in a platform file has exactly one of them."""

STANDARD = (
    *("link-down", "link-up", "loss-on", "loss-off", "network-off", "network-on"),
    *("credentials-off", "credentials-on", "traffic"),
)
"""The names that scenarios use.

Cable out and in, silent loss of packets, access point or modem network, what it asks of newcomers; and a packet whose answer
must come back.
"""


class Qmp(Strict, frozen=True, kw_only=True):
    """A command for QEMU's monitor."""

    execute: str
    arguments: dict[str, str | int | float | bool] = {}


class OutsideStimulus(Strict, frozen=True, kw_only=True):
    """Something that is done to the device from outside, by exactly one means.

    `command` is run without a shell, `shell` by `sh`, both for at most `seconds`; `operator` is what a
    person is asked to do; `qmp` is for QEMU's monitor and `monitor` for Renode's. `probe` is a command that the firmware has
    added to the probe's; the device is at fault if it does not answer 0.
    """

    description: str
    command: tuple[str, ...] = ()
    shell: str = ""
    operator: str = ""
    qmp: Qmp | None = None
    monitor: tuple[str, ...] = ()
    probe: str = ""
    seconds: float = 30.0

    def __post_init__(self) -> None:
        given = [name for name in MEANS if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(
                f"a stimulus has exactly one of {', '.join(MEANS)}; "
                f"this one has {' and '.join(given) or 'none'}"
            )

    @property
    def means(self) -> str:
        """How it is given: one of `MEANS`."""
        return next(name for name in MEANS if getattr(self, name))


def find_stimulus(
    stimuli: Mapping[str, OutsideStimulus], name: str, platform: str
) -> OutsideStimulus:
    """Return the stimulus of that name. Raises `UsageError` naming those there are."""
    if name in stimuli:
        return stimuli[name]
    raise UsageError(
        f"the platform file of {platform} has no such stimulus",
        repr(name),
        "stimuli: " + (", ".join(sorted(stimuli)) or "none; add a table [stimuli.NAME]"),
    )


def obstacle_to(stimulus: OutsideStimulus, name: str) -> str:
    """Tell why a stimulus cannot be given here and now; empty if it can."""
    if stimulus.operator and not _operator_is_there():
        return f"{name} needs a person, and there is no terminal to ask one"
    return ""


def perform(stimulus: OutsideStimulus, name: str, environment: Mapping[str, str]) -> None:
    """Give a stimulus by command, shell or operator.

    Raises `RigFault` when the command fails or takes too long, or the person says that it could not be done.
    """
    purpose = f"the stimulus {name} was not given"
    if stimulus.operator:
        if obstacle := obstacle_to(stimulus, name):
            raise RigFault(purpose, obstacle, "run it from a terminal")
        _ask(stimulus.operator, purpose)
    else:
        command = stimulus.command or stimulus.shell
        run_command(command, purpose, wait=STIMULUS.of(stimulus.seconds), environment=environment)


def _operator_is_there() -> bool:
    return all(
        stream is not None and not stream.closed and stream.isatty()
        for stream in (sys.stdin, sys.stderr)
    )


def _ask(wanted: str, purpose: str) -> None:
    sys.stderr.write(f"\nPlease: {wanted}\n  Enter when it is done, 'no' if it cannot be done: ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer or answer.strip():
        said = repr(answer.strip()) if answer else "the end of the terminal's input"
        raise RigFault(purpose, f"asked '{wanted}', the operator answered {said}")
