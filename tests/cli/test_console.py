"""What `cmhil shell`, `cmhil new`, `cmhil completion` and `verify --scenarios` do for a person."""

import itertools
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import click
import msgspec
import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.cli.readable import readable
from connmgr_hil.conformance.scenario import load
from connmgr_hil.targets import read_platform
from connmgr_hil.vocabulary.errors import BadInput, ExitCode
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, Log, Reply, StateSeen

HARNESS = str(Path(__file__).parents[2] / "harness")
COMMAND = [sys.executable, "-m", "connmgr_hil.cli"]
STATE = StateSeen(
    t=0, iface=1, admin=True, oper="\x1b]0;", carrier=True, dormant=False, bound=True, ignored=False,
    flags=0, timeout=0, monitor="\x07", word="0", a4=("\n/p",),
)  # fmt: skip
UNKNOWN_REQUIREMENT = """
from connmgr_hil.conformance.scenario import scenario
@scenario('q-1', 'REQ-XYZ-001')
def q(b):
    'Q.'
"""
CSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_a_terminal(
    *arguments: str,
    program: tuple[str, ...] = tuple(COMMAND),
    keys: tuple[tuple[str, str], ...] = (),
    cwd: Path,
    **environment: str,
) -> str:
    """Run cmhil, or another program, on a terminal; each key sequence is typed once its text has come after the last one."""
    driver, seat = pty.openpty()
    variables = os.environ | {"PYTHONPATH": HARNESS, "TERM": "xterm", "COLUMNS": "200"}
    variables.pop("NO_COLOR", None)
    variables |= {"XDG_STATE_HOME": str(cwd / "state")} | environment
    process = subprocess.Popen(
        [*program, *arguments], stdin=seat, stdout=seat, stderr=seat, cwd=cwd, env=variables
    )
    os.close(seat)
    seen, mark, waiting = "", 0, list(keys)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if select.select([driver], [], [], 0.1)[0]:
            try:
                data = os.read(driver, 65536)
            except OSError:  # Linux's way to say that nobody is at the other end any more
                break
            seen += data.decode(errors="replace")
        if waiting and waiting[0][0] in seen[mark:]:
            mark = len(seen)
            os.write(driver, waiting.pop(0)[1].encode())
    else:
        process.kill()
    os.close(driver)
    assert process.wait(10) == 0, seen
    assert not waiting, seen
    return seen


def piped(script: str, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "shell", "-t", "simulated", *arguments],
        input=script,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": HARNESS},
    )


def test_shell_marks_what_changed(tmp_path: Path) -> None:
    script = "state A\nup A\nwait 1\nstate A\nstate A\nrestart\nstate A\n"
    states = [
        line.split("s  ", 1)[1]
        for line in piped(script, tmp_path).stdout.splitlines()
        if "iface 1: " in line
    ]
    assert states == [
        "iface 1: admin-down, oper-down, carrier, dormant, no flags, no timeout, no address, monitor -",
        (
            "iface 1: admin-up (was admin-down), oper-up (was oper-down), carrier, not dormant (was dormant), "
            "no flags, no timeout, no address, monitor u (was monitor -)"
        ),
        "iface 1: admin-up, oper-up, carrier, no flags, no timeout, no address, monitor u",
        states[0],
    ]


@pytest.mark.parametrize(
    "record",
    [
        Log(t=0, level="err", module="m", message="\x1b]0;title\x07"),
        Reply(t=0, id=1, t0=0, status="0", values={"name": "\x1b[2J"}),
        EventSeen(t=0, listener="early", name="IF_UP", code=1, iface=1, info="\r\n\x9b1m"),
        STATE,
    ],
)
def test_device_cannot_control_the_terminal(record: AnyRecord) -> None:
    before = msgspec.structs.replace(STATE, monitor="r")
    lines = [click.unstyle(line) for line in readable(record, before)]
    assert lines
    assert all(line.isprintable() for line in lines), lines


