"""Sockets: the UART of emulators and terminal servers."""

import socket

from connmgr_hil.vocabulary.errors import RigFault

from .deadlines import CONNECT
from .descriptor import DescriptorTransport

_QUICK: int | None = getattr(socket, "TCP_QUICKACK", None)


def connect_unix(path: str) -> DescriptorTransport:
    """Connect to a Unix socket. Raises `RigFault` if nothing listens there."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(CONNECT.seconds)
    try:
        line.connect(path)
    except OSError as error:
        line.close()
        raise RigFault(
            f"cannot connect to {path} within {CONNECT}", str(error), "is the emulator running?"
        ) from error
    return from_socket(line, path)


def connect_tcp(host: str, port: int) -> DescriptorTransport:
    """Connect to a TCP port, without the delay that would gather small writes.

    Raises `RigFault` if nothing listens there within `deadlines.CONNECT`.
    """
    return from_socket(_connected(host, port), f"{host}:{port}")


def _connected(host: str, port: int) -> socket.socket:
    try:
        line = socket.create_connection((host, port), timeout=CONNECT.seconds)
    except OSError as error:
        raise RigFault(
            f"cannot connect to {host}:{port} within {CONNECT}",
            str(error),
            "is the emulator or server running?",
        ) from error
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


class PromptLine(DescriptorTransport):
    """A TCP line to a program that sends byte by byte: each piece is acknowledged at once.

    Otherwise the other end's system holds back what follows the first byte until our delayed acknowledgement, some 40 ms.
    """

    def __init__(self, line: socket.socket, name: str) -> None:
        self._socket = line.dup()
        super().__init__(line.detach(), name)

    def _receive(self) -> bytes:
        data = super()._receive()
        self._acknowledge()
        return data

    def write(self, data: bytes) -> None:
        """Send all of these bytes."""
        super().write(data)
        # Sending puts the system back into the mode in which it delays.
        self._acknowledge()

    def _acknowledge(self) -> None:
        if _QUICK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICK, 1)

    def close(self) -> None:
        """End the line; closing twice does no harm."""
        self._socket.close()
        super().close()


def connect_promptly(host: str, port: int) -> PromptLine:
    """Connect to a TCP port of a program that sends byte by byte, such as Renode.

    Raises `RigFault` if nothing listens there within `deadlines.CONNECT`.
    """
    return PromptLine(_connected(host, port), f"{host}:{port}")


def from_socket(line: socket.socket, name: str) -> DescriptorTransport:
    """Take over a connected socket as a line."""
    return DescriptorTransport(line.detach(), name)
