"""Renode's monitor: every way in which it behaves, met by our driver; no piece of it may break the parser."""

import contextlib
import os
import select
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from connmgr_hil.targets.renode.client import MonitorClient
from connmgr_hil.targets.renode.free_port import free_port
from connmgr_hil.targets.renode.monitor import MonitorLine, MonitorParser, Prompt, refusal
from connmgr_hil.targets.renode.process_driver import ProcessDriver
from connmgr_hil.transport import connect_tcp, from_socket
from connmgr_hil.vocabulary.errors import LineClosed, RigFault
from stand_ins.monitor import BANNER, GREETING, ScriptedMonitor

SECONDS = 10.0


@contextmanager
def client_of(monitor: ScriptedMonitor) -> Iterator[MonitorClient]:
    line = connect_tcp("127.0.0.1", monitor.port)
    try:
        client = MonitorClient(line)
        client.greet(SECONDS)
        yield client
    finally:
        line.close()


@pytest.fixture
def monitor() -> Iterator[ScriptedMonitor]:
    with ScriptedMonitor() as made:
        yield made


@pytest.fixture
def client(monitor: ScriptedMonitor) -> Iterator[MonitorClient]:
    with client_of(monitor) as made:
        yield made


# --- the parser ----------------------------------------------------------------------------------


def parsed(pieces: list[bytes], machines: set[str] | None = None) -> list[MonitorLine | Prompt]:
    parser = MonitorParser(set(machines or ()))
    return [item for piece in pieces for item in parser.feed(piece)]


def test_greeting_is_telnet_bytes_banner_and_a_prompt() -> None:
    assert parsed([GREETING + BANNER + b"(monitor) "]) == [
        MonitorLine("Renode, version 1.16.1 (scripted)"),
        MonitorLine(""),
        Prompt("monitor"),
    ]


def test_lines_end_as_renode_ends_them() -> None:
    """Recorded from Renode 1.16.1: LF CR after an echo, CR LF CR between lines, CR CR LF after an object."""
    data = (
        b"start\n\rStarting emulation...\r\n\r(k64f) version\n\rRenode, version 1.16.1\r\n\r(k64f) "
        b"emulation GetTimeSourceInfo\n\rState: Idle\r\nQuantum: 00:00:00.001000000\r\r\n(k64f) "
    )
    assert parsed([data], {"k64f"}) == [
        *(MonitorLine("start"), MonitorLine("Starting emulation..."), Prompt("k64f")),
        *(MonitorLine("version"), MonitorLine("Renode, version 1.16.1"), Prompt("k64f")),
        *(MonitorLine("emulation GetTimeSourceInfo"), MonitorLine("State: Idle")),
        *(MonitorLine("Quantum: 00:00:00.001000000"), Prompt("k64f")),
    ]


def test_a_line_that_begins_with_a_parenthesis_is_no_prompt() -> None:
    data = b"(none) of it\r\n(k64f) help me\r\n"
    assert parsed([data], {"k64f"}) == [
        MonitorLine("(none) of it"),
        Prompt("k64f"),
        MonitorLine("help me"),
    ]


def test_a_prompt_in_the_middle_of_a_line_is_text() -> None:
    assert parsed([b"a (monitor) b\r\n"]) == [MonitorLine("a (monitor) b")]


def test_colours_are_no_text_even_when_cut() -> None:
    pieces = [b"\x1b", b"[1;3", b"1mred\x1b[0", b"m\r\n"]
    assert parsed(pieces) == [MonitorLine("red")]


def test_a_doubled_telnet_byte_is_one_and_suboptions_are_none() -> None:
    assert parsed([b"a\xff\xffb\xff\xfa\x18xx\xff\xf0c\n"]) == [MonitorLine("a\xffbc")]


_PARTS = st.sampled_from(
    [
        *(GREETING, b"\xff\xfd\x00", b"\xff\xff", b"\xff", b'"', b"\x1b[31m", b"\x1b[", b"\x1b"),
        *(b"(monitor) ", b"(k64f) ", b"(other) ", b"(", b") ", b"\r\n", b"\n", b"\r", b"start"),
    ]
)


def test_an_escape_inside_another_is_taken_out_once() -> None:
    nested = b"\x1b[\x1b[31m@\n"
    assert parsed([nested]) == parsed([bytes([one]) for one in nested])


