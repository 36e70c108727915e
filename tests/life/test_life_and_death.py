"""However a run ends, nothing stays behind, and what was recorded can be read."""

import json
import os
import pty
import signal
from pathlib import Path

import pytest
from processes import Harness, assert_traces_read, stand_in, walking

from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.observations import VerdictGiven


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_ended_by_a_signal_with_an_emulator_of_bad_manners(
    how: signal.Signals, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    harness = walking(
        ["-t", "native", "--image", str(stand_in(tmp_path))], out, start_new_session=True
    )
    harness.when_started(out)
    harness.end(how)
    harness.assert_nothing_left()
    assert_traces_read(out)


def test_its_terminal_is_closed(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    out = tmp_path / "out"
    harness = walking(
        ["-t", "simulated"], out, preexec_fn=lambda: os.login_tty(slave), pass_fds=(slave,)
    )
    os.close(slave)
    harness.when_started(out)
    os.close(master)
    assert harness.ended_within(20)
    assert harness.process.returncode == 130
    harness.assert_nothing_left()
    assert_traces_read(out)


@pytest.mark.parametrize("which", [0, 1])
def test_one_half_of_the_reaper_is_killed_first(which: int, tmp_path: Path) -> None:
    out = tmp_path / "out"
    harness = Harness("walk", "-t", "native", "--image", str(stand_in(tmp_path)), "--walks", "1",
                      "--steps", "100000", "--out", str(out))  # fmt: skip
    harness.when_started(out)
    while len(reapers := sorted(harness.reapers())) < 2:  # the first has yet to fork
        assert not harness.ended_within(0.01), harness.output()
    os.kill(reapers[which], signal.SIGKILL)
    harness.end(signal.SIGKILL)
    harness.assert_nothing_left()


def test_a_reaper_that_was_killed_is_replaced(on_target: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    harness = walking(on_target, out, "--steps", "5")
    harness.when_started(out)
    for pid in harness.reapers():
        os.kill(pid, signal.SIGKILL)
    # Each walk starts an emulator, cuts its power, or resets the machine in it, and looks after the reaper then.
    while len(harness.reapers()) < 2:
        assert not harness.ended_within(0.01), harness.output()
    harness.end(signal.SIGKILL)
    harness.assert_nothing_left()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    "command",
    [
        ("verify", "-t", "simulated", "--repeat", "1000"),
        ("walk", "-t", "simulated", "--walks", "100000", "--json", "OUT/summary.json"),
    ],
    ids=["verify", "walk"],
)
def test_interrupted_it_reports_what_there_is(
    command: tuple[str, ...], how: signal.Signals, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    harness = Harness(*(word.replace("OUT", str(out)) for word in command), "--out", str(out))
    harness.when_started(out)
    harness.process.send_signal(how)
    shown = harness.output()
    assert harness.process.returncode == 130, shown
    assert shown.splitlines()[-1].startswith("VERDICT  none (interrupted)")
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["verdict"], summary["interrupted"]) == ("none", True)
    for path in out.glob("*.jsonl"):
        last = read_trace(path).records[-1]
        assert isinstance(last, VerdictGiven), f"{path} does not say that it was cut"
    checked = Harness("check", str(out))
    assert "VERDICT  conforms" not in checked.output() or command[0] == "walk"
    harness.assert_nothing_left()
    assert_traces_read(out)


def test_interrupted_before_it_began_it_leaves_no_result_of_an_earlier_run(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n")
    files = [tmp_path / name for name in ("run.xml", "run.json")]
    for file in files:
        file.write_text("of an earlier run")
    harness = Harness("verify", "-t", "simulated", "--scenarios", str(mine), "--out", str(tmp_path),
                      "--junit", str(files[0]), "--json", str(files[1]))  # fmt: skip
    shown = harness.output()
    assert harness.process.returncode == 130, shown
    assert "VERDICT  none (interrupted)" in shown.splitlines()
    assert not any(file.exists() for file in files)


def test_shrinking_interrupted_keeps_the_shortest_so_far(tmp_path: Path) -> None:
    out = tmp_path / "walks"
    before = ("--before", "defect timeout_in_ms on")
    Harness("walk", "-t", "simulated", "--walks", "200", "--seed", "1", "--stop-at", "1",
            *before, "--out", str(out)).output()  # fmt: skip
    failing = next(out.glob("*.jsonl"))
    shrunk = tmp_path / "shrunk"
    harness = Harness("shrink", str(failing), "-t", "simulated", "--confirm", "100",
                      "--budget", "600", "--out", str(shrunk))  # fmt: skip
    for line in harness.process.stdout or ():
        if "commands after" in line:  # the first that was shorter
            break
    harness.process.send_signal(signal.SIGINT)
    shown = harness.output()
    assert harness.process.returncode == 130, shown
    assert "; interrupted" in shown
    assert read_trace(shrunk / f"{failing.stem}.min.jsonl").records
    harness.assert_nothing_left()


def test_learning_interrupted_says_how_far_it_came(tmp_path: Path) -> None:
    out = tmp_path / "out"
    harness = Harness("learn", "-t", "simulated", "--budget", "600", "--tests", "100000",
                      "--out", str(out), "--json", str(out / "learned.json"))  # fmt: skip
    harness.when_started(out)
    harness.ended_within(0.5)
    harness.process.send_signal(signal.SIGTERM)
    shown = harness.output()
    assert harness.process.returncode == 130, shown
    assert "EQUAL" not in shown
    if "asked" in shown:  # else it was still starting
        assert json.loads((out / "learned.json").read_text())["interrupted"] is True
    harness.assert_nothing_left()


def test_disk_full_while_tracing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    harness = walking(
        ["-t", "simulated"], out, "--steps", "100000",
        before=("sh", "-c", 'ulimit -f 8; exec "$@"', "sh"),
    )  # fmt: skip
    shown = harness.output()
    assert harness.process.returncode == 3, shown
    assert "cannot write the trace" in shown
    assert str(out) in shown
    assert "File too large" in shown
    assert "Traceback" not in shown and "bug" not in shown  # noqa: PT018
    harness.assert_nothing_left()
    for path in out.glob("*.jsonl"):
        assert not read_trace(path).truncated


@pytest.mark.parametrize("command", ["verify", "walk"])
def test_a_folder_that_cannot_be_written(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    harness = Harness(command, "-t", "simulated", "--out", str(tmp_path / "file" / "out"))
    shown = harness.output()
    assert harness.process.returncode == 3, shown
    assert "cannot write the trace" in shown
    assert "bug" not in shown
    harness.assert_nothing_left()


BEFORE_HELLO = {
    "says nothing": ("import signal; signal.pause()", r"did not print"),
    "exits at once": ("print('no flash'); raise SystemExit(5)", "no flash"),
    "floods": ("import os\nwhile True: os.write(1, b'x' * 65536)", "printed much, and not"),
    "terminal is mute": (
        (
            "import os, pty, signal\n_, there = pty.openpty()\n"
            "print('uart connected to pseudotty:', os.ttyname(there), flush=True)\nsignal.pause()"
        ),
        "hello",
    ),
    "mute and floods": (
        (
            "import os, pty\n_, there = pty.openpty()\n"
            "print('uart connected to pseudotty:', os.ttyname(there), flush=True)\n"
            "while True: os.write(1, b'x' * 65536)"
        ),
        "hello",
    ),
    "floods its terminal": (
        (
            "import os, pty, tty\nmaster, there = pty.openpty()\ntty.setraw(there)\n"
            "print('uart connected to pseudotty:', os.ttyname(there), flush=True)\n"
            "while True: os.write(master, b'noise ' * 20 + b'\\r\\n')"
        ),
        "hello",
    ),
}


@pytest.mark.parametrize("name", BEFORE_HELLO)
def test_emulators_that_never_say_hello(name: str, tmp_path: Path) -> None:
    program, told = BEFORE_HELLO[name]
    image = stand_in(tmp_path, f"#!{{python}}\n{program}\n")
    harness = Harness(
        *("walk", "-t", "native", "--image", str(image), "--walks", "1", "--time-scale", "0.1"),
        *("--out", str(tmp_path / "out")),
        before=("sh", "-c", 'ulimit -v 1500000; exec "$@"', "sh"),
    )
    shown = harness.output()
    assert harness.process.returncode == 3, shown
    assert told in shown
    harness.assert_nothing_left()
