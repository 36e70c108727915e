"""Runs labgrid's own client as a process. labgrid is never imported: its fork of pyserial would replace ours.

CMHIL_LABGRID_CLIENT names the client; by default `labgrid-client` is found on PATH. LG_COORDINATOR names the coordinator.
"""

import ast
import os
import re
import select
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from connmgr_hil.transport import escaped
from connmgr_hil.transport.deadlines import LABGRID
from connmgr_hil.vocabulary.errors import RigFault, UsageError

_PLACE = re.compile(r"^Place '(.+)':$", re.MULTILINE)
_RESOURCE = re.compile(
    r"^(?:Acquired|Matching) resource '(?P<name>.+)' \(.*\):\n(?P<what>(?:[ \t]+.*\n?)+)",
    re.MULTILINE,
)
# The client's output is a pipe of ours; when we are gone, writing to it must not end the process that releases the place.
_HOLD = """
trap '' PIPE
said=$("$@" acquire </dev/null 2>&1) || { printf '%s\\n' "$said"; exit 1; }
echo held
cat >/dev/null
exec "$@" release 2>&1
"""


@dataclass(frozen=True)
class Resource:
    """What an exporter offers at a place: its name there, its class, and how it is reached."""

    name: str
    cls: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A place as the coordinator knows it; `acquired` is `host/user`, or empty."""

    name: str
    acquired: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[Resource, ...] = ()

    @property
    def has_power(self) -> bool:
        """Tell whether labgrid can switch its power."""
        return any("Power" in each.cls or each.cls == "PDUDaemonPort" for each in self.resources)

    @property
    def serial_port(self) -> Resource:
        """The only serial port, or the one that a named match calls `console`.

        Raises `UsageError` if there is none, or several fit.
        """
        ports = [each for each in self.resources if each.cls == "NetworkSerialPort"]
        if len(ports) > 1:
            ports = [each for each in ports if each.name == "console"] or ports
        if len(ports) == 1:
            return ports[0]
        there = ", ".join(f"{each.name} ({each.cls})" for each in self.resources)
        raise UsageError(
            f"the labgrid place {self.name} has no single serial port",
            there or "no resource: is its exporter running?",
            f"labgrid-client -p {self.name} add-named-match 'EXPORTER/GROUP/NetworkSerialPort/NAME' console",
        )


def parse_place(shown: str) -> Place:
    """Read what `labgrid-client show` prints. Raises `RigFault` if it is not understood."""
    name = _PLACE.search(shown)
    if name is None:
        raise RigFault("labgrid-client shows no place", escaped(shown.encode()[-400:]))
    acquired = _said(shown, "acquired")
    pairs = (pair.partition("=") for pair in _said(shown, "tags").split(", ") if pair)
    return Place(
        name[1],
        "" if acquired == "None" else acquired,
        {key: value for key, _, value in pairs},
        tuple(_resource(match["name"], match["what"]) for match in _RESOURCE.finditer(shown)),
    )


def _said(shown: str, key: str) -> str:
    match = re.search(rf"^  {key}: (.*)$", shown, re.MULTILINE)
    return match[1].strip() if match else ""


def _resource(name: str, what: str) -> Resource:
    try:
        known = ast.literal_eval(what.strip())
        return Resource(name, str(known["cls"]), dict(known["params"]))
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError) as error:
        raise RigFault(
            f"labgrid's resource {name!r} is not a dictionary", escaped(what.encode()[-400:])
        ) from error


def client_command() -> str:
    """Return the path of `labgrid-client`. Raises `RigFault` if there is none."""
    named = os.environ.get("CMHIL_LABGRID_CLIENT", "")
    if found := shutil.which(named or "labgrid-client"):
        return found
    raise RigFault(
        "labgrid-client, which talks to the coordinator, is missing",
        f"no program {named} (CMHIL_LABGRID_CLIENT)" if named else "none on PATH",
        "install it into its own environment (pipx install labgrid), or name it in CMHIL_LABGRID_CLIENT",
    )


def coordinator() -> str:
    """Return the address of the coordinator that labgrid's client talks to."""
    return os.environ.get("LG_COORDINATOR") or "127.0.0.1:20408"


def ask(place: str, *words: str) -> str:
    """Run a command of labgrid's client on a place and return what it prints.

    Raises `UsageError` for a place that is not there, and `RigFault` for all else that goes wrong.
    """
    command = (client_command(), *(("-p", place) if place else ()), *words)
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LABGRID.seconds,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise RigFault(f"{command[0]} cannot be started", str(error)) from error
    except subprocess.TimeoutExpired as error:
        raise RigFault(
            f"'labgrid-client {' '.join(words)}' has not ended within {LABGRID}",
            "it is still running",
            f"check the coordinator at {coordinator()} (LG_COORDINATOR)",
        ) from error
    if done.returncode:
        raise _explained(place, words, done.stdout + done.stderr)
    return done.stdout


def _explained(place: str, words: tuple[str, ...], output: str) -> RigFault | UsageError:
    seen = _last_line(output)
    if "connect to coordinator" in output:
        return RigFault(
            f"no labgrid coordinator answers at {coordinator()}",
            seen,
            "start it, or name another one in LG_COORDINATOR",
        )
    if "place pattern" in seen:
        return UsageError(
            "there is no such labgrid place",
            seen,
            "places: " + (", ".join(ask("", "places").split("\n")[:-1]) or "none"),
        )
    return RigFault(f"labgrid-client -p {place} {' '.join(words)} failed", seen)


def _last_line(output: str) -> str:
    last = (output.strip().splitlines() or ["nothing"])[-1]
    return re.sub(r"^(?:labgrid-client: |Server error: )?(?:Error: )?", "", last)


class Hold:
    """A place that we have acquired.

    `release` releases it, and so does the end of this process, for any reason. A small separate process acquires it and
    waits on a pipe from us: it releases the place when the pipe ends. Raises `RigFault` if the place cannot be acquired.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._process = subprocess.Popen(
            ("sh", "-c", _HOLD, "sh", client_command(), "-p", place),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        said = self._first_line()
        if said != "held":
            raise RigFault(f"the labgrid place {place} is taken", said)

    def _first_line(self) -> str:
        output = self._process.stdout
        assert output is not None
        try:
            if not select.select([output], [], [], LABGRID.seconds)[0]:
                self._end_of_pipe()
                return f"labgrid-client has not acquired it within {LABGRID}"
            said = output.readline().strip()
            if said != "held":
                said = _last_line(f"{said}\n{output.read()}")
                self._end_of_pipe()
                self._process.wait(LABGRID.seconds)
        except BaseException:
            self._end_of_pipe()
            raise
        return said

    def _end_of_pipe(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def release(self) -> None:
        """Give the place back. Raises `RigFault` if that does not succeed."""
        try:
            said, _ = self._process.communicate(timeout=LABGRID.seconds)  # which ends the pipe
        except subprocess.TimeoutExpired:
            said = f"it has not done so within {LABGRID}"
        if self._process.returncode != 0:
            raise RigFault(
                f"labgrid did not release the place {self._place}",
                _last_line(said),
                f"labgrid-client -p {self._place} release",
            )