def test_shell_shows_frames_when_asked(tmp_path: Path) -> None:
    shown = piped("raw on\nup A\nraw off\nup A\n", tmp_path).stdout
    frames = [line for line in shown.splitlines() if re.match(r" +(<<|>>) ", line)]
    assert re.fullmatch(r" +>> \$\d+ [0-9a-f]{8} up 1", frames[0])
    assert any(
        re.search(r"<< @\w+ 0 event .*n=IF_ADMIN_UP.*\*[0-9a-f]{8}$", each) for each in frames
    )
    assert sum(">>" in each for each in frames) == 1
    assert ">>" in piped("", tmp_path, "--raw").stdout


def test_shell_at_a_terminal_has_history_and_completion(tmp_path: Path) -> None:
    first = on_a_terminal(
        "shell", "-t", "simulated", cwd=tmp_path,
        keys=(("> ", "up boun\t"), ("d", "0\r"), ("-> ok\r\n> ", "\x04")),
    )  # fmt: skip
    assert "IF_ADMIN_UP  iface 1" in first
    again = on_a_terminal(
        "shell", "-t", "simulated", cwd=tmp_path,
        keys=(("> ", "\x1b[A\r"), ("-> ok", "state 1\r"), ("-> ok", "quit\r")),
    )  # fmt: skip
    assert "> up bound0" in CSI.sub("", again)
    assert "iface 1: admin-up" in again


def test_at_a_terminal_the_device_s_clock_goes_until_it_is_stopped(tmp_path: Path) -> None:
    shown = CSI.sub("", on_a_terminal(
        "shell", "-t", "simulated", cwd=tmp_path,
        keys=(
            ("> ", "sim A mode never\r"), ("-> ok", "timeout A 1\r"), ("-> ok", "up A\r"),
            ("CONN_IF_TIMEOUT", "clock off\r"), ("> ", "ping\r"), ("-> ok", "ping\r"),
            ("-> ok", "clock perhaps\r"), ("neither 'clock on' nor 'clock off'", "quit\r"),
        ),
    ))  # fmt: skip
    pings = re.findall(r"([0-9.]+) s  -> ok", shown)[-2:]
    assert float(pings[0]) >= 1
    assert pings[0] == pings[1], "it stands still"
    judged = subprocess.run(
        [*COMMAND, "check", "out/shell/simulated.jsonl"], capture_output=True, text=True, check=False,
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": HARNESS},
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout


def test_verify_on_a_terminal_says_what_is_left(tmp_path: Path) -> None:
    arguments = ("verify", "-t", "simulated", "--scenario", "X1*")
    shown = on_a_terminal(*arguments, cwd=tmp_path)
    lines = [line.strip() for line in re.split(r"[\r\n]|\x1b\[K", shown)]
    counted = [re.match(r"(\d+) of (\d+)", line) for line in lines]
    numbers = [number for number, _ in itertools.groupby(int(each[1]) for each in counted if each)]
    total = next(int(match[2]) for match in counted if match)
    assert numbers == list(range(total + 1))
    assert any(
        re.fullmatch(r"2 of \d+  device [\d.]+ s in [\d.]+ s  about \d+ s left  \S+", line)
        for line in lines
    ), lines


def test_colour_is_for_terminals_that_want_it(tmp_path: Path) -> None:
    keys = (("> ", "state A\r"), ("-> ok", "up A\r"), ("-> ok", "state A\r"), ("-> ok", "quit\r"))
    shell = ("shell", "-t", "simulated")
    assert "\x1b[33m\x1b[1madmin-up (was admin-down)" in on_a_terminal(
        *shell, keys=keys, cwd=tmp_path
    )
    plain = on_a_terminal(*shell, keys=keys, cwd=tmp_path, NO_COLOR="1")
    assert "admin-up (was admin-down)" in plain
    assert "\x1b[33m" not in plain


def test_new_scenario_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "scenario", "our-first"]) == 0
    assert run(["verify", "-t", "simulated", "--scenarios", "our_first.py"]) == 0
    assert "ok    our-first\n  runs:          1 conform, 0 fail" in capfd.readouterr().out
    assert run(["new", "scenario", "our-first"]) == ExitCode.USAGE
    assert run(["new", "scenario", "../away"]) == ExitCode.USAGE
    assert "use another name" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import nowhere_to_be_found\n", "ModuleNotFoundError"),
        ("def (:\n", "SyntaxError"),
        ("x = 1\n", "none"),
        ("import sys\nsys.exit(0)\n", "SystemExit"),
        (
            UNKNOWN_REQUIREMENT,
            "REQ-XYZ-001",
        ),
    ],
)
def test_file_without_scenarios_is_refused(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        load(path)
    assert str(path) in str(refused.value)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("b.nothing()", "AttributeError"),
        ("b.do('up U', 'up!')", "this is not an expectation"),
        ("raise SystemExit(0)", "SystemExit"),
        ("b.require(True, 'w', 's', breaks='REQ-NOPE-001')", "there is no requirement"),
        ("b.until('IF_DOWN', 'Q', 1)", "there is no role"),
    ],
)
def test_mistake_in_a_users_scenario_is_theirs(
    line: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.py").write_text(
        "from connmgr_hil.conformance.scenario import scenario\n"
        f"@scenario('bad {told}', 'MON-001')\ndef bad(b):\n    '''Bad.'''\n    {line}\n"
    )
    assert run(["verify", "-t", "simulated", "--scenarios", "bad.py"]) == ExitCode.USAGE
    shown = capfd.readouterr().err
    assert "cmhil: bad.py: " in shown
    assert told in shown


