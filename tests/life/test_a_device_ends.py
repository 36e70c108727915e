"""A device that crashes, hangs or restarts has failed: with the requirement, the command and the reason, everywhere."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import stand_in

from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.cli.main import run as cmhil
from connmgr_hil.conformance import export, run, selection, shrinker
from connmgr_hil.conformance.confirming import ends_again_by_commands
from connmgr_hil.conformance.defects import defects
from connmgr_hil.conformance.nonconforming import Nonconforming
from connmgr_hil.conformance.session import Session
from connmgr_hil.conformance.walker import walk
from connmgr_hil.device import client
from connmgr_hil.targets import Choice, ProgramTarget, open_target
from connmgr_hil.trace import read_records
from connmgr_hil.transport.deadlines import Deadline, time_scale
from connmgr_hil.vocabulary.errors import RigFault
from connmgr_hil.vocabulary.observations import AnyRecord, Crashed, Note, Reset, Stuck

UP = ("sim 1 delay_ms 100", "up 1", "advance 1000000")
LATE = ("sim 1 mode never", "timeout 1 1", "up 1")

DEATHS = {
    "life_null_connect": (("connect 1",), "REQ-LIFE-001", "signal SIGSEGV"),
    "life_null_callback": ((*UP, "down 1"), "REQ-LIFE-001", "signal SIGSEGV"),
    "life_null_work": (UP, "REQ-LIFE-001", "signal SIGSEGV"),
    "life_panic": (("up 1", "disconnect 1"), "REQ-LIFE-001", "kernel-panic"),
    "life_oops": (("opt-set 1 1 01020304",), "REQ-LIFE-001", "kernel-oops"),
    "life_assert": (("fatal 1",), "REQ-LIFE-001", "assertion"),
    "life_divide": ((*LATE, "advance 2000000"), "REQ-LIFE-001", "signal SIGFPE"),
    "life_illegal": ((*UP, "lose 1"), "REQ-LIFE-001", "signal SIGILL"),
    "life_exit": (("up 1", "disconnect 1"), "REQ-LIFE-001", "exit 0"),
    "life_reboot": (("up 1", "disconnect 1"), "REQ-LIFE-003", ""),
    "life_lock_kept": ((*UP, "state"), "REQ-LIFE-002", "command"),
    "life_iface_lock_kept": (
        ("flag 1 NO_AUTO_DOWN on", *LATE, "advance 2000000", "down 1"), "REQ-LIFE-002", "command",
    ),
    "life_lock_twice": (("up 1", "disconnect 1"), "REQ-LIFE-002", "command"),
    "life_loop_connect": (("connect 1",), "REQ-LIFE-002", "command"),
    "life_loop_locked": (("up 1", "disconnect 1"), "REQ-LIFE-002", "command"),
    "life_loop_callback": (("up 1",), "REQ-LIFE-002", "command"),
    "life_loop_work": (UP, "REQ-LIFE-002", "command"),
    "life_callback_blocked": (("up 1",), "REQ-LIFE-004", "dispatcher"),
    "life_monitor_blocked": (
        ("sim 1 mode sync", "addr4 1 add 192.0.2.1", "up 1"), "REQ-LIFE-004", "monitor",
    ),
    "life_stack_overflow": (("connect 1",), "REQ-LIFE-005", "stack-overflow"),
    "life_stack_overrun": (("opt-set 1 1 01020304",), "REQ-LIFE-005", "stack-overflow"),
    "life_use_after_free": (("up 1", "disconnect 1"), "REQ-LIFE-005", "sanitizer"),
    "life_double_free": ((*UP, "lose 1"), "REQ-LIFE-005", "sanitizer"),
    "life_out_of_bounds": (("opt-get 1 1 4",), "REQ-LIFE-005", "sanitizer"),
}  # fmt: skip
"""For each deadly defect the commands of which the last shows it, the requirement, and the reason or what is stuck."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command is given up after two seconds; before it counts, the board must have had the processor for a while."""
    monkeypatch.setenv("CMHIL_TIME_SCALE", "0.2")
    assert time_scale() == 0.2


def lead(defect: str) -> tuple[str, ...]:
    return (f"defect {defect} on", *DEATHS[defect][0])


def give(session: Session, commands: tuple[str, ...]) -> None:
    for command in commands:
        session.execute(tuple(command.split()))


