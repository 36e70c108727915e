"""An RFC 2217 server, pyserial's own, for a board whose DTR and RTS a pseudo terminal cannot carry."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any, Self

import serial
from serial.rfc2217 import PortManager


class Adapter(serial.Serial):
    """A terminal with modem lines: each new level is noted, and told to the board behind it."""

    def __init__(self, path: str, told: Callable[[str, bool], None]) -> None:
        self._told = told
        self._ready = False
        self.levels: list[tuple[str, bool]] = []
        super().__init__(path, 115200, timeout=0.02)
        self._ready = True

    def _level(self, line: str, level: bool) -> None:
        if self._ready:
            self.levels.append((line, level))
            self._told(line, level)

    def _update_dtr_state(self) -> None:
        self._level("dtr", self._dtr_state)

    def _update_rts_state(self) -> None:
        self._level("rts", self._rts_state)

    cts = dsr = ri = cd = property(lambda _self: False)


class ModemServer:
    """Serves an adapter to one client after another, inside a `with` block."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.05)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"rfc2217://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._listening.close()
        self._adapter.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError), self._listening.accept()[0] as client:
                self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        lock = threading.Lock()
        client.settimeout(0.02)
        # It wants something with `write`.
        manager = PortManager(self._adapter, _Sink(client, lock))
        while not self._over.is_set():
            try:
                data = client.recv(4096)
            except TimeoutError:
                data = None
            except OSError:
                return
            if data == b"":
                return
            for byte in manager.filter(data or b""):
                self._adapter.write(byte)
            if waiting := self._adapter.in_waiting:
                with contextlib.suppress(OSError), lock:
                    client.sendall(b"".join(manager.escape(self._adapter.read(waiting))))


class _Sink:
    def __init__(self, client: socket.socket, lock: Any) -> None:
        self._client, self._lock = client, lock

    def write(self, data: bytes) -> None:
        """Send it."""
        with contextlib.suppress(OSError), self._lock:
            self._client.sendall(data)
