"""A stand-in for Renode's monitor, on real sockets of loopback, that behaves as the one of Renode 1.16 does."""

import contextlib
import re
import select
import shlex
import socket
from collections.abc import Callable
from pathlib import Path

from stand_ins.living import StandIn

GREETING = bytes((255, 253, 0, 255, 251, 1, 255, 251, 3, 255, 252, 34))
"""Telnet's options as Renode sends them; the last byte looks like a quote."""
BANNER = b"Renode, version 1.16.1 (scripted)\n\r\n\r"
"""Echo and banner end their lines with LF CR; what commands print, with CR LF."""

_USAGE = (
    b"\r\nThe following methods are available:\r\n\r - Void LoadELF (ReadFilePath fileName)\r\n"
)

_STEP = 0.005

Handler = Callable[["ScriptedMonitor", str], str]
Run = Callable[[bytes, float], bytes]


class MonitorError(Exception):
    """A command went wrong; the monitor says so, and goes on."""


class ScriptedMonitor(StandIn):
    """Renode's monitor in a thread of its own; use it in a `with` block and connect to `port`.

    It knows the commands by which a machine is made and run, and `on(command, handler)` adds or replaces one by its first words.
    `run(data, seconds)` is the machine: it gets what was written to its UART, and returns what it sends.
    `reset` is called when the machine is reset. `answer` may replace all that is sent for a command. A port that is
    taken raises `OSError`.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        run: Run = lambda _data, _seconds: b"",
        reset: Callable[[], None] = lambda: None,
    ) -> None:
        self.run, self.reset = run, reset
        self.answer: Callable[[str], bytes | None] = lambda _command: None
        self.commands: list[str] = []
        self.machine = ""
        self.image = ""
        self.started = False
        self.elapsed = 0.0
        self._variables: dict[str, str] = {}
        self._macros: dict[str, list[str]] = {}
        self._handlers: dict[str, Handler] = {}
        self._greeted = False
        self._typed = b""
        self._to_uart = b""
        self._from_uart = b""
        self._client: socket.socket | None = None
        self._terminal: socket.socket | None = None
        self._console: socket.socket | None = None
        self._connected = False
        self._cables: set[str] = set()
        self._running = True
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._listener.bind(("127.0.0.1", port))
        except OSError:
            self._listener.close()
            raise
        self._listener.listen(1)
        self.port: int = self._listener.getsockname()[1]
        super().__init__("scripted monitor")

    def on(self, command: str, handler: Handler) -> None:
        """Let a command that begins with these words do what the handler does; it returns what is printed."""
        self._handlers[command] = handler

    # --- sockets -------------------------------------------------------------------------------

    def serve(self) -> None:
        """Answer until `quit`, or until the block ends."""
        try:
            while self._running:
                self._turn()
        finally:
            for line in (self._client, self._console, self._terminal, self._listener):
                if line is not None:
                    line.close()

    def _turn(self) -> None:
        # Whoever connects while there is a client waits in the queue of the listener, and hears nothing.
        lines: list[socket.socket | int] = [self._client or self._listener, self._wake_read]
        if uart := self._console or self._terminal:
            lines.append(uart)
        if self.started:
            self._run_on()
        # One at a time: what the first one brings may use up what made the next one ready.
        for line in select.select(lines, [], [], _STEP if self.started else None)[0][:1]:
            if line is self._listener:
                self._client = self._listener.accept()[0]
                # A client that comes back gets telnet's bytes, but neither banner nor prompt.
                self._say(GREETING if self._greeted else GREETING + BANNER + self.prompt)
                self._greeted, self._typed = True, b""
            elif self._terminal is not None and line is self._terminal:
                self._console = self._terminal.accept()[0]
                self._deliver(b"")
            elif line is self._console:
                self._hear_console()
            elif line is self._client:
                self._hear()
            else:
                self._running = False

    def _run_on(self) -> None:
        """Let the machine run a little, as one that was started does all the time."""
        data, self._to_uart = self._to_uart, b""
        self._deliver(self.run(data, _STEP))

    def _hear_console(self) -> None:
        assert self._console is not None
        data = self._received(self._console)
        if not data:
            self._console.close()
            self._console = None
        self._to_uart += data

    def _hear(self) -> None:
        assert self._client is not None
        data = self._received(self._client)
        if not data:
            self._client.close()
            self._client = None
        self._typed += data
        while b"\n" in self._typed and self._running:
            line, _, self._typed = self._typed.partition(b"\n")
            self._enter(line.decode("utf-8", "replace").strip("\r"))

    @staticmethod
    def _received(line: socket.socket) -> bytes:
        try:
            return line.recv(65536)
        except OSError:
            return b""

    def _say(self, data: bytes) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.sendall(data)

    def _deliver(self, data: bytes) -> None:
        self._from_uart += data
        if self._console is not None and self._connected:
            data, self._from_uart = self._from_uart, b""
            with contextlib.suppress(OSError):
                self._console.sendall(data)

    # --- commands ------------------------------------------------------------------------------

    @property
    def prompt(self) -> bytes:
        """What it shows when it waits for a command."""
        return f"({self.machine or 'monitor'}) ".encode()

    def _enter(self, command: str) -> None:
        if not command.strip():
            self._say(b"\n\r" + self.prompt)
            return
        self.commands.append(command)
        instead = self.answer(command)
        if instead is not None:
            self._say(instead)
            return
        self._say(command.encode() + b"\n\r")
        try:
            printed = self.perform(command)
        except MonitorError as error:
            reason = str(error)
            bare = reason.startswith(("No such command or device", "Machine "))
            opening = "" if bare else f"There was an error executing command '{command}'\n"
            printed = opening + reason
        if printed:
            self._say(printed.replace("\n", "\r\n").encode() + b"\r\n")
        if self._running:
            self._say(self.prompt)

    def perform(self, command: str) -> str:
        """Do a command and return what it prints. Raises `MonitorError`."""
        for name, value in self._variables.items():
            if not command.startswith("$"):
                command = re.sub(rf"\${name}\b", value.replace("\\", r"\\"), command)
        for words in sorted({**self._handlers, **_COMMANDS}, key=len, reverse=True):
            if command == words or command.startswith(words + " "):
                handler = self._handlers.get(words) or _COMMANDS[words]
                return handler(self, command[len(words) :].strip())
        if assigned := re.fullmatch(r"\$(\w+)\s*(\?=|=)\s*(.+)", command):
            name, how, value = assigned.groups()
            if how == "=" or name not in self._variables:
                self._variables[name] = value
            return ""
        raise MonitorError(f"No such command or device: {command.split()[0]}")

    def make_machine(self, name: str) -> str:
        """Create a machine and select it."""
        self.machine = name.strip('"')
        return ""

    def select_machine(self, name: str) -> str:
        """Select the machine that was created."""
        name = name.strip('"')
        if name != self.machine:
            raise MonitorError(f"Machine {name} not found.")
        return ""

    def load_elf(self, name: str) -> str:
        """Load an image. One that is missing makes the command another one, and it tells of those it has."""
        try:
            self.image = str(self.file(name))
        except MonitorError:
            self._say(_USAGE)
            raise MonitorError("Parameters did not match the signature") from None
        return ""

    def include(self, name: str) -> str:
        """Run a script, line by line."""
        path = self.file(name)
        lines = iter(path.read_text(encoding="utf-8").splitlines())
        for line in lines:
            text = line.strip().replace("$ORIGIN", f"@{path.parent}")
            if not text or text.startswith(("#", ":")):
                continue
            if text.startswith("macro "):
                body: list[str] = []
                if next(lines).strip() != '"""':
                    raise MonitorError("a macro stands between lines of three quotes")
                while (text_of_macro := next(lines).strip()) != '"""':
                    body.append(text_of_macro)
                self._macros[text.split()[1]] = body
            elif text.startswith("runMacro $"):
                self._run_macro(text.removeprefix("runMacro $"))
            else:
                self.perform(text)
        return ""

    def _run_macro(self, name: str) -> None:
        for line in self._macros.get(name, ()):
            self.perform(line)

    @staticmethod
    def file(name: str) -> Path:
        """Return the file that an argument names."""
        path = Path(name.removeprefix("@").replace("\\ ", " "))
        if not name.startswith("@") or not path.is_file():
            raise MonitorError(f"File does not exist: {path}")
        return path

    def describe(self, name: str) -> str:
        """Load a platform description; those that come with Renode are taken to be there."""
        if not name.startswith("@platforms/"):
            self.file(name)
        return ""

    def run_for(self, argument: str) -> str:
        """Let time go on. Without a machine nothing happens, and nothing is said."""
        seconds = float(shlex.split(argument)[0])
        if self.started:
            raise MonitorError("This action is not available when emulation is already started")
        if not self.machine:
            return ""
        # What the harness wrote before it gave this command is there by now, or nearly so.
        while self._console is not None and select.select([self._console], [], [], 0)[0]:
            self._hear_console()
        data, self._to_uart = self._to_uart, b""
        self.elapsed += seconds
        self._deliver(self.run(data, seconds))
        return ""

    def reset_machine(self) -> str:
        """Reset the machine, and do what its macro says."""
        if not self.machine:
            raise MonitorError("No such command or device: machine")
        self.reset()
        self._run_macro("reset")
        return ""

    def offer_terminal(self, argument: str) -> str:
        """Listen on a port for whoever wants to be the terminal."""
        words = shlex.split(argument)
        terminal = socket.socket()
        terminal.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            terminal.bind(("127.0.0.1", int(words[0])))
        except OSError as error:
            terminal.close()
            socket_ = f"Unable to create '0.0.0.0:{words[0]}' socket"
            raise MonitorError(f"{socket_}:[AddressAlreadyInUse] Address already in use") from error
        terminal.listen(1)
        self._terminal = terminal
        return ""

    def connect(self, argument: str, *, on: bool = True) -> str:
        """Connect a peripheral to a terminal or switch, or take it off."""
        if "uart" in argument:
            self._connected = on
        elif on and argument in self._cables:
            reason = "it is already registered in this switch."
            raise MonitorError(f"Cannot attach to the provided MAC interface as {reason}")
        elif on:
            self._cables.add(argument)
        else:
            self._cables.discard(argument)
        return ""

    def pace(self, *, started: bool) -> str:
        """Start or pause the emulation."""
        self.started = started
        return "Starting emulation..." if started else ""

    def elapsed_time(self) -> str:
        """Tell how long the machine has run, in Renode's way."""
        return f"[Domain = Elapsed Virtual Time, TimeElapsed = 00:00:{self.elapsed:012.9f}]"

    def clear(self) -> str:
        """Forget all machines."""
        self.machine, self.image, self.started = "", "", False
        return ""

    def quit(self) -> str:
        """End."""
        self._running = False
        return ""


