"""The board: creates its parts, boots them, and identifies itself."""

import os
import time
from dataclasses import dataclass

from .api_commands import ApiCommands
from .console import Console
from .control import Control
from .defects import Defects
from .events import Codes
from .frames import Fields, Ring
from .kernel import COOPERATIVE_LOWEST, PREEMPTIBLE_LOWEST, Kernel, Steps
from .life import Life
from .monitor import Monitor
from .net_if import ADDRESSES_PER_FAMILY, NetIf, NetIfs
from .net_mgmt import NetMgmt
from .probe import Probe
from .probe_commands import ProbeCommands
from .profile import Profile
from .sim_commands import SimCommands
from .simconn import SimConn
from .terminal import Terminal
from .work import WorkQueue

TICKS_PER_SECOND = 1000
_APP_VERSION = "1.2.0"
_PROTOCOL_VERSION = 1

# Name, L2, implementation, auto-started: section 5 of the protocol, in index order.
IFACES = (
    ("bound0", "DUMMY", "SIMCONN", False),
    ("bound1", "DUMMY", "SIMCONN", False),
    ("plain0", "CM_TEST", "SIMCONN_PLAIN", False),
    ("free0", "DUMMY", "-", False),
    ("free1", "DUMMY", "-", False),
    ("auto0", "DUMMY", "SIMCONN", True),
    ("null0", "DUMMY", "NULLAPI", False),
    ("bare0", "DUMMY", "BAREAPI", False),
    ("stubborn0", "CM_STUBBORN", "SIMCONN", False),
)

_BOOT_READY = "free1"
_BOOT_ADDRESS = bytes((192, 0, 2, 99))

