"""Writes a program into the memory of a machine in QEMU through its gdbstub, so that it stays there over a reset, as in flash.

QEMU rewrites what `-kernel` loads into RAM at each reset, and then translates all of it again, which is most of the cost of a reset.
A few lines read the ELF file: a library for it would be one more dependency of every user.
"""

import socket
import struct
from pathlib import Path

from connmgr_hil.transport import escaped
from connmgr_hil.transport.deadlines import MONITOR
from connmgr_hil.vocabulary.errors import RigFault

Segments = list[tuple[int, bytes]]
"""Bytes, each with the address of the first."""

_ELF = struct.Struct("<16s2H5I6H")
_SEGMENT = struct.Struct("<8I")
_LOADED = 1
_PIECE = 1024
"""Bytes in a packet, which has two digits for each; QEMU takes 4,096 characters."""
_DONE = b"$OK#9a"
_ACKNOWLEDGED = b"+"


def program_in(image: Path) -> Segments:
    """Return what an image has for the memory; nothing unless it is a 32-bit ELF file, little-endian."""
    data = image.read_bytes() if image.is_file() else b""
    if len(data) < _ELF.size or data[:6] != b"\x7fELF\x01\x01":
        return []
    header = _ELF.unpack_from(data)
    first, size, count = header[5], header[9], header[10]
    memory = []
    for at in range(first, first + size * count, size):
        kind, offset, _, address, length, *_ = _SEGMENT.unpack_from(data, at)
        if kind == _LOADED and length:
            memory.append((address, data[offset : offset + length]))
    return memory


def write_memory(line: socket.socket, memory: Segments) -> None:
    """Write all of it by the line to QEMU's gdbstub, whose machine must stand still. Raises `RigFault` if QEMU refuses."""
    packets = []
    for first, data in memory:
        for offset in range(0, len(data), _PIECE):
            piece = data[offset : offset + _PIECE]
            packets.append(f"M{first + offset:x},{len(piece):x}:{piece.hex()}")
    _exchange(line, packets)


def detach(line: socket.socket) -> None:
    """Let the machine run; the line to the gdbstub is of no more use."""
    _exchange(line, ["D"])


def _exchange(line: socket.socket, packets: list[str]) -> None:
    """Send packets at once, and wait until each has been carried out."""
    answers = b""
    line.settimeout(MONITOR.seconds)
    try:
        line.sendall(b"".join(_ACKNOWLEDGED + _framed(each.encode()) for each in packets))
        while answers.count(_DONE) < len(packets):
            if b"$E" in answers or not (data := line.recv(65_536)):
                break
            answers += data
        else:
            return
    except OSError as error:
        answers += str(error).encode()
    raise RigFault(
        "QEMU does not accept the program through its gdbstub",
        f"after {answers.count(_DONE)} of {len(packets)} packets: {escaped(answers[-80:])}",
        "emulator.load_once in the platform file is for machines with their program in RAM",
    )


def _framed(packet: bytes) -> bytes:
    return b"$%b#%02x" % (packet, sum(packet) % 256)
