"""A server of RFC 2217 in front of a serial port of pyserial, with pyserial's own half of the protocol."""

import contextlib
import select
import socket
import threading
from typing import Any

import serial
from serial.rfc2217 import PortManager


class Rfc2217Server:
    """Serves one client in a thread of its own, at `port` of this host; it ends when either side does."""

    def __init__(self, behind: serial.SerialBase) -> None:
        self._behind: Any = behind
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """What `PortManager` answers the client with."""
        self._client.sendall(data)

    def _serve(self) -> None:
        self._client, _ = self._listener.accept()
        self._listener.close()
        manager = PortManager(self._behind, self)
        with contextlib.suppress(OSError), self._client, self._behind:
            while True:
                for ready in select.select([self._client, self._behind], [], [])[0]:
                    if ready is self._behind:
                        data = self._behind.read(1)
                        self._client.sendall(b"".join(manager.escape(data)))
                    elif data := self._client.recv(4096):
                        self._behind.write(b"".join(manager.filter(data)))
                    else:
                        return

    def join(self) -> None:
        self._thread.join()
