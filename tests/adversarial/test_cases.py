"""Every adversarial transcript, over a real pseudo-terminal, against its true answer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import connmgr_hil.vocabulary.errors as faults
from adversarial.shells import MishearingShell
from adversarial.transcript import CASES, Probe, Spoil, Step, Stock, Truth, load, unescaped
from connmgr_hil.device import Device, Expected
from connmgr_hil.device.stock import StockDevice
from connmgr_hil.transport import open_terminal
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, Lost, Noise, Reply
from stand_ins.device import ScriptedDevice, frame_bytes

FILES = sorted(CASES.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_true_answer_or_none(path: Path) -> None:
    case = load(path)
    records: list[AnyRecord] = []
    play = play_probe if isinstance(case, Probe) else play_stock
    truth = case.truth
    if truth.error:
        with pytest.raises(getattr(faults, truth.error), match=truth.message or None):
            play(case, records)  # type: ignore[arg-type]
        return
    reply = play(case, records)  # type: ignore[arg-type]
    compare(truth, reply, records)


def compare(truth: Truth, reply: Reply, records: list[AnyRecord]) -> None:
    assert reply.status == truth.status
    assert truth.values.items() <= reply.values.items()
    seen = tuple(record.name for record in records if isinstance(record, EventSeen))
    assert seen == truth.events
    assert any(isinstance(record, Lost) for record in records) is truth.lost
    noise = [record.text for record in records if isinstance(record, Noise)]
    for expected in truth.noise:
        assert any(expected in text for text in noise), noise
    assert all(text.isprintable() for text in noise)


def play_probe(case: Probe, records: list[AnyRecord]) -> Reply:
    board = ScriptedDevice(machine=case.machine, ifaces=case.ifaces)
    board.facts |= case.facts
    board.missing_ifaces = case.missing_ifaces
    board.on("up", lambda me, tag, _words: perform(me, tag, case.steps))
    board.on("ping", lambda me, tag, _words: perform(me, tag, case.later or (Step(reply=0),)))
    with board:
        line = open_terminal(board.path)
        board.raw(unescaped(case.boot))
        try:
            device = Device(
                line,
                records.append,
                expected=Expected(boards=("scripted",), build="f00d"),
                frames_per_command=500,
            )
            device.attach(host_seconds=case.seconds)
            board.mangle = spoiling(case.spoil)
            reply = device.execute(("up", "1"), host_seconds=case.seconds)
            # What stands behind the answer is seen by the next exchange, which must be sound, too.
            assert device.execute(("ping",), host_seconds=case.seconds).status == "0"
        finally:
            line.close()
    return reply


def perform(me: ScriptedDevice, tag: str, steps: tuple[Step, ...]) -> None:
    for step in steps:
        for _ in range(step.times):
            perform_one(me, tag, step)


def perform_one(me: ScriptedDevice, tag: str, step: Step) -> None:
    acts: dict[str, Callable[[], object]] = {
        "restart": me.restart,
        "silent restart": lambda: me.restart(banner=False),
        "human": lambda: setattr(me, "machine", False),
        "vanish": me.vanish,
        "hello": me.hello,
        "again reply": lambda: me.raw(me.ring[me.seq - 1]),
    }
    if step.event:
        me.event(step.event)
    elif step.reply is not None:
        fields = {"err": "EALREADY"} if step.reply == -114 else {}
        me.reply(step.tag or tag, rc=step.reply, **fields)
    elif step.frame:
        raw = frame_bytes(step.frame.format(seq=f"{me.seq:x}", tag=tag))
        me.ring[me.seq] = raw
        me.seq += 1
        me.raw(me.mangle(raw))
    elif step.make:
        me.make("event", l="early", n=step.make, code="1", **{"if": 1})
        if step.forget:
            del me.ring[me.seq - 1]
    elif step.do:
        acts[step.do]()
    else:
        me.raw(unescaped(step.raw))


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "flip": lambda raw: raw[:9] + bytes([raw[9] ^ 1]) + raw[10:],
    "drop": lambda raw: b"",
    "cut": lambda raw: raw[: len(raw) // 2],
    "double": lambda raw: raw + raw,
    "glue": lambda raw: raw[:-2],
    "first byte": lambda raw: raw[1:],
}


def spoiling(spoils: tuple[Spoil, ...]) -> Callable[[bytes], bytes]:
    left = [spoil.times for spoil in spoils]

    def mangle(raw: bytes) -> bytes:
        for number, spoil in enumerate(spoils):
            if left[number] and re.search(spoil.match.encode(), raw):
                left[number] -= 1
                raw = SPOILT[spoil.how](raw)
        return raw

    return mangle


def play_stock(case: Stock, records: list[AnyRecord]) -> Reply:
    shell = MishearingShell(case)
    with shell:
        line = open_terminal(shell.path)
        try:
            device = StockDevice(line, records.append, quiet_seconds=0.01)
            device.attach(host_seconds=5)
            shell.begin()
            reply = device.execute(tuple(case.command.split()), host_seconds=case.seconds)
            # What stands behind the answer belongs to the records, too.
            device.listen(0.02)
            return reply
        finally:
            line.close()


def test_there_are_enough_of_both_dialects() -> None:
    cases = [load(path) for path in FILES]
    assert len(cases) >= 55
    assert sum(isinstance(case, Stock) for case in cases) >= 15
    assert all(case.about.endswith(".") for case in cases)
