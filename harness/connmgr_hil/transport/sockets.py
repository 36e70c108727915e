"""Sockets: what emulators and terminal servers offer as a UART."""

import socket

from connmgr_hil.vocabulary.errors import RigFault

from .descriptor import DescriptorTransport


def connect_unix(path: str) -> DescriptorTransport:
    """Connect to a Unix socket. Raises `RigFault` when nobody listens there."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.connect(path)
    except OSError as error:
        line.close()
        raise RigFault(
            f"cannot connect to {path}", str(error), "is the emulator running?"
        ) from error
    return from_socket(line, path)


def connect_tcp(host: str, port: int, *, seconds: float = 10.0) -> DescriptorTransport:
    """Connect to a TCP port, without the delay that would gather small writes.

    Raises `RigFault` when nobody listens there within so many seconds.
    """
    try:
        line = socket.create_connection((host, port), timeout=seconds)
    except OSError as error:
        raise RigFault(
            f"cannot connect to {host}:{port}", str(error), "is the emulator or server running?"
        ) from error
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return from_socket(line, f"{host}:{port}")


def from_socket(line: socket.socket, name: str) -> DescriptorTransport:
    """Take over a connected socket as a line."""
    return DescriptorTransport(line.detach(), name)