def test_new_platform_is_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "platform", "ours", "--board", "some_board"]) == 0
    assert read_platform(Path("ours.toml")).boards == ("some_board",)
    assert run(["platforms", "--check", "ours.toml"]) == 0
    # And so it stays when all its examples are taken.
    whole = re.sub(r"^# (?=\[|\w+ = )", "", Path("ours.toml").read_text(), flags=re.MULTILINE)
    Path("whole.toml").write_text(whole)
    assert run(["platforms", "--check", "whole.toml"]) == 0
    ours = read_platform(Path("whole.toml"))
    assert (ours.flash.runner, set(ours.stimuli)) == ("pyocd", {"link-down", "link-up"})
    assert ours.reset.line
    assert ours.reset.power
    assert ours.reset.reflash
    assert run(["new", "platform", "k64", "--like", "frdm_k64f", "--board", "other"]) == 0
    assert read_platform(Path("k64.toml")).boards == ("other",)
    assert run(["new", "platform", "sim", "--like", "simulated"]) == 0
    assert run(["verify", "-t", "sim.toml", "--scenario", "addresses-come-and-go"]) == 0
    assert "(on sim)" in capfd.readouterr().out
    assert run(["new", "platform", "x", "--like", "nothing"]) == ExitCode.USAGE


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_asks_cmhil(shell: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert f"_CMHIL_COMPLETE={shell}_complete" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("cmhil ver", "verify"),
        ("cmhil verify -t sim", "simulated"),
        ("cmhil verify --scenario REQ-CTL-02", "REQ-CTL-022"),
        ("cmhil new sc", "scenario"),
    ],
)
def test_words_are_completed(words: str, found: str) -> None:
    done = subprocess.run(
        COMMAND,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ
        | {
            "PYTHONPATH": HARNESS,
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
            "_CMHIL_COMPLETE": "bash_complete",
        },
    )
    assert f"plain,{found}\n" in done.stdout


TYPING = """
import os, readline, threading
from connmgr_hil.cli.editing import TypedLines

there, device = os.pipe()
lines = None

class Watched:
    patience = None
    def fileno(self): return there
    def listen(self): lines.show("shown: " + os.read(there, 100).decode())

def words(first):  # asked for at Tab, when all before it is typed
    os.write(device, b"IF_UP")
    return ()

lines = TypedLines(Watched(), words)
print("typed:", lines.next_line())
print("then:", lines.next_line())
"""


def test_what_a_device_shows_comes_above_the_line_being_typed(tmp_path: Path) -> None:
    script = tmp_path / "types_a_line.py"
    script.write_text(TYPING)
    shown = on_a_terminal(
        program=(sys.executable, str(script)), cwd=tmp_path,
        keys=(("> ", "abc\t"), ("IF_UP\r\n> abc", "d\r"), ("typed: abcd\r\n> ", "\x04"), ("then: None", "")),
    )  # fmt: skip
    assert CSI.sub("", shown).count("shown: IF_UP") == 1
