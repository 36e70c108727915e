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

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.run import check, verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.targets import open_target
from connmgr_hil.trace import TraceWriter, read_trace
from connmgr_hil.vocabulary.errors import BadInput, NotRecorded
from connmgr_hil.vocabulary.observations import AnyRecord

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


def test_verify_on_a_disk_that_is_full(full: Path) -> None:
    """Traces and summary: it says so once, and ends."""
    out = full / "out"
    harness = Harness("verify", "-t", "simulated", "--out", str(out))
    shown = harness.output()
    assert harness.process.returncode == 3, shown
    assert shown.count("No space left on device") == 1, shown
    assert len(re.findall(r"(?m)^  RIG ", shown)) == 1
    assert re.search(r"(?m)^VERDICT  rig ", shown)
    told_as_the_rigs(shown)
    for path in out.glob("*.jsonl"):
        if path.stat().st_size:
            assert not read_trace(path).truncated
    checked = Harness("check", str(out))
    assert checked.output()
    assert checked.process.returncode in (2, 3, 4)
    harness.assert_nothing_left()


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
        assert f"cannot write {full}/page" in shown
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
    assert "the output could not be written" in done.stderr
    told_as_the_rigs(done.stderr)


class Refusing(TraceWriter):
    """A disk that takes no record from a certain one on, or none but the short ones."""

    refused_from = 0

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._count = 0

    def write(self, record: AnyRecord) -> AnyRecord:
        self._count += 1
        if self._count >= self.refused_from:
            raise NotRecorded(f"cannot write the trace {self.path}", "No space left on device")
        return super().write(record)


def places(records: int) -> list[int]:
    """From which records on: all with `CMHIL_SOAK=full`, else a few and the first and last of all."""
    if os.environ.get("CMHIL_SOAK") == "full":
        return list(range(1, records + 1))
    return sorted({1, 2, 3, *range(1, records, max(1, records // 12)), records - 1, records})


@pytest.mark.parametrize("name", ["E1", "Q10", "X1d"])
def test_writing_refused_from_any_record_on(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = choose([name])
    whole = verify(open_target("simulated"), tmp_path / "whole", scenarios=chosen)
    (result,) = whole.results
    assert result.outcome is Outcome.CONFORMS
    monkeypatch.setattr("connmgr_hil.conformance.recording.TraceWriter", Refusing)
    for number in places(result.records + 1):
        Refusing.refused_from = number
        out = tmp_path / str(number)
        report = verify(open_target("simulated"), out, scenarios=[*chosen, *choose(["E2"])])
        assert [each.outcome for each in report.results] == [Outcome.RIG], number
        assert report.unrecorded
        assert "No space left on device" in report.results[0].reason
        if number == 1:
            with pytest.raises(BadInput):
                check([out])
            continue
        left = check([out])
        assert left.outcome in (Outcome.RIG, Outcome.INCONCLUSIVE), (number, left.results)
        assert "held" not in left.by_requirement().values()
