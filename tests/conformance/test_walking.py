"""Random walks, shrinking and replay, on the simulated board."""

import ast
from pathlib import Path
from random import Random

import msgspec
import pytest

from conformance.comparing import differences
from connmgr_hil.checker import Outcome
from connmgr_hil.conformance import export, shrinker
from connmgr_hil.conformance.choices import Choices
from connmgr_hil.conformance.replaying import recorded_in
from connmgr_hil.conformance.session import Session
from connmgr_hil.conformance.walker import walk
from connmgr_hil.model import World
from connmgr_hil.targets import Choice, open_target
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import Header, Stimulus
from connmgr_hil.vocabulary.stimuli import Words, race

TRACES = Path(__file__).parent.parent / "traces"
SEEDED = ("defect", "timeout_in_ms", "on")


def test_a_conforming_board_is_never_blamed(tmp_path: Path) -> None:
    report = walk(open_target("simulated"), tmp_path, walks=5, steps=80, seed=1)
    assert report.outcome is Outcome.CONFORMS
    assert report.walks == 5
    assert report.steps > 300
    assert len(report.coverage.states) > 100
    assert list(tmp_path.iterdir()) == []


def test_firmware_without_races_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot let threads race"):
        walk(open_target("simulated"), tmp_path, walks=1, steps=20, seed=1, schedules=True)


def test_a_race_is_shrunk_in_its_commands_and_its_points() -> None:
    whole = race(7, (3, 17, 40), ("up", "4"), ("ignore", "4"), ("resend",))
    best = (("up", "1"), whole, ("state",))

    def better(candidate: tuple[Words, ...]) -> bool:
        nonlocal best
        words = candidate[1]
        shows = "ignore" in words and "17" in words[2].split(",")
        best = candidate if shows else best
        return shows

    shrinker._calm(better, lambda: best, 1)
    assert best == (("up", "1"), race(7, (17,), ("ignore", "4")), ("state",))


def one_of_a_vendors() -> World:
    """Return a device whose only iface is bound to an implementation that nobody knows."""
    hello = Hello(
        proto=1, app="1", zephyr="3.4.99", connmgr="3.4", board="x", build="x", nonce="1", ifaces=1
    )
    modem = IfaceFacts(index=1, name="modem", l2="OFFLOADED_NETDEV", bound=True, impl="OTHER")
    return World.of(hello, (modem,))


def test_commands_for_a_vendors_iface_leave_to_it_what_is_its_own() -> None:
    random = Random(1)
    outside = (("cell", "off"), ("cell", "on"))
    drawn = [Choices(one_of_a_vendors(), outside=outside).draw(random) for _ in range(5_000)]
    kinds = {words[0] for words in drawn}
    assert {"up", "down", "connect", "disconnect", "flag", "timeout", "opt-set", "burst"} <= kinds
    assert {words for words in drawn if words[0] == "cell"} == set(outside)
    assert not {"sim", "lose", "fatal"} & kinds
    switched = {words[1] for words in drawn if words[0] in ("carrier", "dormant")}
    assert switched == {"2"}, "only of one that is not there"
    inside = {word for words in drawn if words[0] in ("burst", "on") for word in words}
    assert not {"lose", "fatal"} & inside
    raised = {words[1] for words in drawn if words[0] == "raise"}
    assert raised == {"DNS_SERVER_ADD"}


def test_without_commands_of_its_own_none_is_drawn() -> None:
    random = Random(1)
    choices = [Choices.swarm(one_of_a_vendors(), random) for _ in range(200)]
    assert not [words for each in choices if (words := each.draw(random))[0] == "cell"]


def test_a_trace_may_have_commands_that_only_its_firmware_knows(tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    stimuli = [Header(), Stimulus(id=1, words=("cell", "off")), Stimulus(id=2, words=("up", "1"))]
    trace.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in stimuli))
    assert recorded_in(trace).commands == (("cell", "off"), ("up", "1"))
    with open_target("simulated") as target, Session(target, tmp_path / "run.jsonl") as session:
        with pytest.raises(BadInput, match="there is no command 'cell'"):
            session.execute(("cell", "off"))
        session.execute(("up", "1"))