_COMMANDS: dict[str, Handler] = {
    "mach create": lambda me, rest: me.make_machine(rest),
    "mach set": lambda me, rest: me.select_machine(rest),
    "machine LoadPlatformDescription": lambda me, rest: me.describe(rest),
    "machine Reset": lambda me, _rest: me.reset_machine(),
    "machine ElapsedVirtualTime": lambda me, _rest: me.elapsed_time(),
    "sysbus LoadELF": lambda me, rest: me.load_elf(rest),
    "sysbus WriteByte": lambda _me, _rest: "",
    "include": lambda me, rest: me.include(rest),
    "emulation RunFor": lambda me, rest: me.run_for(rest),
    "emulation SetGlobalAdvanceImmediately": lambda _me, _rest: "",
    "emulation SetGlobalQuantum": lambda _me, _rest: "",
    "emulation SetSeed": lambda _me, _rest: "",
    "emulation CreateSwitch": lambda _me, _rest: "",
    "emulation CreateServerSocketTerminal": lambda me, rest: me.offer_terminal(rest),
    "connector Connect": lambda me, rest: me.connect(rest),
    "connector Disconnect": lambda me, rest: me.connect(rest, on=False),
    "sysbus.eth.phy BasicStatus": lambda _me, _rest: "",
    "logLevel": lambda _me, _rest: "",
    "using": lambda _me, _rest: "",
    "start": lambda me, _rest: me.pace(started=True),
    "pause": lambda me, _rest: me.pace(started=False),
    "Clear": lambda me, _rest: me.clear(),
    "quit": lambda me, _rest: me.quit(),
}
