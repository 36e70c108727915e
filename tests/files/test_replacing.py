"""A file that others read is whole, before and after, whatever happens between."""

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from connmgr_hil.files import read_whole, replace_file
from connmgr_hil.vocabulary.errors import BadInput, NotRecorded


def test_it_is_there_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "summary.json"
    replace_file(path, "ü\n")
    assert path.read_bytes() == "ü\n".encode()
    assert [each.name for each in path.parent.iterdir()] == ["summary.json"]


def test_it_can_be_read_by_whom_the_mask_lets(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    before = os.umask(0o027)
    try:
        replace_file(path, "page")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o600)
    replace_file(path, "page")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_reader_never_sees_half_of_it(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    versions = {str(number) * 200_000 for number in range(4)}
    replace_file(path, "0" * 200_000)
    done = threading.Event()

    def write() -> None:
        for _ in range(20):
            for version in versions:
                replace_file(path, version)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert path.read_text() in versions
    writer.join()


def test_a_link_stays_one(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to("real.json")
    replace_file(link, "first")
    assert link.is_symlink()
    replace_file(link, "second")
    assert (tmp_path / "real.json").read_text() == "second"
    assert link.is_symlink()


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    replace_file(tmp_path / "pipe", "told")
    assert os.read(reader, 10) == b"told"
    os.close(reader)
    replace_file(Path("/dev/null"), "nobody")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("place", ["/dev/full", "/proc/nothing/x", "{tmp}/file/x", "{tmp}/a\0b"])
def test_a_place_that_takes_nothing(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotRecorded) as caught:
        replace_file(Path(place.replace("{tmp}", str(tmp_path))), "text", "do this")
    assert caught.value.exit_code == 3
    assert caught.value.remedy == "do this"


def test_a_full_disk_leaves_the_file_before(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    replace_file(path, "before")
    program = """
import resource, sys
from pathlib import Path
from connmgr_hil.files import replace_file
from connmgr_hil.vocabulary.errors import NotRecorded
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    replace_file(Path(sys.argv[1]), "x" * 100_000)
except NotRecorded as error:
    print(error.seen)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert os.strerror(errno.EFBIG) in done.stdout
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["summary.json"]


def test_reading_has_an_end(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"12345")
    assert read_whole(path, "a file", 5) == b"12345"
    with pytest.raises(BadInput, match="more than 4 bytes"):
        read_whole(path, "a file", 4)
    with pytest.raises(BadInput, match=r"is not a file\n  seen: a folder"):
        read_whole(tmp_path, "a file", 4)
    with pytest.raises(BadInput, match="a device"):
        read_whole(Path("/dev/zero"), "a file", 4)
