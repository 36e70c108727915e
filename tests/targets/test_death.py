"""How a program ended tells whose fault that was: the device's own, or the rig's."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from connmgr_hil.targets import ProgramTarget, find_platform, native_target
from connmgr_hil.targets.death import FROM_OUTSIDE, crash_of, crash_told, report_of_sanitizer
from connmgr_hil.targets.probed import has_probe
from connmgr_hil.transport import Transport, after
from connmgr_hil.vocabulary.errors import LineClosed, NoAnswer, RigFault
from connmgr_hil.vocabulary.observations import Crashed, Stuck

FATAL = """\
[00:00:01.000,000] <err> os: ***** HARD FAULT *****
[00:00:01.000,000] <err> os: Faulting instruction address (r15/pc): 0x00001f3c
[00:00:01.000,000] <err> os: >>> ZEPHYR FATAL ERROR {number}: {name} on CPU 0
[00:00:01.000,000] <err> os: Current thread: 0x20000e48 (net_mgmt)
[00:00:01.000,000] <err> os: Halting system
"""
ASAN = """\
uart connected to pseudotty: /dev/pts/3
=================================================================
==41==ERROR: AddressSanitizer: heap-use-after-free on address 0x602 at pc 0x0055 bp 0x7ff sp 0x7ff
READ of size 8 at 0x602 thread T0
"""


@pytest.mark.parametrize(
    ("status", "output", "reason"),
    [
        (-signal.SIGSEGV, "", "signal SIGSEGV"),
        (-signal.SIGABRT, "", "signal SIGABRT"),
        (-signal.SIGBUS, "", "signal SIGBUS"),
        (-signal.SIGFPE, "", "signal SIGFPE"),
        (-signal.SIGILL, "", "signal SIGILL"),
        (-signal.SIGTRAP, "", "signal SIGTRAP"),
        (-signal.SIGPIPE, "", "signal SIGPIPE"),
        (-signal.SIGALRM, "", "signal SIGALRM"),
        (-signal.SIGUSR1, "", "signal SIGUSR1"),
        (-signal.SIGUSR2, "", "signal SIGUSR2"),
        (-(signal.SIGRTMIN + 1), "", f"signal {signal.SIGRTMIN + 1:d}"),
        (0, "", "exit 0"),
        (3, "no flash", "exit 3"),
        (1, FATAL.format(number=0, name="CPU exception"), "cpu-exception"),
        (1, FATAL.format(number=1, name="Unhandled interrupt"), "spurious-interrupt"),
        (1, FATAL.format(number=2, name="Stack overflow"), "stack-overflow"),
        (1, FATAL.format(number=3, name="Kernel oops"), "kernel-oops"),
        (1, FATAL.format(number=4, name="Kernel panic"), "kernel-panic"),
        (1, "Exiting due to fatal error\n", "kernel-panic"),
        (1, "ASSERTION FAIL [a] @ b.c:1\n" + FATAL.format(number=4, name="x"), "assertion"),
        (1, ASAN, "sanitizer"),
        (1, "life.c:53:12: runtime error: division by zero\n", "sanitizer"),
        (-signal.SIGABRT, "free(): double free detected in tcache 2\n", "sanitizer"),
        (-signal.SIGABRT, "*** stack smashing detected ***: terminated\n", "stack-overflow"),
        (-signal.SIGKILL, "", None),
        (-signal.SIGTERM, "", None),
        (-signal.SIGHUP, "", None),
        (-signal.SIGINT, "", None),
        (-signal.SIGQUIT, "", None),
        (-signal.SIGXCPU, "", None),
        (-signal.SIGXFSZ, "", None),
        (0, "\nStopped at 1.234s\n", None),
    ],
)
def test_whose_fault_an_end_is(status: int, output: str, reason: str | None) -> None:
    crash = crash_of(status, output.encode())
    assert (crash.reason if crash else None) == reason
    assert crash is None or crash.source == "process"


def test_what_a_fatal_error_says_is_kept() -> None:
    crash = crash_told("noise\n" + FATAL.format(number=0, name="CPU exception"))
    assert crash is not None
    assert (crash.thread, crash.pc) == ("net_mgmt", "0x00001f3c")
    assert crash.text.startswith("[00:00:01.000,000] <err> os: >>> ZEPHYR FATAL ERROR 0")


def test_the_text_of_a_sanitizer_is_kept_from_its_beginning() -> None:
    for crash in (crash_of(1, ASAN.encode()), report_of_sanitizer(ASAN.encode())):
        assert crash is not None
        assert crash.text.startswith("==41==ERROR: AddressSanitizer: heap-use-after-free")
        assert "READ of size 8" in crash.text


def test_what_locks_a_machine_up_is_the_guest() -> None:
    crash = crash_told("qemu: fatal: Lockup: can't escalate 3 to HardFault (current priority -1)")
    assert crash is not None
    assert crash.reason == "cpu-exception"


@pytest.mark.parametrize(
    "text", ["", "*** Booting Zephyr OS ***", "<err> net_if: cannot start", "halting"]
)
def test_other_words_tell_of_no_crash(text: str) -> None:
    assert crash_told(text) is None


@given(status=st.integers(-64, 255), output=st.binary(max_size=300))
def test_any_end_is_somebodys(status: int, output: bytes) -> None:
    crash = crash_of(status, output)
    if -status in FROM_OUTSIDE:
        assert crash is None
    elif crash is not None:
        assert crash.reason
        assert len(crash.text) <= 2000


# --- real programs ---------------------------------------------------------------------------

BEGIN = """\
#!{python}
import os, pty, signal, sys, time
def name_terminal():
    master, there = pty.openpty()
    print("uart connected to pseudotty:", os.ttyname(there), flush=True)
    return master
{body}
"""


def program(folder: Path, body: str) -> ProgramTarget:
    image = folder / "program.exe"
    image.write_text(BEGIN.replace("{python}", sys.executable).replace("{body}", body))
    image.chmod(0o755)
    return native_target(find_platform("native_sim"), image)


def never(_seconds: float) -> bool:
    return False


def closed(target: ProgramTarget) -> LineClosed:
    line = target.start()
    try:
        while True:
            line.write(b"\r")
            line.read(after(30))
    except LineClosed as error:
        return error


def killing_itself(folder: Path, number: signal.Signals) -> ProgramTarget:
    return program(
        folder,
        (f"signal.signal({number:d}, signal.SIG_DFL)\n" if number != signal.SIGKILL else "")
        + f"master = name_terminal(); os.read(master, 1); os.kill(os.getpid(), {number:d})",
    )


OWN = ("ABRT", "ALRM", "BUS", "FPE", "ILL", "PIPE", "SEGV", "SYS", "TRAP", "USR1", "USR2")


@pytest.mark.parametrize("number", [signal.Signals[f"SIG{name}"] for name in OWN])
def test_a_program_that_dies_of_its_own_signal(number: signal.Signals, tmp_path: Path) -> None:
    target = killing_itself(tmp_path, number)
    with target:
        crash = target.diagnose(closed(target), never, known=True)
    assert isinstance(crash, Crashed)
    assert crash.reason == f"signal {number.name}"


@pytest.mark.parametrize("status", [0, 1, 5])
def test_a_program_that_exits_by_itself(status: int, tmp_path: Path) -> None:
    target = program(
        tmp_path,
        f"master = name_terminal(); os.read(master, 1); print('last words', flush=True); os._exit({status})",
    )
    with target:
        crash = target.diagnose(closed(target), never, known=True)
    assert isinstance(crash, Crashed)
    assert crash.reason == f"exit {status}"
    assert crash.text.endswith("last words")


@pytest.mark.parametrize("number", sorted(FROM_OUTSIDE))
def test_a_program_that_somebody_ended(number: signal.Signals, tmp_path: Path) -> None:
    target = killing_itself(tmp_path, number)
    with target:
        assert target.diagnose(closed(target), never, known=True) is None


def test_a_program_that_crashes_before_it_names_its_terminal(tmp_path: Path) -> None:
    target = program(tmp_path, "os.kill(os.getpid(), signal.SIGSEGV)")
    with target, pytest.raises(RigFault) as caught:
        target.start()
    crash = target.diagnose(caught.value, never, known=False)
    assert isinstance(crash, Crashed)
    assert crash.reason == "signal SIGSEGV"


def test_a_program_that_does_not_start_is_no_crash(tmp_path: Path) -> None:
    target = program(tmp_path, "sys.exit('error while loading shared libraries')")
    with target, pytest.raises(RigFault) as caught:
        target.start()
    assert target.diagnose(caught.value, never, known=False) is None


SILENT = NoAnswer("an answer", "nothing")


def hearing(line: Transport) -> Callable[[float], bool]:
    return lambda seconds: bool(line.read(after(seconds)))


@contextlib.contextmanager
def hurried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str = "name_terminal(); signal.pause()"
) -> Iterator[tuple[ProgramTarget, Transport]]:
    """Start a program that gives no answer, and wait for less long for it."""
    target = program(tmp_path, body)
    with target:
        line = target.start()
        monkeypatch.setenv("CMHIL_TIME_SCALE", "0.05")
        yield target, line


@pytest.mark.parametrize(
    "body", ["name_terminal(); signal.pause()", "name_terminal()\nwhile True: pass"]
)
def test_a_program_that_runs_and_does_not_answer(body: str, tmp_path: Path) -> None:
    target = program(tmp_path, body)
    with target:
        line = target.start()

        stuck = target.diagnose(SILENT, hearing(line), known=True)
        assert isinstance(stuck, Stuck)
        assert (stuck.what, stuck.source) == ("device", "host")
        # Nobody knows whether it is firmware with the probe: it never said hello, and the file has none in it.
        assert target.diagnose(SILENT, hearing(line), known=False) is None


def test_a_program_that_answers_late_is_not_stuck(tmp_path: Path) -> None:
    target = program(tmp_path, "name_terminal(); signal.pause()")
    with target:
        target.start()
        assert target.diagnose(SILENT, lambda _seconds: True, known=True) is None


def test_a_program_that_somebody_stopped_is_not_stuck(tmp_path: Path) -> None:
    target = program(tmp_path, "master = name_terminal(); os.kill(os.getpid(), signal.SIGSTOP)")
    with target:
        line = target.start()
        assert target.diagnose(SILENT, hearing(line), known=True) is None


# posix_spawn returns when the child runs its program; until then the parent waits in state D, as in a frozen group.
HELD = """\
master = name_terminal()
os.posix_spawn("/bin/true", ["true"], {{}}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, {gate!r}, os.O_RDONLY, 0)])
os.write(master, b"late")
signal.pause()
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "gate")
    return tmp_path / "gate"


