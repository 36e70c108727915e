"""The stock dialect over a pseudo-terminal: what a shell says becomes records, and nothing else does."""

from collections.abc import Iterator

import pytest

from connmgr_hil.device.flood import MOST
from connmgr_hil.device.stock import Screen, StockDevice, Unsupported
from connmgr_hil.transport import open_terminal
from connmgr_hil.vocabulary.errors import (
    ConnMgrHilError,
    DeviceFault,
    DeviceReset,
    LineDamaged,
    WrongDevice,
)
from connmgr_hil.vocabulary.facts import role_indexes
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    EventSeen,
    HelloSeen,
    Log,
    Noise,
    Reply,
    StatusSeen,
    Stimulus,
)
from stand_ins.shell import STATUS, ScriptedShell

INFO = "1 (0x437718 - radio0 - Dummy)"
IGNORED = f"iface {INFO} status: ignored, bound, admin-down, oper-down, no IP, not connected."
LOG = "[00:00:01.234,000] <wrn> net_if: something else\n"
QUIET = 0.02


class Bench:
    """A shell, the device that reads it, and the records that came of it."""

    def __init__(self, shell: ScriptedShell) -> None:
        self.shell = shell
        self.records: list[AnyRecord] = []
        self.line = open_terminal(shell.path)
        self.device = StockDevice(self.line, self.records.append, quiet_seconds=QUIET)

    def attach(self) -> HelloSeen:
        hello = self.device.attach(host_seconds=5)
        self.records.clear()
        return hello

    def execute(self, words: str) -> Reply:
        self.records.clear()
        return self.device.execute(tuple(words.split()), host_seconds=5)

    def names(self) -> list[str]:
        return [type(record).__name__ for record in self.records]


def benches(shell: ScriptedShell) -> Iterator[Bench]:
    with shell:
        bench = Bench(shell)
        yield bench
        bench.line.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield from benches(ScriptedShell())


def test_facts_are_deduced_from_the_shell(bench: Bench) -> None:
    hello = bench.attach()
    assert (hello.facts.dialect, hello.facts.zephyr, hello.facts.connmgr) == (
        "stock", "4.1.99", "4.2",
    )  # fmt: skip
    assert [(each.index, each.name, each.l2, each.bound) for each in hello.ifaces] == [
        (1, "radio0", "Dummy", True),
        (2, "eth0", "Ethernet", False),
    ]
    assert role_indexes(hello.facts, hello.ifaces) == {"A": 1, "U": 2}
    assert hello.facts.events
    assert "net events on" in bench.shell.lines


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("3.4.99", "4.0"),
        ("4.0.0", "4.0"),
        ("4.1.99", "4.2"),
        ("4.3.0-rc1", "4.3"),
        ("4.4.0", "4.4"),
        ("4.4.99", "4.5"),
    ],
)
def test_the_release_of_a_connection_manager(bench: Bench, version: str, release: str) -> None:
    bench.shell.answers["kernel version"] = f"Zephyr version {version}\n"
    assert release == bench.attach().facts.connmgr


def test_an_older_shell_without_net_cm(bench: Bench) -> None:
    del bench.shell.answers["net cm status"]
    bench.shell.answers["kernel version"] = "Zephyr version 3.4.99\n"
    hello = bench.attach()
    assert (hello.facts.connmgr, hello.facts.track, len(hello.ifaces)) == ("3.5", 0, 2)
    with pytest.raises(Unsupported, match="no 'net cm'"):
        bench.execute("connect 1")


def test_a_shell_without_network_is_the_wrong_device(bench: Bench) -> None:
    for line in ("net cm status", "net iface", "net events on"):
        del bench.shell.answers[line]
    with pytest.raises(WrongDevice, match="CONFIG_NET_SHELL"):
        bench.attach()


def test_a_build_without_event_monitor_says_so(bench: Bench) -> None:
    text = "Set CONFIG_NET_MGMT_EVENT_MONITOR to enable network event monitoring support."
    bench.shell.answers["net events on"] = text + "\n"
    assert bench.attach().facts.events is False


@pytest.mark.parametrize("prompt", ["uart:~$ ", "> ", "acme # "])
@pytest.mark.parametrize(("colours", "echo"), [(True, True), (False, True), (True, False)])
def test_any_prompt_with_and_without_colours_and_echo(
    prompt: str, colours: bool, echo: bool
) -> None:
    for bench in benches(ScriptedShell(prompt=prompt, colours=colours, echo=echo)):
        assert [each.name for each in bench.attach().ifaces] == ["radio0", "eth0"]
        reply = bench.execute("state")
        assert len(reply.values["said"].splitlines()) == 2
        assert bench.names() == ["Stimulus", "StatusSeen", "StatusSeen", "Reply"]


def test_a_status_line_becomes_a_record(bench: Bench) -> None:
    bench.attach()
    bench.execute("state")
    statuses = [record for record in bench.records if isinstance(record, StatusSeen)]
    first, second = statuses
    assert (first.iface, first.bound, first.admin, first.oper, first.connected) == (
        1, True, False, False, False,
    )  # fmt: skip
    assert (second.iface, second.ipv4, second.ipv6, second.connected) == (2, True, True, True)


def test_an_iface_that_is_not_tracked_has_no_status(bench: Bench) -> None:
    bench.attach()
    bench.shell.answers["net cm status 1"] = f"iface {INFO} not tracked.\n"
    reply = bench.execute("bound 1")
    assert bench.names() == ["Stimulus", "Reply"]
    assert "value" not in reply.values


