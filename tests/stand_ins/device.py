"""A device that does what a test tells it, on a real pseudo-terminal, in real frames."""

from collections.abc import Callable, Iterable
from urllib.parse import quote
from zlib import crc32

from stand_ins.living import TerminalStandIn

_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "%*@$")

Handler = Callable[["ScriptedDevice", str, list[str]], None]
Mangler = Callable[[bytes], bytes]


def frame_bytes(body: str) -> bytes:
    """Return a frame with this body and the right checksum, with its line end."""
    return b"@%s*%08x\r\n" % (body.encode(), crc32(body.encode()))


def sealed(frame: bytes, seal: int) -> bytes:
    """Return a frame with its checksum XORed with a seal."""
    body, star, crc = frame.rstrip().rpartition(b"*")
    return b"%s%s%08x\r\n" % (body, star, int(crc, 16) ^ seal)


class ScriptedDevice(TerminalStandIn):
    """A device in a thread of its own; use it in a `with` block and open `path`.

    It knows `hello`, `ping`, `again` and `mode`. `on(word, handler)` adds or replaces a command; the
    handler sends what it likes with `emit`, `reply` and `raw`. `mangle` sees every frame before it
    goes out, first time or again, and returns what really does. `machine=False` starts it with a
    person's shell, `seals=False` makes it one of before frames could be sealed. `missing_ifaces` of its ifaces are never told. Whatever a handler raises is raised at the end of the block.
    """

    def __init__(
        self,
        *,
        machine: bool = True,
        nonce: str = "a1b2c3d4",
        ifaces: int = 1,
        seals: bool = True,
    ) -> None:
        super().__init__("scripted device")
        self.seals = seals
        self.seal = 0
        self.machine = machine
        self.nonce = nonce
        self.ifaces = ifaces
        self.missing_ifaces = 0
        self.facts: dict[str, object] = {"proto": 1, "board": "scripted", "build": "f00d"}
        self.mangle: Mangler = lambda raw: raw
        self.ring: dict[int, bytes] = {}
        self.seq = 0
        self.time = 0
        self.lines: list[str] = []
        self._answers: dict[str, bytes] = {}
        self._handlers: dict[str, Handler] = {
            "hello": lambda me, tag, words: me.hello(tag, *words[1:]),
            "ping": lambda me, tag, _words: me.reply(tag),
            "again": lambda me, tag, words: me.again(tag, int(words[1], 16), int(words[2], 16)),
            "mode": lambda me, tag, _words: me.reply(tag),
        }
        self._begun = b""

    def on(self, word: str, handler: Handler) -> None:
        """Let this command do what the handler does."""
        self._handlers[word] = handler

    # --- what it sends -------------------------------------------------------------------------

    def make(self, kind: str, **fields: object) -> bytes:
        """Number a frame and keep it in the ring, without sending it."""
        pairs = "".join(f" {key}={quote(str(value), _SAFE)}" for key, value in fields.items())
        raw = frame_bytes(f"{self.seq:x} {self.time} {kind}{pairs}")
        self.ring[self.seq] = raw
        self.seq += 1
        return raw

    def emit(self, kind: str, **fields: object) -> None:
        """Send a frame."""
        self.send(self.make(kind, **fields))

    def send(self, frame: bytes) -> None:
        """Send a frame that was made before, sealed if the host asked for that."""
        self.raw(self.mangle(sealed(frame, self.seal)))

    def event(self, name: str = "IF_UP", iface: int = 1) -> None:
        """Send an event as the early listener reports it."""
        self.emit("event", l="early", n=name, code="d0010002", **{"if": iface}, a=1, o=1, m="u")

    def reply(self, tag: str, rc: int = 0, **fields: object) -> None:
        """Answer a command."""
        raw = self.make("reply", tag=tag, t0=self.time, rc=rc, **fields)
        self._answers[tag] = raw
        self.send(raw)

    def hello(self, tag: str = "", ack: str = "") -> None:
        """Say hello, and answer if it was asked in machine mode."""
        facts = {"app": "1", "zephyr": "3.4.99", "connmgr": "3.4", **self.facts}
        first = f"{min(self.ring, default=self.seq):x}"
        answer = {"ack": ack} if ack else {}
        if ack and self.seals:
            self.seal = int(self.nonce, 16) if ack.endswith("!") else 0
            answer["seal"] = "1" if self.seal else "0"
        counts: dict[str, object] = {"ifaces": self.ifaces, "first": first, "granted": 1}
        self.emit("hello", **facts, nonce=self.nonce, **answer, **counts)
        for index in range(1, self.ifaces + 1 - self.missing_ifaces):
            self.emit(
                "iface", **{"if": index}, name=f"bound{index - 1}", l2="DUMMY", bound=1, sim=1
            )
        if tag:
            self.reply(tag)

    def again(self, tag: str, first: int, last: int) -> None:
        """Send frames of the ring again."""
        found = [self.ring[seq] for seq in range(first, last + 1) if seq in self.ring]
        for raw in found:
            self.send(raw)
        self.reply(tag, n=len(found))

    def forget(self, tag: str) -> None:
        """Know this tag no more, as a device does after 16 others."""
        self._answers.pop(tag, None)

    def restart(self, nonce: str = "99999999", *, banner: bool = True) -> None:
        """Begin anew, as after a reset."""
        self.seq, self.time, self.nonce, self.ring, self.seal = 0, 0, nonce, {}, 0
        self._answers.clear()
        if banner:
            self.raw(b"*** Booting Zephyr OS build v3.4.99 ***\r\n")

    # --- what it hears -------------------------------------------------------------------------

    def hear(self, data: bytes) -> None:
        """Take what came over the line."""
        self._begun += data.replace(b"\n", b"\r")
        while b"\r" in self._begun and self._master >= 0:
            line, _, self._begun = self._begun.partition(b"\r")
            self._hear(line)

    def _hear(self, line: bytes) -> None:
        text = line.rpartition(b"$")[2].decode("latin-1")
        self.lines.append(line.decode("latin-1"))
        if not self.machine:
            self.raw(line + b"\r\n")
            words = line.replace(b"\x03", b"").decode("latin-1").split()
            if words[:3] == ["cm", "mode", "machine"]:
                self.machine = True
                self.hello("", *words[3:])
            else:
                self.raw(b"\x1b[1;31mcommand not found\x1b[m\r\n\x1b[1;32muart:~$ \x1b[m")
            return
        if not line:
            return
        tag, checksum, *words = [*text.split(" "), "", ""][: max(2, len(text.split(" ")))]
        sound = b"$" in line and checksum == f"{crc32(' '.join([tag, *words]).encode()):08x}"
        if not sound or not words:
            self.emit("nak", why="crc" if b"$" in line else "form")
        elif tag in self._answers:
            self.send(self._answers[tag])
        else:
            self._handlers.get(words[0], _unknown)(self, tag, words)


def _unknown(device: ScriptedDevice, tag: str, _words: Iterable[str]) -> None:
    device.reply(tag, rc=-22, err="EINVAL", bad="command")