def ended(path: Path) -> AnyRecord:
    (found,) = (
        each
        for each in read_records(path)
        if isinstance(each, Crashed | Stuck) or (isinstance(each, Reset) and not each.expected)
    )
    return found


def recorded(defect: str, path: Path) -> Path:
    """Return the trace of a run in which a defect ended the device."""
    with open_target("simulated") as target:
        session = Session(target, path)
        with pytest.raises(Nonconforming), session:
            give(session, lead(defect))
    return path


@pytest.mark.parametrize("defect", DEATHS)
def test_it_fails_with_the_requirement_the_command_and_the_reason(
    defect: str, tmp_path: Path
) -> None:
    commands, requirement, reason = DEATHS[defect]
    path = tmp_path / "trace.jsonl"
    with open_target("simulated") as target:
        session = Session(target, path, confirm=ends_again_by_commands)
        with pytest.raises(Nonconforming), session:
            give(session, lead(defect))
    verdict = session.verdict
    assert verdict is not None
    assert verdict.outcome is Outcome.FAILS
    assert verdict.failure is not None
    assert verdict.failure.requirements == (requirement,)
    assert verdict.failure.since.endswith(commands[-1])
    end = ended(path)
    if isinstance(end, Crashed):
        assert end.reason == reason
    elif isinstance(end, Stuck):
        assert end.what == reason
        assert end.ms > 0
        assert (end.source == "host") is (defect == "life_loop_locked")
        assert bool(end.threads) is (defect != "life_loop_locked")
    assert session.confirmation == "2 of 2"
    again = check_trace(path)
    assert (again.outcome, again.failure) == (verdict.outcome, verdict.failure)


def test_each_deadly_defect_has_a_way_to_show_it() -> None:
    assert DEATHS.keys() == {name for name in defects() if name.startswith("life_")}
    for name, (_, requirement, _) in DEATHS.items():
        assert defects()[name].requirements == (requirement,)


# --- what is not the device's ------------------------------------------------------------------


def signalled(session: Session, number: signal.Signals) -> None:
    """Send a device's program a signal, and then talk to it until that is noticed."""
    target = session.target
    assert isinstance(target, ProgramTarget)
    assert target.pid is not None
    give(session, ("up 1",))
    os.kill(target.pid, number)
    while True:
        give(session, ("state",))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_device_that_somebody_kills_is_a_broken_rig(
    number: signal.Signals, tmp_path: Path
) -> None:
    path = tmp_path / "trace.jsonl"
    with open_target("simulated") as target:
        session = Session(target, path)
        with pytest.raises(RigFault), session:
            signalled(session, number)
        assert session.verdict is not None
        assert session.verdict.outcome is Outcome.RIG
        assert check_trace(path).outcome is Outcome.RIG
        # And it is started anew.
        with Session(target, tmp_path / "next.jsonl") as following:
            give(following, ("up 1", "state"))
    assert following.verdict is not None
    assert following.verdict.outcome is Outcome.CONFORMS


def test_a_device_that_somebody_stops_is_a_broken_rig(tmp_path: Path) -> None:
    with open_target("simulated") as target:
        session = Session(target, tmp_path / "trace.jsonl")
        with pytest.raises(RigFault), session:
            signalled(session, signal.SIGSTOP)
    assert session.verdict is not None
    assert session.verdict.outcome is Outcome.RIG


def test_an_answer_that_comes_while_the_silence_is_looked_into_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = Deadline("hasty", 1e-6, "nothing can be answered")
    monkeypatch.setattr(client, "ANSWER", hasty)
    monkeypatch.setattr(client, "RECALL", hasty)
    with open_target("simulated") as target:
        session = Session(target, tmp_path / "trace.jsonl")
        with session:
            give(session, UP)
    assert session.verdict is not None
    assert session.verdict.outcome is Outcome.CONFORMS


# --- a second start ----------------------------------------------------------------------------

ONCE = """\
#!{python}
import os, sys
from pathlib import Path
first = Path(__file__).with_suffix(".first")
sys.argv[1:] = [] if first.exists() else ["--defect", "life_panic"]
first.touch()
from connmgr_hil.simulated_board.__main__ main
main()
""".replace("__main__ main", "__main__ import main")


