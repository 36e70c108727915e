"""A board at a place of labgrid, on any machine."""

import getpass
import os
import socket
import time

from msgspec import structs

from connmgr_hil.transport import Transport
from connmgr_hil.transport.deadlines import EXPORT
from connmgr_hil.vocabulary.errors import RigFault, UsageError
from connmgr_hil.vocabulary.facts import Hello

from .base import End, PlatformTarget, Restart
from .board import BoardTarget
from .board_lock import BoardLock
from .labgrid_client import Hold, Place, ask, client_command, coordinator, parse_place
from .platforms import Platform, find_platform
from .vitals import Listen

PREFIX = "labgrid:"
"""An exporter starts its server for the serial port when the place is acquired; host time."""


class LabgridTarget(PlatformTarget):
    """A board at a place. The place is ours from the first start until `stop`, whatever happens.

    A place that this user has acquired before is used, and left acquired. Where labgrid can switch its power, that is
    the power command of the board's reset ladder. `wait` is for how many seconds another run of this user is
    waited for.
    """

    def __init__(self, place: Place, platform: Platform, *, wait: float = 0.0) -> None:
        self.platform = _with_power(platform, place)
        self._wait = wait
        self._place = place.name
        self._acquired_before = bool(place.acquired)
        # Places of two coordinators are two boards, whatever they are called.
        self._lock = BoardLock(f"{PREFIX}{place.name} at {coordinator()}")
        self._hold: Hold | None = None
        self._board: BoardTarget | None = None
        _check_free(place)
        _ = place.serial_port

    @property
    def name(self) -> str:
        """What the user calls it."""
        return PREFIX + self._place

    def claim(self) -> None:
        """Acquire the place and open its serial port."""
        self._ours().claim()

    def start(self) -> Transport:
        """Acquire the place, open its serial port and reboot the board."""
        return self._ours().start()

    def restart(self) -> Transport:
        """Reboot the board; acquires the place the first time."""
        return self._ours().restart()

    def met(self, hello: Hello) -> None:
        """Note which device said hello; see `BoardTarget.met`."""
        self._ours().met(hello)

    @property
    def last_restart(self) -> Restart | None:
        """By which rung of the board's ladder it was last restarted."""
        return self._board.last_restart if self._board else None

    def diagnose(self, error: RigFault, listen: Listen, *, known: bool) -> End | None:
        """Tell whether the board hung; see `BoardTarget.diagnose`."""
        return self._board.diagnose(error, listen, known=known) if self._board else None

    def variables(self) -> dict[str, str]:
        """Tell commands of the platform file the place, and the board's line while it is ours."""
        board = self._board.variables() if self._board else {}
        return super().variables() | board | {"LG_PLACE": self._place}

    def _ours(self) -> BoardTarget:
        if self._board is None:
            # To labgrid two runs of one user are the same.
            self._lock.acquire(self._wait)
            try:
                if not self._acquired_before:
                    self._hold = Hold(self._place)
                self._board = BoardTarget(self.platform, self._serial_address(), lock=self._lock)
            except BaseException:
                self.stop()
                raise
        return self._board

    def _serial_address(self) -> str:
        deadline = EXPORT.after()
        while time.monotonic() < deadline:
            port = parse_place(ask(self._place, "show")).serial_port.params
            extra = port.get("extra")
            if isinstance(extra, dict) and extra.get("proxy_required"):
                raise UsageError(
                    f"the serial port of {self._place} cannot be reached",
                    "the exporter is isolated and requires an SSH proxy",
                    "start the exporter without --isolated, or forward the port yourself and use --port",
                )
            if port.get("port"):
                server = f"{port.get('host')}:{port['port']}"
                if port.get("protocol") == "raw":
                    return f"socket://{server}"
                # ser2net says nothing to DTR and RTS where the port has no such lines.
                return f"rfc2217://{server}?ign_set_control"
        raise RigFault(
            f"the serial port of the labgrid place {self._place} is not on the network",
            f"its exporter has offered none within {EXPORT}",
            "is ser2net installed beside the exporter?",
        )

    def stop(self) -> None:
        """Close the line and release the place."""
        board, self._board = self._board, None
        hold, self._hold = self._hold, None
        try:
            if board is not None:
                board.stop()
        finally:
            try:
                if hold is not None:
                    hold.release()
            finally:
                self._lock.release()


def find_place(name: str) -> tuple[Place, Platform]:
    """Return what `labgrid:PLACE` or `labgrid:PLACE:PLATFORM` stands for.

    Without a platform, the place's tag `platform` names it.
    """
    wanted, _, chosen = name.removeprefix(PREFIX).partition(":")
    if not wanted:
        raise UsageError("the target names no labgrid place", repr(name), "labgrid:PLACE")
    place = parse_place(ask(wanted, "show"))
    chosen = chosen or place.tags.get("platform", "")
    if not chosen:
        raise UsageError(
            f"the platform at the labgrid place {place.name} is not known",
            "no tag 'platform'",
            f"labgrid-client -p {place.name} set-tags platform=PLATFORM, or -t labgrid:{place.name}:PLATFORM",
        )
    platform = find_platform(chosen)
    if platform.kind != "board":
        raise UsageError(
            f"the platform of the labgrid place {place.name} is not a board",
            f"{platform.name} is of kind {platform.kind!r}",
        )
    return place, platform


def _with_power(platform: Platform, place: Place) -> Platform:
    if not place.has_power:
        return platform
    cycle = (client_command(), "-p", place.name, "power", "cycle")
    return structs.replace(platform, reset=structs.replace(platform.reset, power=cycle))


def _check_free(place: Place) -> None:
    """Refuse a place that another user has acquired."""
    host, _, user = place.acquired.partition("/")
    ours = (
        os.environ.get("LG_HOSTNAME") or socket.gethostname(),
        os.environ.get("LG_USERNAME") or getpass.getuser(),
    )
    if place.acquired and (host, user) != ours:
        raise RigFault(
            f"the labgrid place {place.name} is taken",
            f"{user} has acquired it, on {host}",
            f"wait for its release, or ask {user}",
        )
