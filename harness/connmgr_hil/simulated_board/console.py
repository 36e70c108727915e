"""The console thread: lines in, one command after the other, one reply each."""

import errno
from collections import deque
from collections.abc import Callable

from .frames import Ring, checksum
from .kernel import Kernel, Semaphore, Steps
from .probe_commands import ProbeCommands
from .results import Origin, Result

_LINE_LIMIT = 500
_TAGS_KEPT = 16
_PROMPT = b"uart:~$ "
_BANNER = b"*** Booting Zephyr OS build v3.4.99 ***\r\n"


class LineReader:
    """Cuts bytes into lines; in machine mode `$` starts a new line."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque()
        self._begun = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they come in, in pieces of any size."""
        parts = data.replace(b"\r", b"\n").split(b"\n")
        for part in parts[:-1]:
            self._begun += part
            self.lines.append(self._begun.decode("latin-1"))
            self._begun.clear()
        self._begun += parts[-1]
        dollar = self._begun.rfind(b"$")
        if dollar > 0:
            del self._begun[:dollar]
        del self._begun[_LINE_LIMIT + 1 :]


class Console:
    """Machine mode as the protocol has it, and a plain human mode."""

    def __init__(
        self,
        kernel: Kernel,
        ring: Ring,
        commands: ProbeCommands,
        write: Callable[[bytes], None],
        say_hello: Callable[[str | None], None],
        *,
        machine: bool = True,
    ) -> None:
        self._kernel = kernel
        self._ring = ring
        self._commands = commands
        self._write = write
        self._say_hello = say_hello
        self._reader = LineReader()
        self._ready = Semaphore(kernel, 0, 1)
        self._replies: dict[int, int] = {}  # tag to the number of its reply frame
        self._machine = machine
        self.tag = 0  # of the command that is carried out, or was last

    @property
    def is_waiting(self) -> bool:
        """Whether the console has nothing to do but to wait for a line."""
        return bool(self._ready.waiters)

    def feed(self, data: bytes) -> None:
        """Take what a client sent; wakes the console thread when a line is complete."""
        if not self._machine:
            self._write(data.replace(b"\r", b"\r\n"))
        self._reader.feed(data)
        if self._reader.lines:
            self._ready.give_from_isr()

    def main(self) -> Steps[None]:
        """Be the console thread."""
        if self._machine:
            self._say_hello(None)
        else:
            self._write(_BANNER + _PROMPT)
        lines = self._reader.lines
        while True:
            while lines:
                line = lines.popleft()
                if self._machine:
                    yield from self._handle(line)
                else:
                    yield from self._handle_human(line)
            yield from self._ready.take()

    def send_frames(self) -> None:
        """Write what the ring has not sent yet, as frames or as a person reads them."""
        for frame in self._ring.take_unsent():
            if self._machine:
                self._write(frame)
            else:
                body = frame[1:].rpartition(b"*")[0]
                self._write(b"\r" + body.split(b" ", 1)[1] + b"\r\n" + _PROMPT)

    # Machine mode

    def _handle(self, line: str) -> Steps[None]:
        line = line[line.rfind("$") :] if "$" in line else line
        if not line:
            return
        why, tag, words = _parse(line)
        if why:
            self._commands.naks += 1
            self._ring.add("nak", [("why", why)])
            return
        if tag in self._replies:
            self._reply_again(tag)
            return
        if words[0] == "mode":
            self._change_mode(tag, words[1:])
            return
        self.tag = tag
        fields = yield from self._commands.execute(words, Origin("tag", tag))
        self._reply(tag, fields)

    def _reply(self, tag: int, fields: list[tuple[str, object]]) -> None:
        self._replies[tag] = self._ring.add("reply", [("tag", tag), *fields])
        if len(self._replies) > _TAGS_KEPT:
            del self._replies[next(iter(self._replies))]

    def _reply_again(self, tag: int) -> None:
        number = self._replies[tag]
        if self._ring.has(number):
            self._ring.send_again(number, number)
        else:
            stale = Result(-errno.ESTALE).all_fields(self._kernel.uptime_us)
            self._ring.add("reply", [("tag", tag), *stale])

    def _change_mode(self, tag: int, words: list[str]) -> None:
        result = Result()
        if words == ["human"]:
            self._reply(tag, result.all_fields(self._kernel.uptime_us))
            self.send_frames()
            self._machine = False
            self._ring.seal = 0
            self._write(_PROMPT)
            return
        if words[:1] == ["machine"] and len(words) <= 2:
            self._say_hello(words[1] if len(words) == 2 else None)
        else:
            result = Result(-errno.EINVAL, ("bad", "args"))
        self._reply(tag, result.all_fields(self._kernel.uptime_us))

    # Human mode

    def _handle_human(self, line: str) -> Steps[None]:
        words = line.split()
        if words[:3] == ["cm", "mode", "machine"]:
            self.send_frames()
            self._machine = True
            self._say_hello(words[3] if len(words) > 3 else None)
        elif words[:1] == ["cm"]:
            fields = yield from self._commands.execute(words[1:], Origin("tag", 0))
            self.send_frames()
            shown = " ".join(f"{key}={value}" for key, value in fields)
            self._write(b"\r" + shown.encode() + b"\r\n" + _PROMPT)
        else:
            answer = b"" if not words else f"{words[0]}: command not found\r\n".encode()
            self._write(b"\r" + answer + _PROMPT)


def _parse(line: str) -> tuple[str, int, list[str]]:
    """Why the line is refused (empty if it is not), its tag and its words."""
    if len(line) > _LINE_LIMIT:
        return "long", 0, []
    tag, _, rest = line[1:].partition(" ")
    crc, _, text = rest.partition(" ")
    words = text.split(" ")
    if line[0] != "$" or not _is_tag(tag) or not _is_hex8(crc) or not all(words):
        return "form", 0, []
    if crc.lower() != checksum(f"{tag} {text}"):
        return "crc", 0, []
    return "", int(tag), words


def _is_tag(text: str) -> bool:
    if not (1 <= len(text) <= 10 and text.isascii() and text.isdigit()):
        return False
    return 1 <= int(text) <= 0xFFFFFFFF


def _is_hex8(text: str) -> bool:
    return len(text) == 8 and all(letter in "0123456789abcdefABCDEF" for letter in text)
