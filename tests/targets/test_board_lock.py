"""One user for each board: who is second hears who is first; what a killed process held is free."""

import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.targets.board_lock import BoardLock, boards_in_use
from connmgr_hil.vocabulary.errors import RigFault

HOLDING = """
import signal
from connmgr_hil.cli.main import run
from connmgr_hil.targets.board_lock import BoardLock
lock = BoardLock("usb:4711")
lock.acquire()
print("held", flush=True)
signal.pause()
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMHIL_LOCK_DIR", str(tmp_path / "locks"))


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", HOLDING], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_the_second_hears_who_is_first(holder: subprocess.Popen[bytes]) -> None:
    with pytest.raises(RigFault, match=rf"(?s)usb:4711.*process {holder.pid} \(.*for \d+ s"):
        BoardLock("usb:4711").acquire()
    BoardLock("usb:4712").acquire()


def test_those_in_use_are_listed(holder: subprocess.Popen[bytes]) -> None:
    assert [(each.board, each.pid) for each in boards_in_use()] == [("usb:4711", holder.pid)]


def test_a_killed_process_holds_nothing(holder: subprocess.Popen[bytes]) -> None:
    ended = os.pidfd_open(holder.pid)
    os.kill(holder.pid, signal.SIGKILL)
    assert select.select([ended], [], [], 10)[0]
    os.close(ended)
    assert boards_in_use() == []
    with BoardLock("usb:4711"):
        assert [each.pid for each in boards_in_use()] == [os.getpid()]
    assert boards_in_use() == []


def test_who_waits_gets_it(holder: subprocess.Popen[bytes]) -> None:
    holder.kill()
    lock = BoardLock("usb:4711")
    lock.acquire(wait=10)
    lock.release()
    lock.release()


def test_doctor_shows_who_has_a_board(
    holder: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    document = tmp_path / "doctor.json"
    assert run(["doctor", "--json", str(document)]) == 0
    assert f"process {holder.pid} (" in capsys.readouterr().out
    (owner,) = json.loads(document.read_text())["boards_in_use"]
    assert owner["board"] == "usb:4711"


@pytest.mark.parametrize("kind", ["symlink", "pipe", "device"])
def test_what_another_user_put_there_is_neither_followed_nor_waited_for(
    kind: str, tmp_path: Path
) -> None:
    with BoardLock("usb:4711"):
        pass
    (lock,) = (tmp_path / "locks").glob("*.lock")
    theirs = lock.with_suffix(".99999.json")
    if kind == "pipe":
        os.mkfifo(theirs)
    else:
        theirs.symlink_to("/dev/zero" if kind == "device" else tmp_path / "mine")
    mine = tmp_path / "mine"
    mine.write_text("mine")
    for name in (f"{lock.stem}.{os.getpid()}", f"{lock.stem}.{os.getuid()}.json"):
        (lock.parent / name).symlink_to(mine)
    with BoardLock("usb:4711"):
        assert [each.pid for each in boards_in_use()] == [os.getpid()]
    assert mine.read_text() == "mine"
    assert not list(lock.parent.glob("*.draft"))


def test_a_lock_file_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    with BoardLock("usb:4711"):
        pass
    (lock,) = (tmp_path / "locks").glob("*.lock")
    mine = tmp_path / "mine"
    mine.write_text("mine")
    lock.unlink(missing_ok=True)
    lock.symlink_to(mine)
    with pytest.raises(RigFault, match="cannot write the lock file"):
        BoardLock("usb:4711").acquire()
    assert mine.read_text() == "mine"


def test_what_a_killed_user_left_hides_nobody(tmp_path: Path) -> None:
    with BoardLock("usb:4711") as lock:
        (path,) = (tmp_path / "locks").glob("*.lock")
        told = path.with_suffix(f".{os.getuid()}.json").read_bytes()
        assert lock.board in told.decode()
        older = re.sub(rb'"since":[\d.]+', b'"since":1.0', told).replace(b'"pid":', b'"pid":1')
        path.with_suffix(".4242.json").write_bytes(older)
        assert [each.pid for each in boards_in_use()] == [os.getpid()]
