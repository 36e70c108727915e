"""Whatever lies where a trace should: it is named, nothing is waited for, and no memory is filled."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from connmgr_hil.trace import find_traces, read_records, read_trace
from connmgr_hil.trace.reader import MOST_BYTES
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import Header, HelloSeen, Note, Stimulus
from fuzz.targets import cmhil, judge

HEADER = msgspec.json.encode(Header(target="t", scenario="s")) + b"\n"
FACTS = Hello(
    proto=1, app="1", zephyr="3.4.99", connmgr="3.4", board="b", build="0", nonce="7f", granted=True
)  # fmt: skip
HELLO = msgspec.json.encode(HelloSeen(t=0, facts=FACTS)) + b"\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.jsonl"


def ifaces(count: int) -> bytes:
    listed = tuple(
        IfaceFacts(index=n, name=f"i{n}", l2="DUMMY", bound=False) for n in range(1, count + 1)
    )
    return msgspec.json.encode(HelloSeen(t=0, facts=FACTS, ifaces=listed)) + b"\n"


def given(*words: str) -> bytes:
    return msgspec.json.encode(Stimulus(id=1, words=words)) + b"\n"


NO_RECORDS = {
    "three thousand ifaces": ifaces(3_000),
    "a number of 100 digits": b'{"k":"call","t":' + b"9" * 100 + b',"iface":1,"op":"init"}\n',
    "a number below 64 bits": b'{"k":"call","t":-9223372036854775809,"iface":1,"op":"init"}\n',
    "a large number in a list": b'{"k":"header","late":99999999999999999999}\n',
    "a float without end": b'{"k":"note","h":1e999,"text":"n"}\n',
    "bytes that are no UTF-8": b'{"k":"note","text":"\xff\xfe"}\n',
    "depth": b'{"k":"note","text":"n","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
    "a command without its iface": given("up"),
    "a command about no number": given("up", "one"),
    "a command with a huge number": given("advance", "9" * 400),
    "a word too many": given("resend", "now"),
    "a hook of nothing": given("hook", "IF_UP", "1", "1", "up"),
    "commands in commands without end": given(*(["on", "wq"] * 5_000), "up", "1"),
}


@pytest.mark.parametrize("what", NO_RECORDS)
def test_what_no_judge_can_take_is_refused(path: Path, what: str) -> None:
    path.write_bytes(HEADER + HELLO + NO_RECORDS[what] + b'{"k":"note","text":"after"}\n')
    with pytest.raises(BadInput) as caught:
        read_trace(path)
    assert f"{path}:3: this is not a trace record" in str(caught.value)
    assert len(str(caught.value)) < 1_000
    judge(path)


def test_commands_that_a_firmware_has_beside_the_probes(path: Path) -> None:
    path.write_bytes(HEADER + HELLO + given("ap", "off") + given("shell", "net", "cm", "up"))
    assert len(list(read_records(path))) == 4


def test_the_largest_event_code_fits(path: Path) -> None:
    line = (
        b'{"k":"event","t":0,"listener":"early","name":"-","code":18446744073709551615,"iface":0}\n'
    )
    path.write_bytes(HEADER + HELLO + line)
    assert len(list(read_records(path))) == 3


def test_long_numbers_in_texts_are_texts(path: Path) -> None:
    path.write_bytes(HEADER + msgspec.json.encode(Note(text="9" * 100)) + b"\n")
    assert list(read_records(path))[-1] == Note(text="9" * 100)


def test_every_iface_that_zephyr_can_have(path: Path) -> None:
    path.write_bytes(HEADER + ifaces(255))
    judge(path)


@pytest.mark.parametrize("before", [b"", HEADER])
def test_a_line_without_end_fills_no_memory(path: Path, before: bytes) -> None:
    with path.open("wb") as file:
        file.write(before + b"{")
        file.truncate(10**10)
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2 * 10**9,) * 2); "
        "from connmgr_hil.cli.main import run; sys.exit(run(['check', sys.argv[1]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert f"{path}:{1 + len(before.splitlines())}: " in done.stderr
    assert f"a line of more than {MOST_BYTES:,} bytes" in done.stderr


def fifo(path: Path) -> None:
    os.mkfifo(path)


def zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def terminal(path: Path) -> None:
    path.symlink_to("/dev/ptmx")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def unreadable(path: Path) -> None:
    path.symlink_to("/proc/self/mem")


@pytest.mark.parametrize("make", [fifo, zero, terminal, listening, loop, unreadable])
@pytest.mark.parametrize("command", ["check", "coverage", "report", "replay"])
def test_what_is_no_file_is_named_and_not_waited_for(
    path: Path, command: str, make: object
) -> None:
    assert callable(make)
    make(path)
    arguments = ["-t", "simulated"] if command == "replay" else []
    code, said = cmhil(command, str(path), *arguments)
    assert code == 2, said
    assert f"{path}" in said
    assert "bug in cmhil" not in said


def test_folders_stand_for_the_traces_below_them(tmp_path: Path) -> None:
    run = tmp_path / "native" / "2026"
    run.mkdir(parents=True)
    (tmp_path / "native" / "latest").symlink_to("2026")
    (run / "b.jsonl").write_bytes(HEADER)
    (run / "a.jsonl").write_bytes(HEADER)
    (run / "summary.json").write_bytes(b"{}")
    (run / "folder.jsonl").mkdir()
    assert find_traces([tmp_path]) == [run / "a.jsonl", run / "b.jsonl"]
    latest = tmp_path / "native" / "latest"
    assert find_traces([latest, latest / "a.jsonl"]) == [latest / "a.jsonl", latest / "b.jsonl"]
    with pytest.raises(UsageError, match="there is no trace"):
        find_traces([run / "folder.jsonl"])


@pytest.mark.parametrize("what", ["late", "jitter"])
def test_a_tolerance_with_which_no_timer_could_be_wrong_is_refused(
    what: str, tmp_path: Path
) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(msgspec.json.encode({"k": "header", "h": 0, what: 2**62}) + b"\n")
    with pytest.raises(BadInput, match=rf"(?s)trace\.jsonl:1.*<= 10000000.*{what}"):
        list(read_records(path))
