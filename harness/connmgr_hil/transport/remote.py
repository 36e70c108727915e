"""Lines that pyserial can open: `rfc2217://`, `socket://`, `hwgrep://` and the like."""

import time
import warnings

import serial

from connmgr_hil.vocabulary.errors import LineClosed, RigFault

from .base import TAIL, escaped
from .deadlines import WRITE

_SLICE = 0.02
_MOST = 4096


def _remedy(url: str, error: str) -> str:
    """Return what to do where a port cannot be opened: some servers cannot set DTR and RTS, and say so or nothing."""
    if url.startswith("rfc2217:") and "option 'control'" in error:
        mark = "&" if "?" in url else "?"
        return f"the server sets no DTR and RTS: name the port as '{url}{mark}ign_set_control'"
    if "not seem to support RFC2217" in error:
        return f"the server speaks no RFC 2217: name the port as '{url.replace('rfc2217:', 'socket:', 1)}'"
    return "check the address, and that a server runs there"


class RemoteTransport:
    """A serial port at a URL that pyserial understands.

    It may notice a deadline 20 ms late, since a change of pyserial's timeout would start a new negotiation with an RFC 2217 server. DTR and RTS are set before opening if a level is given. Raises `RigFault` when the port
    cannot be opened or set up.
    """

    def __init__(
        self, url: str, *, baud: int = 115200, dtr: bool | None = None, rts: bool | None = None
    ) -> None:
        self.name = url
        self.tail = b""
        try:
            self._port = serial.serial_for_url(
                url,
                baudrate=baud,
                timeout=_SLICE,
                # pyserial's client of RFC 2217 takes none, and gives up after 5 s by itself.
                write_timeout=None if url.startswith("rfc2217:") else WRITE.seconds,
                do_not_open=True,
            )
            if dtr is not None:
                self._port.dtr = dtr
            if rts is not None:
                self._port.rts = rts
            with warnings.catch_warnings():
                # pyserial 3.5 names and marks its thread in the old way.
                warnings.filterwarnings("ignore", r"set(Daemon|Name)\(\)", DeprecationWarning)
                self._port.open()
        except (OSError, ValueError) as error:
            raise RigFault(f"cannot open {url}", str(error), _remedy(url, str(error))) from error

    def fileno(self) -> int:
        """Return -1: pyserial hides what such a port waits on."""
        return -1

    def read(self, deadline: float) -> bytes:
        """Return what has come as soon as anything has, or nothing at the deadline."""
        try:
            data: bytes = self._port.read(1)
            while not data and time.monotonic() < deadline:
                data = self._port.read(1)
            while data and len(data) < _MOST and (waiting := self._port.in_waiting):
                data += self._port.read(waiting)
        except (OSError, TypeError) as error:
            # pyserial raises TypeError when the port is closed under its hands.
            raise self._closed(error) from error
        self.tail = (self.tail + data)[-TAIL:]
        return data

    def write(self, data: bytes) -> None:
        """Send all of these bytes.

        Raises `LineClosed` when the other end is gone, `RigFault` when it does not take them within `deadlines.WRITE`.
        """
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise RigFault(
                f"{self.name} takes no bytes",
                f"some of {len(data)} bytes stuck for {WRITE}; last bytes from it: {escaped(self.tail)}",
                "the program at the other end does not read; is it running?",
            ) from error
        except OSError as error:
            raise self._closed(error) from error

    def set_levels(self, dtr: bool | None, rts: bool | None) -> None:
        """Set DTR and RTS where a level is given. Raises `OSError` for what has no such lines."""
        if dtr is not None:
            self._port.dtr = dtr
        if rts is not None:
            self._port.rts = rts

    def _closed(self, error: Exception) -> LineClosed:
        return LineClosed(
            f"the line {self.name} was closed",
            f"{error}; last bytes: {escaped(self.tail)}",
            "check whether the server at the other end still runs",
        )

    def close(self) -> None:
        """End the line; closing twice does no harm."""
        self._port.close()