def test_what_ends_it_only_once_fails_too_and_says_so(tmp_path: Path) -> None:
    with open_target("native", image=stand_in(tmp_path, ONCE)) as target:
        report = run.verify(
            target, tmp_path / "out", scenarios=selection.choose(["disconnect-connected"])
        )
    (result,) = report.results
    assert result.outcome is Outcome.FAILS
    assert result.blamed == ("REQ-LIFE-001",)
    assert result.confirmed == "1 of 2"
    assert "1 of 2" in result.reason
    assert result.trace is not None
    notes = [each.text for each in read_records(result.trace) if isinstance(each, Note)]
    assert any("1 of 2" in text for text in notes)
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["disconnect-connected.jsonl"]


RESET_KILLS = """\
#!{python}
import os, signal, sys
sys.argv[1:] = []
from connmgr_hil.simulated_board.__main__ import main
from connmgr_hil.simulated_board.probe_commands import ProbeCommands
ProbeCommands._reset = lambda self, words: os.kill(os.getpid(), signal.SIGSEGV)
main()
"""


@pytest.mark.parametrize(
    ("image", "first", "second"),
    [(ONCE, "addresses-come-and-go", "disconnect-connected"), (RESET_KILLS, "loss", "flags")],
)
def test_what_ends_it_after_a_soft_reset_is_not_forgiven_for_a_restart(
    image: str, first: str, second: str, tmp_path: Path
) -> None:
    with open_target("native", image=stand_in(tmp_path, image)) as target:
        report = run.verify(
            target,
            tmp_path / "out",
            scenarios=selection.choose([first, second]),
            soft_reset=True,
        )
    before, after = report.results
    assert before.held
    assert (after.name, after.outcome) == (second, Outcome.FAILS)
    assert after.blamed == ("REQ-LIFE-001",)
    assert after.confirmed == "1 of 2"
    assert after.restarted_by == "probe's reset"


ALWAYS = """\
#!{python}
import sys
sys.argv[1:] = ["--defect", "NAME"]
from connmgr_hil.simulated_board.__main__ import main
main()
"""


def with_defect(folder: Path, name: str) -> list[str]:
    return ["-t", "native", "--image", str(stand_in(folder, ALWAYS.replace("NAME", name)))]


def test_a_run_goes_on_after_each_end(tmp_path: Path) -> None:
    image = stand_in(tmp_path, ALWAYS.replace("NAME", "life_panic"))
    names = [
        "disconnect-connected",
        "disconnect-connecting",
        "disconnect-no-auto-down",
        "loss-no-auto-down",
        "addresses-come-and-go",
        "two-ifaces",
        "M1",
    ]
    chosen = [each for each in selection.choose(()) if each.name in names]
    with open_target("native", image=image) as target:
        report = run.verify(target, tmp_path / "out", scenarios=chosen)
    assert len(report.results) == len(chosen)
    failed = [each for each in report.results if each.outcome is Outcome.FAILS]
    assert len(failed) >= 2
    assert {each.confirmed for each in failed} == {"2 of 2"}
    assert {each.blamed for each in failed} == {("REQ-LIFE-001",)}
    assert {each.outcome for each in report.results} == {Outcome.FAILS, Outcome.CONFORMS}
    assert report.exit_code == 1
    assert report.by_requirement()["REQ-LIFE-001"] == "failed"


BOOTS_DEAD = """\
#!{python}
import os, pty, signal
master, there = pty.openpty()
print("uart connected to pseudotty:", os.ttyname(there), flush=True)
os.kill(os.getpid(), signal.SIGSEGV)
"""


def test_a_device_that_crashes_while_it_boots(tmp_path: Path) -> None:
    image = stand_in(tmp_path, BOOTS_DEAD)
    with open_target("native", image=image) as target:
        report = run.verify(
            target,
            tmp_path / "out",
            scenarios=selection.choose(["up-connects-at-once", "up-connects-later"]),
        )
    assert [each.outcome for each in report.results] == [Outcome.FAILS] * 2
    for each in report.results:
        assert each.blamed == ("REQ-LIFE-001",)
        assert each.confirmed == "2 of 2"
        assert each.trace is not None
        assert check_trace(each.trace).outcome is Outcome.FAILS


# --- every surface -----------------------------------------------------------------------------