_CORE = frozenset({"init", "connect", "disconnect"})
IMPLEMENTATIONS = {
    "SIMCONN": _CORE | {"set_opt", "get_opt"},
    "SIMCONN_PLAIN": _CORE,
    "BAREAPI": frozenset[str](),
}


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What is fixed when firmware is built."""

    profile: Profile
    queue_length: int
    dad: bool
    auto_down: bool
    dormant_in_init: bool
    boot_ready: bool
    defects: frozenset[str]
    build: str
    granted: bool


class Board:
    """One boot of the device; a reboot makes a new one on the same terminal."""

    def __init__(self, configuration: Configuration, terminal: Terminal, nonce: str) -> None:
        self._configuration = configuration
        self._terminal = terminal
        self._nonce = nonce
        self.configured_defects = configuration.defects
        self.defects = defects = Defects(configuration.defects)
        self.kernel = kernel = Kernel(TICKS_PER_SECOND)
        self.ring = ring = Ring(lambda: kernel.uptime_us)
        self.codes = Codes(configuration.profile)
        self.mgmt = NetMgmt(kernel, self.codes, defects, self.log, configuration.queue_length)
        self.life = Life(kernel, defects)
        queue = WorkQueue(kernel, "wq", COOPERATIVE_LOWEST)
        self.ifs = NetIfs(kernel, self.mgmt, queue, defects, dad=configuration.dad)
        self.ifs.all += [
            NetIf(
                kernel,
                index,
                name,
                l2,
                auto=auto or (configuration.boot_ready and name == _BOOT_READY),
            )
            for index, (name, l2, _, auto) in enumerate(IFACES, 1)
        ]
        self.monitor = Monitor(kernel, configuration.profile, self.ifs, self.mgmt, defects)
        self.control = Control(
            kernel,
            configuration.profile,
            self.ifs,
            self.mgmt,
            self.monitor,
            queue,
            defects,
            self.log,
            auto_down=configuration.auto_down,
        )
        self._bind(queue)
        if configuration.profile.static_handlers:
            self.mgmt.fix(*self.control.listeners(), *self.monitor.listeners())
        self.probe = Probe(kernel, self.mgmt, self.monitor, queue, ring)
        commands = ProbeCommands(self, [ApiCommands(self).table, SimCommands(self).table])
        self._console = Console(
            kernel, ring, commands, terminal.write, self.say_hello, machine=configuration.granted
        )
        self._began = time.monotonic()
        kernel.on_idle = self._on_idle
        self._live()

    def _live(self) -> None:
        life, console = self.life, self._console
        life.say, life.rest = self._last_words, self._terminal.wait_for_input
        life.tag = lambda: console.tag
        self.mgmt.on_event = self._on_event
        for iface in self.ifs.all:
            life.know(iface.name, iface.lock)
        for binding in self.control.bindings:
            life.know(f"{binding.iface.name}.binding", binding.lock)

    def _last_words(self, kind: str, fields: Fields) -> None:
        self.ring.add(kind, fields)
        self._console.send_frames()
        self._terminal.flush()

    def _on_event(self, name: str, iface: NetIf) -> Steps[None]:
        if self.is_simulated(iface):
            yield from self.life.act(name)

    def _bind(self, queue: WorkQueue) -> None:
        implementations: dict[str, SimConn | None] = {
            name: SimConn(
                self.kernel,
                self.ifs,
                self.mgmt,
                queue,
                self.defects,
                self.ring.add,
                name=name,
                callbacks=callbacks,
                dormant_in_init=self._configuration.dormant_in_init,
                has_configuration=self._configuration.profile.has_no_configuration_event,
                life=self.life,
            )
            for name, callbacks in IMPLEMENTATIONS.items()
        }
        implementations["NULLAPI"] = None
        for iface, (_, _, name, _) in zip(self.ifs.all, IFACES, strict=True):
            if name != "-":
                self.control.bind(iface, implementations[name])

    def run(self) -> None:
        """Boot and run until the process ends or a reboot is asked for."""
        self.kernel.spawn("main", 0, self._boot())
        self.kernel.run()

    def _boot(self) -> Steps[None]:
        # The ifaces' own init, then the stack's start, then what the application registers.
        for iface in self.ifs.all:
            if self.is_simulated(iface) and not self._configuration.dormant_in_init:
                yield from self.ifs.set_dormant(iface, True)
            if self._configuration.boot_ready and iface.name == _BOOT_READY:
                yield from self.ifs.add_address(iface, _BOOT_ADDRESS)
        self.mgmt.start()
        for iface in self.ifs.all:
            if iface.auto_start:
                yield from self.ifs.up(iface)
        if self.kernel.must_switch():
            yield
        yield from self.probe.start()
        self.monitor.start(self.control.init)
        if self.kernel.must_switch():
            yield
        self.kernel.spawn("shell", PREEMPTIBLE_LOWEST, self._console.main())

    def _on_idle(self) -> None:
        """Let time pass for a command that waits; otherwise wait for the next command."""
        self.probe.board_is_idle()
        if not self._configuration.granted:
            self._let_time_pass()
        elif self._console.is_waiting or not self._pass_time():
            self._console.send_frames()
            self.life.look(waiting=self._console.is_waiting)
            self._console.feed(self._terminal.wait_for_input())

    def _let_time_pass(self) -> None:
        """Wait, as long as a board would, for a timeout or a command; commands themselves take no time."""
        self._console.send_frames()
        kernel = self.kernel
        due = kernel.next_tick()
        passed = self._real_ticks()
        if due is not None and due <= passed:
            self._terminal.flush()
            kernel.skip_time()
            return
        wait = 1.0 if due is None else (due - passed) / TICKS_PER_SECOND
        data = self._terminal.look(max(1.0, wait * 1000))
        # What is due by now will run in its own tick, so the clock stops short of it.
        passed = self._real_ticks()
        kernel.now = max(kernel.now, passed if due is None else min(passed, due - 1))
        if data:
            self._console.feed(data)

    def _real_ticks(self) -> int:
        return int((time.monotonic() - self._began) * TICKS_PER_SECOND)

    def _pass_time(self) -> bool:
        self._console.send_frames()
        self._terminal.flush()
        return self.kernel.skip_time()

    def is_simulated(self, iface: NetIf) -> bool:
        """Whether an iface has the knobs of the simulated implementation."""
        binding = self.control.binding(iface)
        return binding is not None and bool(binding.implementation.callbacks)

    def log(self, level: str, module: str, message: str) -> None:
        """Log a line at level `level`, in the name of a module of Zephyr."""
        self.ring.add("log", [("lvl", level), ("mod", module), ("msg", message)])

    def say_hello(self, challenge: str | None) -> None:
        """The `hello` frame and one `iface` frame each."""
        configuration = self._configuration
        fields: list[tuple[str, object]] = [
            ("proto", _PROTOCOL_VERSION),
            ("app", _APP_VERSION),
            ("zephyr", "3.4.99"),
            ("connmgr", configuration.profile.connmgr),
            ("board", "simulated"),
            ("build", configuration.build),
            ("nonce", self._nonce),
        ]
        if challenge is not None:
            sealed = challenge.endswith("!")
            self.ring.seal = int(self._nonce, 16) & 0xFFFFFFFF if sealed else 0
            fields += [("ack", challenge), ("seal", int(sealed))]
        fields += [
            ("ipv4", 1),
            ("ipv6", 1),
            ("dad", int(configuration.dad)),
            ("autodown", int(configuration.auto_down)),
            ("reboot", 1),
            ("granted", int(configuration.granted)),
            ("coop", 1),
            ("both", 1),
            ("queue", configuration.queue_length),
            ("ticks", TICKS_PER_SECOND),
            ("ifaces", len(self.ifs.all)),
            ("track", len(self.ifs.all)),
            ("room4", ADDRESSES_PER_FAMILY),
            ("room6", ADDRESSES_PER_FAMILY),
            ("cfg4", len(self.ifs.all)),
            ("cfg6", len(self.ifs.all)),
            ("first", f"{self.ring.first:x}"),
        ]
        self.ring.add("hello", fields)
        for iface, (_, _, implementation, _) in zip(self.ifs.all, IFACES, strict=True):
            self.ring.add(
                "iface",
                [
                    ("if", iface.index),
                    ("name", iface.name),
                    ("l2", iface.l2),
                    ("bound", int(self.control.is_bound(iface))),
                    ("impl", implementation),
                    ("auto", int(iface.auto_start)),
                    ("sim", int(self.is_simulated(iface))),
                    (
                        "initdorm",
                        int(self.is_simulated(iface) and self._configuration.dormant_in_init),
                    ),
                ],
            )


def new_nonce(first: str | None, boot: int) -> str:
    """A nonce for this boot: random, or counted on from the one that was given."""
    return os.urandom(4).hex() if first is None else f"{int(first, 16) + boot:x}"
