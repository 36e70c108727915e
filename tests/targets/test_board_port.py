"""What identifies the board at a port, by whatever name it goes."""

import os
import socket
from pathlib import Path

import pytest

from connmgr_hil.targets.board_lock import BOOT, BoardLock, boards_in_use
from connmgr_hil.targets.board_port import BoardPort


def test_addresses_of_this_computer_are_one() -> None:
    addresses = (
        "socket://127.0.0.1:7000",
        "tcp:localhost:7000",
        "rfc2217://127.0.0.1:7000/",
        "rfc2217://localhost:7000?ign_set_control",
    )
    assert {BoardPort(each, "").identity for each in addresses} == {"localhost:7000"}
    assert BoardPort("tcp:127.0.0.1:7001", "").identity == "localhost:7001"


def test_the_name_of_this_computer_is_one_of_them() -> None:
    name = socket.gethostname()
    try:
        socket.getaddrinfo(name, None)
    except OSError:
        pytest.skip(f"{name} has no address")
    assert BoardPort(f"tcp:{name}:7000", "").identity == "localhost:7000"


def test_links_to_a_terminal_or_socket_are_one(tmp_path: Path) -> None:
    (tmp_path / "tty").write_text("")
    (tmp_path / "link").symlink_to("tty")
    real = os.path.realpath(tmp_path / "tty")
    assert BoardPort(str(tmp_path / "link"), "").identity == real
    assert BoardPort(f"unix:{tmp_path / 'link'}", "").identity == real


def test_the_lock_of_a_boot_is_not_listed_as_a_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMHIL_LOCK_DIR", str(tmp_path))
    lock = BoardLock(f"{BOOT}a1b2c3d4 of x, build 1")
    with lock:
        assert boards_in_use() == []
        lock.discard()
    assert not list(tmp_path.glob("*.lock"))
