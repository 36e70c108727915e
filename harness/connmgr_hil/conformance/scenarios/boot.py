"""What a device shows when it starts (REQ-CTL-042, REQ-AUTO-003 and others)."""

from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.scenario import scenario

ATTEMPT_USEC = 100_000
"""How long an attempt of the simulated implementation takes when nothing else was set."""


@scenario(
    "boot",
    "REQ-MON-028",
    "REQ-CTL-042",
    "REQ-AUTO-003",
    "REQ-AUTO-020",
    "REQ-AUTO-021",
    needs=("boot",),
)
def after_boot(b: Bench) -> None:
    """After boot the auto-started iface is up and trying, every other is down, nothing is connected."""
    b.state("D", admin=True, oper="dormant")
    counts = b.counters("D", init=1, attempts=1)
    # Automation that is registered at build time hears of it, and the monitor's thread may look for it, too.
    most = 2 if b.profile.static_handlers else 1
    calls = int(counts["connect"])
    b.require(1 <= calls <= most, f"connect was called for D 1 to {most} times", f"{calls} times")
    for letter in ("A", "B", "C"):
        b.state(letter, admin=False, flags=0, timeout=0)
        b.counters(letter, init=1, connect=0)
    for letter in ("U", "V"):
        b.state(letter, admin=False)
    b.wait(1)
    b.state("D", admin=True, oper="dormant")
    b.check()


@scenario("reset", "REQ-AUTO-020")
def soft_reset(b: Bench) -> None:
    """The probe's reset brings every iface back to the state after boot."""
    b.connected("A")
    b.ready("U")
    b.ask("ignore V")
    b.ask("flag B PERSISTENT on")
    b.ask("timeout B 9")
    b.ask("opt-set B 1 01020304")
    b.ask("sim B mode sync")
    b.ask("sim B fails 2")
    b.ask("reset")
    b.take()
    b.check()
    b.state("A", admin=False, flags=0)
    b.do("opt-get B 1 4", "get_opt(B)", len="4", data="00000000")
    b.ask("flag B NO_AUTO_CONNECT on")
    began = b.ask("connect B").t0
    took = b.until("IF_UP", "B", 1).t - began
    b.require(took >= ATTEMPT_USEC, "IF_UP after 0.1 s", f"after {took / 1e6:g} s")
    b.take()
    b.counters("A", init=1, connect=0, attempts=0)
    b.counters("D", init=1, connect=1, attempts=1)
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")


@scenario("boot-trap", "REQ-AUTO-022", needs=("boot", "boot-trap", "autodown"))
def dormant_set_late(b: Bench) -> None:
    """An auto-started iface whose dormant state is set only in its implementation's init is taken down again."""
    state = b.state("D")
    if not state.admin:
        b.quirk("REQ-AUTO-022")
    b.counters("D", init=1, connect=1)
    b.check()


@scenario("boot-ready", "REQ-MON-027", "REQ-EVT-016", needs=("boot", "boot-ready"))
def ready_at_start(b: Bench) -> None:
    """An iface that is up with an address when the monitor starts is reported once, to early listeners."""
    connected = [event for event in b.booted if event.name == "L4_CONNECTED"]
    b.require(len(connected) == 1, "one L4_CONNECTED while booting", f"{len(connected)}")
    b.require(connected[0].iface == b.index("V"), "it is about V", f"iface {connected[0].iface}")
    b.do("listen late1 add L4_CONNECTED,L4_DISCONNECTED")
    b.wait(0.5)
    b.do("down V", "IF_ADMIN_DOWN(V) IF_DOWN(V) L4_DISCONNECTED(V)")