def test_what_others_print_meanwhile_is_told_apart(bench: Bench) -> None:
    bench.attach()
    line = "net cm connect 1"
    bench.shell.answers[line] = f"Instructing iface {INFO} to connect.\n{LOG}"
    bench.shell.during[line] = f"EVENT: L4 [2] disconnected \n{LOG}"
    bench.shell.after[line] = "EVENT: L2 [1] interface up\n--- 3 messages dropped ---\n"
    reply = bench.execute("connect 1")
    assert reply.values == {"said": f"Instructing iface {INFO} to connect."}
    assert reply.status == "?"
    events = [(e.name, e.iface, e.listener) for e in bench.records if isinstance(e, EventSeen)]
    assert events == [("L4_DISCONNECTED", 2, "shell"), ("IF_UP", 1, "shell")]
    assert [record.message for record in bench.records if isinstance(record, Log)] == [
        "something else",
        "something else",
        "3 messages dropped",
    ]
    assert isinstance(bench.records[0], Stimulus)
    assert isinstance(bench.records[-1], Reply)


@pytest.mark.parametrize(
    ("words", "line", "answer", "status", "value"),
    [
        ("up 1", "net iface up 1", "Interface 1 is up", "0", None),
        ("up 1", "net iface up 1", "Cannot take interface 1 up (-5)", "-EIO", None),
        ("down 1", "net iface down 1", "Cannot take interface 1 down (-114)", "-114", None),
        ("flag 1 PERSISTENT", "net cm flag 1 get PERSISTENT",
         f"The current value of the PERSISTENT connectivity flag on iface {INFO} is y.", "?", "1"),
        ("flag 1 PERSISTENT on", "net cm flag 1 set PERSISTENT yes",
         f"Set the connectivity PERSISTENT flag to y on iface {INFO}.", "?", None),
        ("timeout 1", "net cm timeout 1 get",
         f"The connectivity timeout for iface {INFO} is 0 (no timeout).", "?", "0"),
        ("ignored 1", "net cm status 1", IGNORED, "?", "1"),
    ],
)  # fmt: skip
def test_answers_become_status_and_value(
    bench: Bench, words: str, line: str, answer: str, status: str, value: str | None
) -> None:
    bench.attach()
    bench.shell.answers[line] = answer + "\n"
    reply = bench.execute(words)
    assert (status, value) == (reply.status, reply.values.get("value"))
    assert bench.shell.lines[-1] == line


def test_a_refusal_names_its_kind(bench: Bench) -> None:
    bench.attach()
    bench.shell.answers["net cm connect 2"] = (
        "\x1b[1;31miface 2 (0x437788 - unnamed - Ethernet) is not bound to a connectivity "
        "implementation, cannot connect.\n\x1b[m"
    )
    assert bench.execute("connect 2").values["refused"] == "unbound"


def test_what_the_shell_cannot_do_is_neither_sent_nor_recorded(bench: Bench) -> None:
    bench.attach()
    typed = list(bench.shell.lines)
    with pytest.raises(Unsupported, match="the stock shell cannot do 'resend'"):
        bench.execute("resend")
    with pytest.raises(Unsupported, match="longer than 60 characters"):
        bench.execute("shell net cm status if " + "x" * 60)
    assert (bench.records, bench.shell.lines) == ([], typed)


def test_a_restart_in_the_middle_of_a_command_is_told(bench: Bench) -> None:
    bench.attach()
    bench.shell.answers["net cm connect 1"] = "*** Booting Zephyr OS build v4.1.99 ***\n"
    with pytest.raises(DeviceReset, match="restarted by itself"):
        bench.execute("connect 1")
    assert isinstance(bench.records[-1], Noise)


def test_leaving_switches_the_events_off(bench: Bench) -> None:
    bench.attach()
    bench.device.leave()
    assert bench.shell.lines[-1] == "net events off"


def test_ifaces_that_leave_one_out_are_no_verdict(bench: Bench) -> None:
    bench.shell.answers["net iface"] = ""
    bench.shell.answers["net cm status"] = STATUS.splitlines(keepends=True)[1]
    with pytest.raises(LineDamaged, match="numbered from 1 on, each once, not 2"):
        bench.attach()


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        ("EVENT: L4 [1] connected\n", DeviceFault, "more than 20000 from .*look at the last ones"),
        ("what is this?\n", LineDamaged, "more than 20000 from .*check baud rate"),
    ],
)
def test_lines_without_end_have_a_bound(
    line: str, error: type[ConnMgrHilError], told: str, bench: Bench
) -> None:
    """Which no deadline is: a fast line brings much before it."""
    bench.attach()
    bench.shell.answers["net iface up 1"] = line * (MOST + 10_000)
    with pytest.raises(error, match=f"(?s){told}"):
        bench.device.execute(("up", "1"), host_seconds=1000)
    assert len(bench.records) < MOST + 5_000


def test_an_answer_that_has_arrived_behind_too_many_lines_is_taken(bench: Bench) -> None:
    bench.attach()
    before = len(bench.records)
    bench.shell.answers["net iface up 1"] = LOG * (MOST + 20)
    bench.device.execute(("up", "1"))
    logs = [each for each in bench.records[before:] if isinstance(each, Log)]
    assert len(logs) == MOST + 20
    bench.device.execute(("advance", "1"))


def test_a_line_without_end_is_cut() -> None:
    screen = Screen()
    lines = screen.feed(b"x" * 10_000 + b"\x1b[512C" * 10_000 + b"x\n")
    assert len("".join(lines)) < 20_000
    assert max(map(len, lines)) == 4096