def test_a_program_that_the_kernel_holds_is_not_stuck(
    gate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hurried(tmp_path, monkeypatch, HELD.format(gate=str(gate))) as (target, line):
        try:
            assert target.diagnose(SILENT, hearing(line), known=True) is None
        finally:
            gate.open("wb").close()


def test_the_time_in_which_the_kernel_held_a_program_is_not_its_own(
    gate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = 0

    def listen(seconds: float) -> bool:
        nonlocal rounds
        rounds += 1
        if rounds == 40:  # more than twice the time after which a silent program counts as stuck
            gate.open("wb").close()
            return bool(line.read(after(30)))
        return bool(line.read(after(seconds)))

    with hurried(tmp_path, monkeypatch, HELD.format(gate=str(gate))) as (target, line):
        assert target.diagnose(SILENT, listen, known=True) is None
    assert rounds == 40


@pytest.mark.parametrize(
    ("group", "switch", "on", "off"),
    [
        ("/sys/fs/cgroup", "cgroup.freeze", "1", "0"),
        ("/sys/fs/cgroup/unified", "cgroup.freeze", "1", "0"),
        ("/sys/fs/cgroup/freezer", "freezer.state", "FROZEN", "THAWED"),
    ],
)
def test_a_program_in_a_frozen_control_group_is_not_stuck(
    group: str, switch: str, on: str, off: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Path(group) / f"cmhil-test-{os.getpid()}"
    with hurried(tmp_path, monkeypatch) as (target, line):
        try:
            ours.mkdir()
            if not (ours / switch).exists():
                pytest.skip(f"{group} has no {switch}")
            (ours / "cgroup.procs").write_text(str(target.pid))
            (ours / switch).write_text(on)
        except OSError as error:
            pytest.skip(f"no control group of our own: {error}")
        else:
            assert target.diagnose(SILENT, hearing(line), known=True) is None
        finally:
            if (ours / "cgroup.procs").exists():
                (ours / switch).write_text(off)
                target.stop()
            with contextlib.suppress(OSError):
                ours.rmdir()


def test_who_else_reads_the_terminal_may_have_taken_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        hurried(tmp_path, monkeypatch) as (target, line),
        Path(line.name).open("rb", buffering=0) as terminal,
        subprocess.Popen(["sleep", "60"], stdin=terminal) as other,
    ):
        try:
            with pytest.raises(RigFault, match=rf"somebody else reads {line.name}") as caught:
                target.diagnose(SILENT, hearing(line), known=True)
            assert caught.value.seen == f"process {other.pid} (sleep)"
        finally:
            other.kill()


def test_who_only_writes_or_has_our_own_line_takes_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        hurried(tmp_path, monkeypatch) as (target, line),
        Path(line.name).open("wb", buffering=0) as terminal,
        subprocess.Popen(["sleep", "60"], stdout=terminal, pass_fds=(line.fileno(),)) as relative,
    ):
        try:
            stuck = target.diagnose(SILENT, hearing(line), known=True)
        finally:
            relative.kill()
    assert isinstance(stuck, Stuck)


def test_a_report_of_a_program_that_runs_on(tmp_path: Path) -> None:
    target = program(
        tmp_path,
        "master = name_terminal(); os.read(master, 1); os.write(2, b'a.c:1:1: runtime error: overflow\\n')\n"
        "os.write(master, b'done'); signal.pause()",
    )
    with target:
        line = target.start()
        assert target.symptom() is None
        line.write(b"x")
        line.read(after(30))
        report = target.symptom()
        assert report is not None
        assert report.reason == "sanitizer"
        assert target.symptom() is None, "it is told once"


def test_the_probe_is_found_in_an_image(tmp_path: Path) -> None:
    image = tmp_path / "zephyr.elf"
    assert not has_probe(image)
    image.touch()
    assert not has_probe(image)
    image.write_bytes(b"\x7fELF" + b"connmgr\0autodown\0" * 2)
    assert not has_probe(image)
    image.write_bytes(b"\x7fELF\0connmgr\0ipv4\0autodown\0nonce\0")
    assert has_probe(image)
    assert has_probe(None)
