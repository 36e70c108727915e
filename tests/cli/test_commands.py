"""The commands, as a user or a script calls them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connmgr_hil import __version__
from connmgr_hil.cli.main import run
from connmgr_hil.targets import known_platforms
from connmgr_hil.vocabulary.errors import DeviceFault, ExitCode, LineDamaged, RigFault, UsageError

COMMAND = [sys.executable, "-m", "connmgr_hil.cli"]


def cmhil(
    *arguments: str, stdin: str = "", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    package = str(Path(__file__).parents[2] / "harness")
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": package} | environment,
    )


def test_help_names_every_command(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capfd.readouterr().out
    for command in ("doctor", "platforms", "build", "verify", "check", "shell"):
        assert f"\n  {command} " in shown
        assert run([command, "--help"]) == 0


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from connmgr_hil.cli.main import run; run(['--help']); "
        "print(*sorted(set(sys.modules) & {'msgspec', 'rich', 'serial', 'jinja2', 'pytest'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "harness")},
    )
    assert done.stdout.splitlines()[-1] == ""


def test_version(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert __version__ in capfd.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["verify"], ["verify", "-t", "simulated", "--repeat", "0"], ["check"], ["--no"]],
)
def test_wrong_usage_is_2(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == ExitCode.USAGE
    assert "Usage: cmhil" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DeviceFault("a device that answers", "smoke"), 1),
        (UsageError("a target", "'nix'"), 2),
        (RigFault("a line"), 3),
        (LineDamaged("all frames"), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    error: BaseException,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def broken() -> None:
        raise error

    monkeypatch.setattr("connmgr_hil.targets.known_platforms", broken)
    assert run(["platforms"]) == code
    shown = capfd.readouterr().err
    assert str(error) in shown
    assert "Traceback" not in shown


def test_our_own_mistake_leaves_its_traceback_in_a_file(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("we cannot count")

    monkeypatch.setattr("connmgr_hil.targets.known_platforms", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(["platforms"]) == ExitCode.RIG
    shown = capfd.readouterr().err
    assert "this is a bug in cmhil" in shown
    assert "Traceback" not in shown
    (file,) = tmp_path.iterdir()
    assert str(file) in shown
    assert "ZeroDivisionError: we cannot count" in file.read_text()


def test_platforms_lists_all(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["platforms"]) == 0
    shown = capfd.readouterr().out
    names = [line.split()[0] for line in shown.splitlines()[1:]]
    assert names == list(known_platforms())
    assert "simulated" in names


def test_platforms_checks_files(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good = tmp_path / "good.toml"
    good.write_text('name = "mine"\ndescription = "D"\nkind = "board"\n[zephyr]\nboard = "b"\n')
    assert run(["platforms", "--check", str(good)]) == 0
    assert "'mine'" in capfd.readouterr().out
    bad = tmp_path / "bad.toml"
    bad.write_text('name = "mine"\ndescription = "D"\nkind = "toaster"\n')
    assert run(["platforms", "--check", str(good), str(bad)]) == ExitCode.USAGE
    shown = capfd.readouterr().err
    assert str(bad) in shown
    assert "toaster" in shown


def test_shell_obeys_a_pipe(tmp_path: Path) -> None:
    done = cmhil("shell", "-t", "simulated", stdin="up bound0\nwait 1\nstate A\n", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "IF_ADMIN_UP  iface 1" in done.stdout
    assert "IF_UP  iface 1  admin-up, oper-up" in done.stdout
    assert "iface 1: admin-up, oper-up" in done.stdout
    trace = tmp_path / "out" / "shell" / "simulated.jsonl"
    assert run(["check", str(trace)]) == 0


def test_shell_survives_bad_commands(tmp_path: Path) -> None:
    script = "bogus\nup\nwait long\nmode human\n# a remark\nhelp\nbound A"
    done = cmhil("shell", "-t", "simulated", stdin=script, cwd=tmp_path)
    assert done.returncode == 2, done.stderr  # a script's mistakes are its caller's
    assert done.stderr.count("next:") + done.stderr.count("seen:") >= 4
    assert "no command 'bogus'" in done.stderr
    assert "opt-get" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("-> ok  value=1")


def test_shell_quits_and_restarts(tmp_path: Path) -> None:
    script = "up A\nrestart\nstate A\nquit\nstate B\n"
    done = cmhil("shell", "-t", "simulated", stdin=script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "iface 1: admin-down" in done.stdout
    assert "iface 2: admin" not in done.stdout


def test_verify_and_check_agree(tmp_path: Path) -> None:
    out = tmp_path / "v"
    done = cmhil("verify", "-t", "simulated", "--scenario", "boot", "--out", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no Zephyr code runs in it" in done.stdout
    summary = json.loads((out / "summary.json").read_text())
    assert summary["verdict"] == "conforms"
    assert summary["clock"] == "granted"
    assert "(clock: granted)" in done.stdout
    assert [each["outcome"] for each in summary["scenarios"]] == ["conforms"]
    report = tmp_path / "check.json"
    assert run(["check", str(out), "--json", str(report)]) == 0
    again = json.loads(report.read_text())
    assert again["verdict"] == "conforms"
    assert again["device_seconds"] == summary["device_seconds"] > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-t", "nonsense"], "valid: native, "),
        (["-t", "simulated", "--scenario", "no-such"], "'cmhil scenarios' lists them"),
        (["-t", "native_sim_64", "--image", "no/such.exe"], "cmhil build -p native_sim_64"),
        (["-t", "simulated", "--variant", "nix"], "valid: boot_ready, "),
    ],
)
def test_verify_refuses_what_does_not_exist(
    arguments: list[str], said: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["verify", *arguments, "--out", str(tmp_path / "o")]) == ExitCode.USAGE
    assert said in capfd.readouterr().err


def test_check_refuses_what_is_no_trace(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("hello\nworld\n")
    assert run(["check", str(path)]) == ExitCode.USAGE
    assert f"{path}:1" in capfd.readouterr().err
    assert run(["check", str(path), "--profile", "P99"]) == ExitCode.USAGE
    assert "P34" in capfd.readouterr().err


def test_interrupt_ends_a_run_with_130(tmp_path: Path) -> None:
    arguments = ["verify", "-t", "simulated", "--repeat", "1000", "--out", str(tmp_path)]
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "harness")},
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while " ok " not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in errors