def test_the_same_seed_gives_the_same_walk(tmp_path: Path) -> None:
    runs = []
    for name in ("first", "second"):
        report = walk(
            open_target("simulated"), tmp_path / name, walks=8, steps=60, seed=3, before=(SEEDED,)
        )
        assert report.outcome is Outcome.FAILS
        runs.append([read_trace(path).records for path, _ in report.failures])
    assert len(runs[0]) == len(runs[1])
    for one, other in zip(*runs, strict=True):
        assert differences(one, other) == []


def test_another_seed_gives_another_walk(tmp_path: Path) -> None:
    commands = []
    for seed in (1, 2):
        report = walk(
            open_target("simulated"), tmp_path, walks=8, steps=60, seed=seed, before=(SEEDED,)
        )
        commands.append(recorded_in(report.failures[0][0]).commands)
    assert commands[0] != commands[1]


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = walk(
        open_target("simulated"),
        tmp_path_factory.mktemp("walk"),
        walks=30,
        steps=80,
        seed=5,
        before=(SEEDED,),
        stop_at=1,
    )
    return report.failures[0][0]


def test_a_failure_is_shrunk_to_what_matters(failing: Path, tmp_path: Path) -> None:
    result = shrinker.shrink(open_target("simulated"), failing, tmp_path / "min.jsonl")
    assert SEEDED in result.commands
    assert len(result.commands) <= 6 < result.original
    assert (result.confirmed, result.tries) == (5, 5)
    assert "REQ-CTL-019" in result.failure.requirements
    assert recorded_in(tmp_path / "min.jsonl").commands[: len(result.commands)] == result.commands
    with open_target("simulated") as target:
        assert shrinker.replay(target, result.commands, tmp_path / "again.jsonl") is not None
        honest = tuple(words for words in result.commands if words != SEEDED)
        assert shrinker.replay(target, honest, tmp_path / "honest.jsonl") is None


def test_a_minimum_becomes_tests(failing: Path, tmp_path: Path) -> None:
    result = shrinker.shrink(open_target("simulated"), failing, tmp_path / "min.jsonl", confirm=1)
    image = tmp_path / "zephyr.exe"
    device = Choice("native", image, "dad", "usb:12", any_build=True)
    python, robot, *_ = export.write_tests(result, tmp_path, "walk-5-0", device).paths
    assert (
        f'cm_device(target="native", image="{image}", variant="dad", port="usb:12", any_build=True)'
        in python.read_text()
    )
    assert f"${{TARGET}}        native\n${{IMAGE}}         {image}\n" in robot.read_text()
    assert "${VARIANT}       dad\n${PORT}          usb:12\n" in robot.read_text()
    tree = ast.parse(python.read_text())
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == [
        "test_walk_5_0"
    ]
    for words in result.commands:
        assert f'cm.ask("{" ".join(words)}")' in python.read_text()
        assert f"Give Command    {' '.join(words)}" in robot.read_text()


def test_a_conforming_trace_cannot_be_shrunk(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="finds nothing wrong"):
        shrinker.shrink(
            open_target("simulated"), TRACES / "native_posix_64" / "E1.jsonl", tmp_path / "x.jsonl"
        )


def test_a_target_that_behaves_is_told_apart(failing: Path, tmp_path: Path) -> None:
    records = read_trace(failing).records
    innocent = tmp_path / "innocent.jsonl"
    lines = failing.read_text().splitlines(keepends=True)
    kept = [
        line
        for line, record in zip(lines, records, strict=True)
        if not (isinstance(record, Stimulus) and record.words == SEEDED)
        and '"id":1,' not in line.replace(" ", "")
    ]
    innocent.write_text("".join(kept))
    with pytest.raises(UsageError, match="it does not"):
        shrinker.shrink(open_target("simulated"), innocent, tmp_path / "x.jsonl", budget=20)
