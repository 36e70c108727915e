"""The user's commands on the bench: power switches, flash tools, stimuli."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO

from connmgr_hil.transport import escaped
from connmgr_hil.transport.deadlines import Deadline
from connmgr_hil.vocabulary.errors import RigFault

from . import reaper

_SHOWN = 400


def run_command(
    command: Sequence[str] | str,
    purpose: str,
    *,
    wait: Deadline,
    environment: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> None:
    """Run a command to its end: an argv without a shell, or one line for `sh`.

    It runs in a process group of its own that does not outlive us, has no input, and writes to `log`
    if given. Raises `RigFault` with the last of its output when it cannot be started, fails, or has not ended
    by the deadline.
    """
    argv = ("sh", "-c", command) if isinstance(command, str) else tuple(command)
    shown = command if isinstance(command, str) else shlex.join(command)
    reaper.prepare()
    # A file, not a pipe: what it starts in the background may keep its output open.
    with tempfile.TemporaryFile() as own:
        output = log or own
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                process_group=0,
                preexec_fn=reaper.announce,  # noqa: PLW1509 - one write, which takes no lock
            )
        except OSError as error:
            raise RigFault(purpose, f"cannot start '{shown}': {error}", _BY_HAND) from error
        reaper.guard(process.pid)
        try:
            status = process.wait(wait.seconds)
        except subprocess.TimeoutExpired as error:
            raise RigFault(
                purpose, f"'{shown}' has not ended after {wait}; {_last(output)}", _BY_HAND
            ) from error
        finally:
            if process.returncode is None:
                reaper.kill_group(process.pid)
                process.wait()
            reaper.release(process.pid)
        if status:
            raise RigFault(
                purpose, f"'{shown}' ended with status {status}; {_last(output)}", _BY_HAND
            )


_BY_HAND = "try it by hand; the command is in the platform file"


def _last(output: IO[bytes]) -> str:
    end = output.seek(0, os.SEEK_END)
    output.seek(max(0, end - _SHOWN))
    return f"last output: {escaped(output.read())}"