@given(st.lists(_PARTS | st.binary(max_size=12), max_size=30), st.data())
@settings(max_examples=150, deadline=None)
def test_how_it_is_cut_makes_no_difference(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert parsed([whole], {"k64f"}) == parsed(pieces, {"k64f"})
    assert parsed([whole], {"k64f"}) == parsed([bytes([one]) for one in whole], {"k64f"})


def test_a_line_without_end_is_not_kept_for_ever() -> None:
    parser = MonitorParser()
    for _ in range(100):
        parser.feed(b"x" * 10_000)
    assert len(parser.unfinished) <= 65536


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["There was an error executing command 'x'", "No such file"], "No such file"),
        (["No such command or device: sysbus.eth"], "sysbus.eth"),
        (["Parameters did not match the signature"], "Parameters did not match"),
        (["Could not tokenize here:", "mach 'x", "     ^"], "mach 'x"),
        (["No such variable: $elf"], "$elf"),
        (
            [" - Void LoadELF (ReadFilePath f)", "There was an error executing command 'x'", "why"],
            "why",
        ),
    ],
)
def test_errors_in_every_form_are_refusals(lines: list[str], reason: str) -> None:
    error = refusal("x", lines)
    assert error is not None
    assert reason in error.seen
    assert refusal("x", ["12.5", "all is well"]) is None


# --- the client against the monitor ---------------------------------------------------------------


def test_a_command_gives_what_it_printed_without_echo_and_prompt(
    monitor: ScriptedMonitor, client: MonitorClient
) -> None:
    client.know("k64f")
    assert client.execute('mach create "k64f"', SECONDS) == ""
    assert "00:00:00.000000000]" in client.execute("machine ElapsedVirtualTime", SECONDS)
    assert monitor.commands == ['mach create "k64f"', "machine ElapsedVirtualTime"]


def test_after_a_reconnect_a_newline_brings_the_prompt(monitor: ScriptedMonitor) -> None:
    with client_of(monitor) as first:
        first.execute("start", SECONDS)
    with client_of(monitor) as second:
        assert "00:00:00.000000000]" in second.execute("machine ElapsedVirtualTime", SECONDS)


def test_a_second_client_gets_nothing(monitor: ScriptedMonitor, client: MonitorClient) -> None:
    line = connect_tcp("127.0.0.1", monitor.port)
    with pytest.raises(RigFault, match="did not greet") as caught:
        MonitorClient(line).greet(0.05)
    line.close()
    assert "a second one gets nothing" in caught.value.remedy
    assert client.execute("pause", SECONDS) == ""


def test_an_unknown_device_is_refused_in_one_line(client: MonitorClient) -> None:
    with pytest.raises(RigFault) as caught:
        client.execute("sysbus.modem Attach", SECONDS)
    assert "No such command or device: sysbus.modem" in caught.value.seen


def test_a_missing_image_says_that_the_signature_does_not_match(client: MonitorClient) -> None:
    with pytest.raises(RigFault) as caught:
        client.execute("sysbus LoadELF @/nowhere/zephyr.elf", SECONDS)
    assert "Parameters did not match the signature" in caught.value.seen
    assert "does the file that it names exist" in caught.value.remedy


def test_time_cannot_be_granted_while_it_goes_by_itself(client: MonitorClient) -> None:
    client.know("m")
    client.execute('mach create "m"', SECONDS)
    client.execute("start", SECONDS)
    with pytest.raises(RigFault, match="RunFor"):
        client.execute('emulation RunFor "0.5"', SECONDS)
    client.execute("pause", SECONDS)
    client.execute('emulation RunFor "0.5"', SECONDS)
    assert "00:00:00.500000000]" in client.execute("machine ElapsedVirtualTime", SECONDS)


def test_without_a_machine_granting_does_nothing_and_says_nothing(client: MonitorClient) -> None:
    assert client.execute('emulation RunFor "60"', SECONDS) == ""
    assert "00:00:00.000000000]" in client.execute("machine ElapsedVirtualTime", SECONDS)


def test_a_prompt_that_comes_late_does_not_answer_the_next_command() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        line = from_socket(ours, "a monitor")
        client = MonitorClient(line)
        theirs.sendall(GREETING + BANNER + b"(monitor) ")
        client.greet(SECONDS)
        theirs.sendall(b"\r\n(monitor) \r\n(monitor) version\r\n1.16.1\r\n(monitor) ")
        assert client.execute("version", SECONDS) == "1.16.1"
        line.close()


def test_after_a_refusal_the_next_command_works(client: MonitorClient) -> None:
    for _ in range(3):
        with pytest.raises(RigFault):
            client.execute("nonsense", SECONDS)
        assert client.execute("logLevel 3", SECONDS) == ""


def test_quitting_ends_the_line(client: MonitorClient) -> None:
    with pytest.raises(LineClosed):
        client.execute("quit", SECONDS)


def test_a_monitor_that_hangs_is_a_rig_fault_with_its_last_bytes(
    monitor: ScriptedMonitor, client: MonitorClient
) -> None:
    monitor.answer = lambda _command: b"start\r\nthinking"
    with pytest.raises(RigFault) as caught:
        client.execute("start", 0.05)
    assert "thinking" in caught.value.seen


def test_a_monitor_that_never_stops_is_a_rig_fault(
    monitor: ScriptedMonitor, client: MonitorClient
) -> None:
    monitor.answer = lambda _command: b"more\r\n" * 20_000
    with pytest.raises(RigFault, match="does not stop writing"):
        client.execute("start", SECONDS)


