"""Records written by hand, as a device would show them."""

from collections.abc import Callable
from pathlib import Path

HELLO = {
    "k": "hello", "t": 0, "start": "boot",
    "facts": {
        "proto": 1, "app": "1.0.0", "zephyr": "3.4.99", "connmgr": "3.4", "board": "native_posix_64",
        "build": "00c0ffee", "nonce": "00000001", "granted": True, "queue": 64, "ticks": 1000,
        "ifaces": 3, "track": 10,
    },
    "ifaces": [
        {"index": 1, "name": "free0", "l2": "DUMMY", "bound": False},
        {"index": 2, "name": "free1", "l2": "DUMMY", "bound": False},
        {"index": 3, "name": "bound0", "l2": "DUMMY", "bound": True, "impl": "SIMCONN", "sim": True},
    ],
}  # fmt: skip
BOOT = {"k": "call", "t": 0, "iface": 3, "op": "init"}
CODES = {
    "IF_ADMIN_UP": 0xD0010004, "IF_UP": 0xD0010002, "IF_ADMIN_DOWN": 0xD0010003,
    "IF_DOWN": 0xD0010001, "IPV4_ADDR_ADD": 0xE0040001, "L4_CONNECTED": 0xF1140001,
    "L4_DISCONNECTED": 0xF1140002,
}  # fmt: skip


def event(
    name: str, monitor: str, *, admin: bool, oper: bool, v4: int = 0, t: int = 0
) -> dict[str, object]:
    """One event of iface 1, as the early listener gets it."""
    return {
        "k": "event", "t": t, "listener": "early", "name": name, "code": CODES[name], "iface": 1,
        "admin": admin, "oper": oper, "monitor": monitor, "v4": v4,
    }  # fmt: skip


def did(
    ident: int, command: str, *shown: dict[str, object], t: int = 0, t0: int | None = None
) -> list[dict[str, object]]:
    """A command, what it showed, and its reply."""
    begun = t if t0 is None else t0
    reply: dict[str, object] = {"k": "reply", "t": t, "id": ident, "t0": begun, "status": "0"}
    return [{"k": "stimulus", "id": ident, "words": command.split()}, *shown, reply]


READY = [
    *did(1, "up 1", event("IF_ADMIN_UP", "-", admin=True, oper=False),
         event("IF_UP", "uc", admin=True, oper=True)),
    *did(2, "addr4 1 add 192.0.2.1", event("IPV4_ADDR_ADD", "u4c", admin=True, oper=True, v4=1),
         event("L4_CONNECTED", "u4r", admin=True, oper=True, v4=1)),
]  # fmt: skip
UNREADY = did(
    3, "down 1",
    event("IF_ADMIN_DOWN", "u4r", admin=False, oper=False, v4=1, t=5_000_000),
    event("IF_DOWN", "4rc", admin=False, oper=False, v4=1, t=5_000_000),
    event("L4_DISCONNECTED", "4", admin=False, oper=False, v4=1, t=5_000_000),
    t=5_000_000,
)  # fmt: skip

Write = Callable[..., Path]
