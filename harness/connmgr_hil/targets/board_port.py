"""The port of a board: looked up each time, because a USB port comes back under another name."""

import ipaddress
import os
import socket
import time
from pathlib import Path

from connmgr_hil.transport import absolute
from connmgr_hil.transport.deadlines import LOOK
from connmgr_hil.vocabulary.errors import RigFault

from .serial_ports import SerialPort, choose_port, serial_ports


class BoardPort:
    """The port that a user named, or the only one with the platform's USB identity."""

    def __init__(self, wanted: str, usb: str) -> None:
        self.wanted = wanted or f"usb {usb}"
        self._named = absolute(wanted)
        self._usb = usb

    @property
    def is_usb(self) -> bool:
        """Tell whether it is looked for on USB, not at an address."""
        return not self._named or self._named.startswith("usb:")

    @property
    def identity(self) -> str:
        """What identifies the board on this computer, however it is named."""
        if serial := self.probe:
            return f"usb {serial}"
        if self._named.startswith("/"):
            return os.path.realpath(self._named)
        scheme, _, rest = self._named.partition(":")
        if scheme == "unix":
            return os.path.realpath(rest)
        # The same server, in whatever way it is spoken to.
        if scheme in {"tcp", "socket", "rfc2217"}:
            return same_server(rest.removeprefix("//").partition("?")[0].rstrip("/"))
        return self.wanted

    @property
    def probe(self) -> str:
        """The serial number of the debug probe that the port belongs to; empty if it is not on USB."""
        port = self._plugged_in()
        return port.serial_number if port else ""

    def _plugged_in(self) -> SerialPort | None:
        ports = serial_ports()
        if self.is_usb:
            return choose_port(self._named, self._usb, ports)
        path = os.path.realpath(self._named)
        return next((each for each in ports if os.path.realpath(each.device) == path), None)

    def is_there(self) -> bool:
        """Tell whether it is plugged in now; what is on a network always seems to be."""
        if self.is_usb:
            return self._plugged_in() is not None
        return not self._named.startswith("/") or Path(self._named).exists()

    def find(self, deadline: float) -> str:
        """Return its address as soon as it is plugged in.

        Raises `RigFault` at the deadline, `UsageError` when several boards fit.
        """
        while not self.is_there():
            if time.monotonic() >= deadline:
                raise RigFault(
                    f"no board is plugged in at {self.wanted}",
                    "ports: " + (", ".join(each.device for each in serial_ports()) or "none"),
                    "plug it in; 'cmhil doctor' lists the ports that you can access",
                )
            time.sleep(LOOK.seconds)
        found = self._plugged_in()
        if found is None or not found.usb:
            return self._named
        # From now on this port of this board, whatever its number is when it comes back.
        by_id = found.device.startswith("/dev/serial/by-id/")
        self._named = found.device if by_id else f"usb:{found.location}"
        return found.device


def same_server(address: str) -> str:
    """Return `HOST:PORT` by the host's address, and `localhost` for all addresses of this computer; unchanged if the host has no address."""
    host, _, port = address.rpartition(":")
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return address
    if any(_is_ours(family, str(where[0])) for family, _, _, _, where in found):
        return f"localhost:{port}"
    return f"{min(str(where[0]) for *_, where in found)}:{port}"


def _is_ours(family: int, host: str) -> bool:
    """Tell whether an address belongs to this computer: packets to it would have it as their source. No packet is sent."""
    if ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        return True
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 9))
            return str(probe.getsockname()[0]) == host
    except OSError:
        return False
