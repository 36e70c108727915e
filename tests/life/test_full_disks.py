"""A disk that takes no more is the rig's fault: told once, and never a word about the device."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Harness

SMALL = ("sh", "-c", 'ulimit -f 8; exec "$@"', "sh")
"""A shell that lets no file grow beyond 8 blocks of 512 or 1,024 bytes."""


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A real file system with little room, where we may make one."""
    place = tmp_path / "small"
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() or mount is None or umount is None:
        pytest.skip("needs root to mount a small file system")
    command = [mount, "-t", "tmpfs", "-o", "size=64k", "none", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run([umount, "-l", str(place)], check=True)


def told_as_the_rigs(shown: str) -> None:
    assert "Traceback" not in shown
    assert "bug in cmhil" not in shown
    assert not re.search(r"(?m)^VERDICT  (fails|conforms)", shown), shown


def test_walk_on_a_disk_that_is_full(full: Path) -> None:
    out = full / "out"
    harness = Harness("walk", "-t", "simulated", "--walks", "50", "--steps", "100000", "--seed", "1",
                      "--out", str(out), "--json", str(out / "summary.json"))  # fmt: skip
    shown = harness.output()
    assert harness.process.returncode == 3, shown
    assert shown.count("No space left on device") == 1, shown
    assert "VERDICT  rig" in shown
    told_as_the_rigs(shown)


@pytest.mark.parametrize("option", ["--html", "--junit", "--markdown"])
def test_report_on_a_disk_that_is_full(full: Path, option: str, recorded_traces: Path) -> None:
    (full / "filling").write_bytes(b"\0" * 61_440)
    harness = Harness("report", str(recorded_traces / "E1.jsonl"), option, str(full / "page"))
    shown = harness.output()
    assert harness.process.returncode in ({3} if option == "--html" else {0, 3}), shown
    if harness.process.returncode == 3:
        assert f"{full}/page should be written" in shown
        assert not (full / "page").exists()
    told_as_the_rigs(shown)


@pytest.mark.parametrize(
    "command",
    [
        ("learn", "-t", "simulated", "--out", "OUT"),
        (
            "campaign",
            "-t",
            "simulated",
            "--walks",
            "8",
            "--jobs",
            "1",
            "--steps",
            "2000",
            "--out",
            "OUT",
        ),
        ("defects", "-t", "simulated", "--only", "timeout_in_ms", "--out", "OUT"),
    ],
    ids=lambda command: command[0],
)
def test_no_file_may_grow(command: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    harness = Harness(*(word.replace("OUT", str(out)) for word in command), before=SMALL)
    shown = harness.output()
    if command[0] == "defects":  # what it finds, it finds in few records
        assert harness.process.returncode in (0, 3), shown
    else:
        assert harness.process.returncode == 3, shown
        assert "File too large" in shown
    told_as_the_rigs(shown)
    harness.assert_nothing_left()


def test_shrink_does_not_take_a_full_disk_for_a_device_that_conforms(tmp_path: Path) -> None:
    out = tmp_path / "walks"
    Harness("walk", "-t", "simulated", "--walks", "200", "--seed", "1", "--stop-at", "1",
            "--before", "defect timeout_in_ms on", "--out", str(out)).output()  # fmt: skip
    failing = next(out.glob("*.jsonl"))
    harness = Harness("shrink", str(failing), "-t", "simulated", "--out", str(tmp_path / "shrunk"),
                      before=("sh", "-c", 'ulimit -f 1; exec "$@"', "sh"))  # fmt: skip
    shown = harness.output()
    assert harness.process.returncode == 3, shown
    assert "File too large" in shown
    assert "it does not" not in shown
    told_as_the_rigs(shown)


def test_what_is_printed_goes_to_a_disk_that_is_full(recorded_traces: Path) -> None:
    command = [sys.executable, "-m", "connmgr_hil.cli", "check", str(recorded_traces / "E1.jsonl")]
    with Path("/dev/full").open("w") as nowhere:
        done = subprocess.run(
            command, stdout=nowhere, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert done.returncode == 3, done.stderr
    assert "the output should be written" in done.stderr
    told_as_the_rigs(done.stderr)