@pytest.mark.parametrize("command", ["", "two\nlines", "two\rlines"])
def test_a_command_is_one_line(client: MonitorClient, command: str) -> None:
    with pytest.raises(RigFault, match="one-line command"):
        client.execute(command, SECONDS)


@given(st.lists(_PARTS | st.binary(max_size=20), max_size=20))
@settings(max_examples=60, deadline=None)
def test_whatever_it_answers_is_an_answer_or_a_rig_fault(parts: list[bytes]) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        line = from_socket(ours, "a monitor")
        theirs.sendall(b"".join(parts))
        theirs.shutdown(socket.SHUT_WR)
        client = MonitorClient(line)
        with contextlib.suppress(RigFault):
            assert isinstance(client.execute("start", SECONDS), str)
        line.close()


# --- terminals -----------------------------------------------------------------------------------


def test_what_the_uart_sent_before_anyone_connected_is_kept_and_raw() -> None:
    sent = b"*** Booting \xff\x00\x22\r\n"
    with ScriptedMonitor(run=lambda _data, _seconds: sent) as monitor, client_of(monitor) as client:
        client.know("m")
        client.execute('mach create "m"', SECONDS)
        port = free_port()
        client.execute(f'emulation CreateServerSocketTerminal {port} "c" false', SECONDS)
        client.execute("connector Connect sysbus.uart0 c", SECONDS)
        client.execute('emulation RunFor "0.1"', SECONDS)
        line = connect_tcp("127.0.0.1", port)
        assert line.read(time.monotonic() + SECONDS) == sent
        line.close()


def test_what_is_written_while_it_stands_arrives_when_it_runs() -> None:
    heard: list[bytes] = []

    def run(data: bytes, _seconds: float) -> bytes:
        heard.append(data)
        return b""

    with ScriptedMonitor(run=run) as monitor, client_of(monitor) as client:
        client.know("m")
        client.execute('mach create "m"', SECONDS)
        port = free_port()
        client.execute(f'emulation CreateServerSocketTerminal {port} "c" false', SECONDS)
        client.execute("connector Connect sysbus.uart0 c", SECONDS)
        line = connect_tcp("127.0.0.1", port)
        line.write(b"hello\r")
        assert heard == []
        while b"".join(heard) != b"hello\r":
            client.execute('emulation RunFor "0.1"', SECONDS)
        line.close()


def test_a_port_of_a_terminal_that_is_taken_is_refused(client: MonitorClient) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(RigFault) as caught:
            client.execute(f'emulation CreateServerSocketTerminal {port} "c" false', SECONDS)
        assert "in use" in caught.value.seen


# --- the process ---------------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    def made(body: str) -> str:
        path = tmp_path / "renode"
        path.write_text(f"#!{sys.executable}\n{body}", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return made


STAND_IN = f"import runpy\nrunpy.run_path({str(Path(__file__).with_name('renode_stand_in.py'))!r}, run_name='__main__')\n"


def test_a_taken_port_is_tried_again_with_another(
    program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STAND_IN_PORTS", str(tmp_path / "ports"))
    monkeypatch.setenv("STAND_IN_TAKEN", "2")
    driver = ProcessDriver(program(STAND_IN))
    assert driver.execute("logLevel 3") == ""
    driver.stop()
    ports = (tmp_path / "ports").read_text(encoding="ascii").split()
    assert len(ports) == 3


def test_a_renode_that_ends_at_once_says_its_last_words(program: Callable[[str], str]) -> None:
    with pytest.raises(RigFault) as caught:
        ProcessDriver(program("print('no dotnet here'); raise SystemExit(7)"))
    assert "ended with status 7" in str(caught.value)
    assert "no dotnet here" in str(caught.value)


def test_a_renode_that_never_listens_is_given_up(program: Callable[[str], str]) -> None:
    with pytest.raises(RigFault, match="open its monitor within"):
        ProcessDriver(program("import signal; signal.pause()"), start_seconds=0.3)


def test_a_renode_that_is_killed_is_a_rig_fault(program: Callable[[str], str]) -> None:
    driver = ProcessDriver(program(STAND_IN))
    os.kill(driver.pid, signal.SIGTERM)
    with pytest.raises(RigFault, match="ended while") as caught:
        driver.execute("logLevel 3")
    assert "status -15" in str(caught.value)
    driver.stop()
    driver.stop()


def test_its_output_never_stops_it(program: Callable[[str], str]) -> None:
    noisy = STAND_IN.replace(
        "import runpy", "import runpy\nprint('warning ' * 100_000, flush=False)"
    )
    driver = ProcessDriver(program("import sys, threading\n" + noisy))
    assert driver.execute("logLevel 3") == ""
    driver.stop()


def test_nothing_is_left_of_it(program: Callable[[str], str]) -> None:
    driver = ProcessDriver(program(STAND_IN))
    gone = os.pidfd_open(driver.pid)
    driver.stop()
    assert select.select([gone], [], [], SECONDS)[0]
    os.close(gone)
