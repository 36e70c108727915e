"""A program that lies in a machine's RAM is written there once, and stays over resets."""

import os
import shutil
import socket
import struct
import threading
from pathlib import Path

import pytest

from connmgr_hil.targets import QemuTarget, find_platform, image_path
from connmgr_hil.targets.program_memory import detach, program_in, write_memory
from connmgr_hil.vocabulary.errors import RigFault
from started import start_device


def _elf(*segments: tuple[int, int, bytes]) -> bytes:
    """Return a file with segments of some kind at an address."""
    ident = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    begin = 52 + 32 * len(segments)
    table, contents = b"", b""
    for kind, address, data in segments:
        at = begin + len(contents)
        table += struct.pack("<8I", kind, at, 0x2000_0000, address, len(data), 4096, 7, 4)
        contents += data
    header = struct.pack("<16s2H5I6H", ident, 2, 40, 1, 0, 52, 0, 0, 52, 32, len(segments), 0, 0, 0)
    return header + table + contents


def test_what_an_image_has_for_the_memory(tmp_path: Path) -> None:
    image = tmp_path / "zephyr.elf"
    image.write_bytes(_elf((1, 0, b"code"), (4, 64, b"a note"), (1, 0x1000, b"data"), (1, 9, b"")))
    assert program_in(image) == [(0, b"code"), (0x1000, b"data")]


@pytest.mark.parametrize(
    "content", [b"", b"\x7fELF", b"x" * 200, b"\x7fELF\x02\x01" + bytes(100)], ids=repr
)
def test_no_image_of_a_small_machine_has_any(content: bytes, tmp_path: Path) -> None:
    image = tmp_path / "zephyr.elf"
    image.write_bytes(content)
    assert program_in(image) == []
    assert program_in(tmp_path / "none.elf") == []


def _answering(line: socket.socket, answers: list[bytes], heard: list[bytes]) -> threading.Thread:
    """Answer the packets that come, one after the other, and hang up when there are no more answers."""

    def answer() -> None:
        text = b""
        for each in answers:
            while text.count(b"#") <= len(heard):
                text += line.recv(4096)
            heard.append(text.split(b"#")[len(heard)].rpartition(b"$")[2])
            line.sendall(each)
        line.close()

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_memory_is_written_in_pieces() -> None:
    ours, its = socket.socketpair()
    heard: list[bytes] = []
    data = bytes(range(256)) * 5
    with ours:
        thread = _answering(its, [b"+$OK#9a"] * 4, heard)
        write_memory(ours, [(0x100, data), (0x20000000, b"\x7f")])
        detach(ours)
        thread.join()
    assert heard == [
        b"M100,400:" + data[:1024].hex().encode(),
        b"M500,100:" + data[1024:].hex().encode(),
        b"M20000000,1:7f",
        b"D",
    ]


@pytest.mark.parametrize(
    ("answers", "seen"),
    [([b"+$OK#9a", b"+$E14#a9"], "1 of 2 packets.*E14"), ([b"+$OK#9a"], "1 of 2 packets")],
    ids=["refused", "hung up"],
)
def test_memory_that_is_refused_is_a_broken_rig(answers: list[bytes], seen: str) -> None:
    ours, its = socket.socketpair()
    with ours:
        thread = _answering(its, answers, [])
        with pytest.raises(RigFault, match=f"(?s)does not accept the program.*{seen}.*load_once"):
            write_memory(ours, [(0, b"code"), (64, b"more")])
        thread.join()


def _target() -> QemuTarget:
    if shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed")
    platform = find_platform("mps2_an385")
    image = Path(os.environ.get("CMHIL_MPS2_IMAGE", "") or image_path(platform))
    if not image.is_file():
        pytest.skip("no image of mps2_an385: build it, or name it in CMHIL_MPS2_IMAGE")
    return QemuTarget(platform, image)


def test_a_machine_is_reset_so_often_and_then_started_anew() -> None:
    with _target() as target:
        device = start_device(target, lambda record: None)
        programs, boots = [target.pid], {device.facts.nonce}
        for _ in range(10):
            device.restart(target.restart())
            programs.append(target.pid)
            boots.add(device.facts.nonce)
            assert device.execute(("ping",)).status == "0"
    assert len(set(programs[:9])) == 1
    assert len(set(programs)) == 2
    assert len(boots) == 11


def test_no_byte_reaches_the_emulator_itself() -> None:
    """Its multiplexer would take Ctrl-A and 'x' for the wish to end."""
    with _target() as target:
        device = start_device(target, lambda record: None)
        line = target.restart()
        line.write(b"\x01x\r" * 3)
        device.restart(line)
        assert device.execute(("ping",)).status == "0"
