"""Requirements that no scenario can show here, with the reason and what it would take."""

REASONS = {
    "REQ-MON-040": "needs a DHCP server that can be switched off, on a network of the board's own iface",
    "REQ-MON-033": "needs a second host that answers for the same IPv4 address (conflict detection)",
    "REQ-MON-037": "needs the three ways of adding an address, DHCP among them, of release 3.7",
    "REQ-LIFE-005": "needs a build whose memory is guarded: variants stack_guard, asan, ubsan",
    "REQ-LIFE-006": "needs a build that sees each access to memory: variant schedules",
    "REQ-IDLE-006": "needs an implementation without init callback in a build of release 4.3",
}