@pytest.mark.parametrize("defect", ["life_exit", "life_reboot", "life_lock_twice", "life_panic"])
def test_walks_go_on_and_each_is_judged(defect: str, tmp_path: Path) -> None:
    report = walk(
        open_target("simulated"),
        tmp_path,
        walks=6,
        steps=60,
        seed=3,
        before=(("defect", defect, "on"),),
        keep=True,
    )
    assert report.walks == 6
    assert report.outcome is Outcome.FAILS
    assert len(report.failures) >= 3
    assert not report.faults
    for path, reason in report.failures:
        assert DEATHS[defect][1] in reason
        assert "2 of 2" in reason
        assert check_trace(path).outcome is Outcome.FAILS


@pytest.mark.parametrize("defect", ["life_null_work", "life_lock_kept", "life_callback_blocked"])
def test_it_is_shrunk_and_written_as_tests(defect: str, tmp_path: Path) -> None:
    commands, requirement, _ = DEATHS[defect]
    padding = ("up 4", "addr4 4 add 192.0.2.7", "up 2", "down 2", "state")
    trace = tmp_path / "long.jsonl"
    with open_target("simulated") as target:
        session = Session(target, trace)
        with pytest.raises(Nonconforming), session:
            give(session, (f"defect {defect} on", *padding, *commands))
    minimal = tmp_path / "min.jsonl"
    result = shrinker.shrink(open_target("simulated"), trace, minimal, budget=120, confirm=2)
    assert result.failure.requirements == (requirement,)
    assert (result.confirmed, result.tries) == (2, 2)
    assert len(result.commands) <= len(commands) + 1
    last = result.failure.since.rpartition(" · ")[2]
    assert last.split()[0] == commands[-1].split()[0]
    assert check_trace(minimal).outcome is Outcome.FAILS
    python, robot, *_ = export.write_tests(result, tmp_path, defect, Choice("simulated")).paths
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(python)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert requirement in ran.stdout
    assert "1 failed" in ran.stdout
    sung = subprocess.run(
        [sys.executable, "-m", "robot", "-v", "TARGET:simulated", "-d", str(tmp_path / "robot"), str(robot)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )  # fmt: skip
    assert sung.returncode == 1, sung.stdout + sung.stderr
    assert requirement in sung.stdout


def test_it_is_replayed_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = recorded("life_null_connect", tmp_path / "trace.jsonl")
    assert cmhil(["replay", str(trace), "-t", "simulated", "--out", str(tmp_path / "r.jsonl")]) == 1
    assert "1 of 1 failed" in capsys.readouterr().out
    assert cmhil(["check", str(trace)]) == 1
    shown = capsys.readouterr().out
    assert "REQ-LIFE-001" in shown
    assert "SIGSEGV" in shown


def test_it_is_in_every_report(tmp_path: Path) -> None:
    folder = tmp_path / "traces"
    recorded("life_null_connect", folder / "a.jsonl")
    page, junit, markdown = (tmp_path / name for name in ("r.html", "r.xml", "r.md"))
    options = ["--html", str(page), "--junit", str(junit), "--markdown", str(markdown)]
    assert cmhil(["report", str(folder), *options]) == 0
    for path in (page, junit, markdown):
        text = path.read_text()
        assert "REQ-LIFE-001" in text
        assert "SIGSEGV" in text
    assert "<failure" in junit.read_text()


def test_verify_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert cmhil(["verify", *with_defect(tmp_path, "life_assert"), "--scenario", "fatal-while-connecting",
                  "--out", str(out), "--json", str(tmp_path / "r.json")]) == 1  # fmt: skip
    shown = capsys.readouterr().out
    assert "VERDICT  fails" in shown
    assert "ASSERTION FAIL" in shown
    assert "2 of 2" in shown
    (scenario,) = json.loads((tmp_path / "r.json").read_text())["scenarios"]
    assert scenario["confirmed"] == "2 of 2"


def test_a_campaign_counts_it(tmp_path: Path) -> None:
    summary = tmp_path / "r.json"
    assert cmhil(["campaign", "-t", "simulated", "--walks", "4", "--steps", "40", "--seed", "3",
                  "--before", "defect life_exit on", "--out", str(tmp_path / "out"),
                  "--jobs", "1", "--json", str(summary)]) == 1  # fmt: skip
    told = json.loads(summary.read_text())
    assert told["verdict"] == "fails"
    assert told["walks"]["simulated"]["outcomes"].get("fails", 0) >= 1
    assert "rig" not in told["walks"]["simulated"]["outcomes"]
