"""The short way through a window comes to the same end as the search."""

import random

import pytest
from hypothesis import given, settings, strategies as st
from msgspec import structs

from checker.forks import TRACES, recorded
from connmgr_hil.checker import Checker, Verdict, following as module
from connmgr_hil.model import Models, State
from connmgr_hil.vocabulary.observations import AnyRecord, Reply, Stimulus
from model.commands import any_iface, sequences
from model.play import Play, world

NAMES = sorted(path.stem for path in TRACES.glob("*.jsonl"))[::8]
Found = tuple[Verdict, set[tuple[str, str]], list[State], tuple[int, ...]]


def found(records: list[AnyRecord], models: Models) -> Found:
    """Return all that a checker tells of some records."""
    checker = Checker(models=models)
    for record in records:
        checker.feed(record)
    verdict = checker.finish()
    return verdict, checker.rules, checker.states(), checker.remaining()


def searched(records: list[AnyRecord], models: Models) -> Found:
    """Return the same, found by the search alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "follow", lambda *_: None)
        return found(records, models)


def damaged(records: list[AnyRecord], chance: random.Random) -> list[AnyRecord]:
    """Return records of which one was dropped, doubled, moved, delayed or answered otherwise."""
    records = list(records)
    place = chance.randrange(2, len(records))
    record = records.pop(place)
    what = chance.choice(["drop", "double", "move", "late", "status"])
    if what == "double":
        records[place:place] = [record, record]
    elif what == "move":
        records.insert(chance.randrange(2, len(records)), record)
    elif what == "late" and not isinstance(record, Stimulus) and hasattr(record, "t"):
        records.insert(
            place, structs.replace(record, t=record.t + chance.choice([1, 5_000, 10**6]))
        )
    elif what == "status" and isinstance(record, Reply):
        records.insert(place, structs.replace(record, status=chance.choice(["0", "-EIO", "7"])))
    return records


@pytest.mark.parametrize("name", NAMES)
def test_recorded_traces_and_damaged_ones_are_judged_alike(name: str) -> None:
    records, models, chance = recorded(name), Models(), random.Random(name)
    assert found(records, models) == searched(records, models)
    for _ in range(4):
        variant = damaged(records, chance)
        assert found(variant, models) == searched(variant, models)


@pytest.mark.parametrize("profile", ["P34", "P43"])
@settings(deadline=None, derandomize=True, max_examples=8)
@given(commands=sequences(index=any_iface), seed=st.integers(0, 999))
def test_played_devices_are_judged_alike(profile: str, commands: list[str], seed: int) -> None:
    chance = random.Random(seed)
    device = Play(world(profile), chance.choice)
    for command in commands:
        device.do(command)
        if device.stormed:
            break
    models = Models()
    assert found(device.records, models) == searched(device.records, models)
    variant = damaged(device.records, chance)
    assert found(variant, models) == searched(variant, models)


def test_most_windows_take_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = []
    follow = module.follow

    def noted(*arguments: object) -> object:
        ways.append(follow(*arguments))  # type: ignore[arg-type]
        return ways[-1]

    monkeypatch.setattr(module, "follow", noted)
    for name in NAMES:
        found(recorded(name), Models())
    assert sum(way is not None for way in ways) > 0.8 * len(ways)
