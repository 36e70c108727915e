"""What a device says about itself before it is judged."""

import msgspec


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a device's hello frame (`zephyr_app/PROTOCOL.md`, section 2)."""

    proto: int
    app: str
    zephyr: str
    connmgr: str
    board: str
    build: str
    nonce: str
    ipv4: bool = True
    ipv6: bool = True
    dad: bool = False
    autodown: bool = True
    reboot: bool = False
    granted: bool = False
    coop: bool = True
    queue: int = 64
    ticks: int = 1000
    ifaces: int = 0
    track: int = 0
    first: str = "0"


class IfaceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One iface as the device lists it: what is fixed at build time."""

    index: int
    name: str
    l2: str
    bound: bool
    impl: str = "-"
    auto: bool = False
    sim: bool = False
    dormant_in_init: bool = False


ROLES: dict[str, str] = {
    "A": "bound0",
    "B": "bound1",
    "C": "plain0",
    "U": "free0",
    "V": "free1",
    "D": "auto0",
    "N": "null0",
    "E": "bare0",
    "S": "stubborn0",
}
"""The letters that scenarios use, and the iface names they stand for (PROTOCOL.md, section 5)."""
