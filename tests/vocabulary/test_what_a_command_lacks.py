"""Every command of the table is there wherever it must be; whoever adds one is told what it still lacks.

An exemption names the command and says why it needs no such thing. CONTRIBUTING.md has the recipe.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest
from msgspec import structs
from robot.libdocpkg import LibraryDocumentation  # type: ignore[import-untyped]

from connmgr_hil.conformance import scenarios
from connmgr_hil.conformance.choices import KINDS, Choices, _by_table
from connmgr_hil.conformance.session import Session
from connmgr_hil.model import World
from connmgr_hil.model.commands import is_modelled
from connmgr_hil.pytest_plugin.device import ConnMgr
from connmgr_hil.resources import zephyr_app_dir
from connmgr_hil.targets import open_target
from connmgr_hil.testbed.network import Iface
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.arguments import ARGUMENTS, integer
from connmgr_hil.vocabulary.commands import COMMANDS, CommandKind, Form
from connmgr_hil.vocabulary.observations import HelloSeen
from connmgr_hil.vocabulary.parsing import command
from started import start_device

TRACES = Path(__file__).parents[1] / "traces"

OF_THE_APPLICATION = {
    "ap": "the simulated Wi-Fi's access point; platform files give it as a stimulus",
    "reach": "the sample's own look at the network; platform files give it as a stimulus",
}

LINE = "speaks of the line between harness and device, which the harness sees to"
SEEDED = "seeds a mistake of our own firmware, which the model must not know"
ASKS = "only asks; 'Give Command' and cm.do give it"
RARE = "rare in pytest; cm.do gives it"
SELDOM = dict.fromkeys(
    (name for name, kind in COMMANDS.items() if kind.seldom),
    "seldom needed; 'Give Command' and cm.do give it",
)

EXEMPT: dict[str, dict[str, str]] = {
    "model": dict.fromkeys(("mode", "again", "reset", "reboot"), LINE)
    | dict.fromkeys(("defect", "defects"), SEEDED),
    "simulated board": {"race": "its threads give way only where they wait"},
    "walker": dict.fromkeys(("hello", "ping", "mode", "again", "stats", "reset", "reboot"), LINE)
    | dict.fromkeys(("defect", "defects"), SEEDED)
    | {
        "hook": "what a hook does comes in scenarios, where its event is certain to come",
        "race": "'walk --schedules' gives it, with a rule of its own",
    },
    "reset": {
        **dict.fromkeys(("mode", "reboot", "reset"), LINE),
        "advance": "time is not undone",
        "idle": "is a setting of a binding, as the timeout is; this build has none",
        "used": "restarts a timer that this build has not",
        **dict.fromkeys(("both", "race"), "what it holds is undone as if it was given alone"),
    },
    "Robot keyword": dict.fromkeys(("hello", "ping", "mode", "again", "stats", "reboot"), LINE)
    | dict.fromkeys(("bound", "ignored"), "asked by 'Interface Should Be'")
    | dict.fromkeys(("defect", "defects"), SEEDED)
    | SELDOM,
    "pytest verb": dict.fromkeys(("hello", "ping", "mode", "again", "stats", "reboot"), LINE)
    | dict.fromkeys(("bound", "ignored"), "fields of Iface.state()")
    | dict.fromkeys(("defect", "defects"), SEEDED)
    | dict.fromkeys(("ignore-l2", "watch-l2", "resend", "all", "raise", "listen"), RARE)
    | dict.fromkeys(("opt-set", "opt-get", "reset"), RARE)
    | SELDOM,
    "scenario": dict.fromkeys(("hello", "mode", "again", "stats", "reset", "reboot"), LINE)
    | dict.fromkeys(("defect", "defects"), SEEDED)
    | {"advance": "Bench.wait gives it", "race": "in walks, where many orders are tried"},
}

KEYWORDS = {
    "advance": "Advance Time", "up": "Take Interface Up", "down": "Take Interface Down",
    "carrier": "Set Carrier", "dormant": "Set Dormant", "addr4": "Add Address",
    "addr6": "Remove Address", "connect": "Connect Interface",
    "disconnect": "Disconnect Interface", "timeout": "Set Timeout", "flag": "Set Flag",
    "opt-set": "Set Option", "opt-get": "Option Should Be", "ignore": "Ignore Interface",
    "watch": "Watch Interface", "ignore-l2": "Ignore Layer", "watch-l2": "Watch Layer",
    "resend": "Resend Status", "all": "Connect All Interfaces", "raise": "Raise Event",
    "listen": "Register Listener", "state": "Get Interface State", "reset": "Reset Device",
    "sim": "Turn Knob", "lose": "Lose Connection", "fatal": "Meet Fatal Error",
}  # fmt: skip

VERBS = {
    "advance": ConnMgr.advance, "up": Iface.up, "down": Iface.down, "carrier": Iface.carrier,
    "dormant": Iface.dormant, "addr4": Iface.add, "addr6": Iface.delete, "connect": Iface.connect,
    "disconnect": Iface.disconnect, "timeout": Iface.set_timeout, "flag": Iface.set_flag,
    "ignore": Iface.ignore, "watch": Iface.watch, "state": Iface.state, "sim": Iface.knob,
    "lose": Iface.lose, "fatal": Iface.fatal,
}  # fmt: skip


def lacking(aspect: str, there: set[str]) -> str:
    """Say which commands lack something, which exemptions are out of date, and where to look."""
    exempt = set(EXEMPT[aspect])
    lines = [
        f"{name!r} lacks: {aspect} (CONTRIBUTING.md, 'Add a command')"
        for name in COMMANDS
        if name not in there | exempt
    ]
    lines += [f"{name!r} has it: {aspect}; drop its exemption" for name in sorted(there & exempt)]
    lines += [f"no command {name!r}: {aspect}" for name in sorted(exempt - set(COMMANDS))]
    return "\n".join(lines)


def example(form: Form) -> tuple[str, ...]:
    """Return a command of this form."""
    name, *rest = form.usage.split()
    given = tuple(argument.examples[0] for argument in form.required)
    inner = ("ignore", "1") if "COMMAND" in rest else ()
    return (name, *given, *inner)


def test_the_model_predicts_it() -> None:
    assert lacking("model", {name for name in COMMANDS if is_modelled((name,))}) == ""


def test_the_simulated_board_knows_it() -> None:
    known = set()
    with open_target("simulated") as target:
        device = start_device(target, lambda _record: None)
        for name in COMMANDS:
            # No command takes these words, so nothing happens but that one says so.
            reply = device.execute((name, *("?" * 5)))
            if reply.values.get("bad") != "command":
                known.add(name)
    assert lacking("simulated board", known) == ""


def _choices() -> Choices:
    hello = next(
        record
        for record in read_records(TRACES / "native_p26" / "flags.jsonl")
        if isinstance(record, HelloSeen)
    )
    facts = structs.replace(hello.facts, both=True, app="1.2.0")
    return Choices(World.of(facts, hello.ifaces))


def test_the_walker_draws_it() -> None:
    choices = _choices()
    random = Random(0)
    drawn = {
        command(words).kind.name
        for kind, (_, draw) in KINDS.items()
        if kind != "outside"
        for _ in range(60)
        if (words := draw(choices, random))
    }
    assert lacking("walker", drawn) == ""


@cache
def _undone() -> frozenset[str]:
    done = set()
    with (
        open_target("simulated") as target,
        Session(target, Path("/dev/null")) as session,
    ):
        for name, kind in COMMANDS.items():
            if name not in EXEMPT["reset"] and _is_undone(session, kind):
                done.add(name)
    return frozenset(done)


def _is_undone(session: Session, kind: CommandKind) -> bool:
    for form in kind.forms:
        if form.since == "P34" and not form.asks:
            session.attempt(example(form))
            if not session.reset():
                return False
    return True


def test_reset_undoes_it() -> None:
    assert lacking("reset", set(_undone())) == ""


def test_robot_framework_has_a_keyword_for_it() -> None:
    keywords = {each.name for each in LibraryDocumentation("ConnMgrLibrary").keywords}
    assert set(KEYWORDS.values()) <= keywords
    assert lacking("Robot keyword", set(KEYWORDS)) == ""


def test_pytest_has_a_verb_for_it() -> None:
    assert all(verb.__doc__ for verb in VERBS.values())
    assert lacking("pytest verb", set(VERBS)) == ""


_ENGLISH = {"again", "advance", "mode", "reset", "hello"}
"""These also stand in titles of scenarios."""


def _texts() -> Iterator[str]:
    for path in Path(scenarios.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_a_scenario_gives_it() -> None:
    words = {word for text in _texts() for word in text.split()}
    methods = {"state", "sim"}  # Bench.state, Bench.counters
    given = {name for name in COMMANDS if name in words} - _ENGLISH | methods
    assert lacking("scenario", given) == ""


def _documented() -> set[str]:
    text = (zephyr_app_dir() / "PROTOCOL.md").read_text(encoding="utf-8")
    section = text.partition("### Commands")[2].partition("\n## ")[0]
    section = section.partition("| knob |")[0]
    cells = re.findall(r"^\| (`.*?) \| ", section, re.MULTILINE)
    return {code.split()[0] for cell in cells for code in re.findall(r"`([^`]+)`", cell)}


def _in_firmware() -> set[str]:
    sources = zephyr_app_dir().rglob("*.c")
    pattern = re.compile(r"^CM_PROBE_COMMAND_DEFINE\(\s*\w+,\s*\"([^\"]+)\"", re.MULTILINE)
    return {name for path in sources for name in pattern.findall(path.read_text(encoding="utf-8"))}


def test_protocol_firmware_and_table_name_the_same_commands() -> None:
    assert _documented() == set(COMMANDS)
    assert _in_firmware() == set(COMMANDS) | set(OF_THE_APPLICATION)


def test_the_help_of_each_is_a_line() -> None:
    for kind in COMMANDS.values():
        assert kind.help
        assert "\n" not in kind.help
        assert all(usage.split()[0] == kind.name for usage in kind.usages)


def test_a_new_command_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    new = CommandKind("new", "is new", (Form("new I", asks=True),))
    monkeypatch.setitem(COMMANDS, "new", new)
    told = lacking("model", {name for name in COMMANDS if is_modelled((name,))})
    assert told == "'new' lacks: model (CONTRIBUTING.md, 'Add a command')"


def test_a_weight_is_enough_for_the_walker() -> None:
    form = Form(
        "mtu I", asks=False, required=(ARGUMENTS["I"],), optional=(integer("BYTES", 68, 9000),)
    )
    mtu = CommandKind("mtu", "gets or sets the MTU", (form,), weight=2)
    random = Random(0)
    drawn = {_by_table(mtu)(_choices(), random) for _ in range(200)}
    assert {("mtu", "1"), ("mtu", "1", "68"), ("mtu", "2", "9000")} <= drawn
