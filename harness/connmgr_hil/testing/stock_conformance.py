"""A suite for firmware without the probe: it raises `AssertionError` with what did not hold."""

from collections.abc import Callable

from connmgr_hil.device.stock import StockDevice, Unsupported
from connmgr_hil.transport import Transport
from connmgr_hil.transport.deadlines import QUIET
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, Reply, StatusSeen
from connmgr_hil.vocabulary.stimuli import Words

_ALREADY = "-114"
_UNKNOWN = "no-such-command"
_LISTENED = 10
"""An event may come after the prompt, up to this many times as late as the end of an answer."""


def check_stock_device(make: Callable[[], Transport]) -> None:
    """Check that upstream's shell in a firmware shows what the stock dialect needs.

    `make` returns a line to it. Answers are complete, in order and repeatable; the shell rejects unknown words; each iface
    answers for itself; taking an iface up and down shows in the return value and in an event. Where it has `net cm`,
    settings come back as they were set. The last iface is taken up and, in the end, down; settings are restored.
    """
    line = make()
    try:
        records: list[AnyRecord] = []
        device = StockDevice(line, records.append)
        device.attach()
        _answers(device)
        for iface in device.ifaces:
            _status(device, iface.index, records)
        last = device.ifaces[-1]
        _admin_state(device, last.index, records)
        for iface in device.ifaces:
            if iface.bound:
                _settings(device, iface.index)
                break
    finally:
        line.close()


def _said(device: StockDevice, *words: str) -> str:
    return device.execute(("shell", *words)).values.get("said", "")


def _answers(device: StockDevice) -> None:
    assert device.ifaces, "`net iface` or `net cm status` should list ifaces"
    first, second = (_said(device, "kernel", "version") for _ in range(2))
    assert "Zephyr" in first, f"`kernel version` should name Zephyr, not say {first!r}"
    assert first == second, f"an answer should be the same again: {first!r}, then {second!r}"
    unknown = _said(device, _UNKNOWN)
    assert _UNKNOWN in unknown, f"an unknown command should be complained about, not {unknown!r}"
    assert _said(device, "kernel", "version") == first, "an answer should hold nothing of another"


def _try(device: StockDevice, *words: str) -> Reply | None:
    """Give a command; None if this shell has none for it."""
    try:
        return device.execute(words)
    except Unsupported:
        return None


def _status(device: StockDevice, index: int, records: list[AnyRecord]) -> None:
    records.clear()
    if _try(device, "state", str(index)) is None:
        return
    shown = [record.iface for record in records if isinstance(record, StatusSeen)]
    assert shown == [index], f"`net cm status {index}` should show iface {index}, not {shown}"


def _admin_state(device: StockDevice, index: int, records: list[AnyRecord]) -> None:
    """Take it down, whatever it was, then up and down again."""
    device.execute(("down", str(index)))
    for word, event in (("up", "IF_ADMIN_UP"), ("down", "IF_ADMIN_DOWN")):
        words: Words = (word, str(index))
        records.clear()
        status = device.execute(words).status
        assert status == "0", f"`net iface {word} {index}` should succeed, not return {status}"
        device.listen(QUIET.seconds * _LISTENED)
        seen = [
            record.name
            for record in records
            if isinstance(record, EventSeen) and record.iface == index
        ]
        # Before Zephyr 3.6 the shell has no text for it, so the event is unknown.
        if device.facts.events:
            assert {event, "-"} & {*seen}, (
                f"`{word}` should show {event} of iface {index}, not {seen}"
            )
        again = device.execute(words)
        # The shell looks by itself whether an iface is oper-up, and asks the API otherwise.
        refused = again.status == _ALREADY or again.values.get("refused") == "already"
        assert refused, f"a second `net iface {word} {index}` should be refused, not {again.values}"


def _settings(device: StockDevice, index: int) -> None:
    for words, values in (
        (("flag", str(index), "PERSISTENT"), {"on": "1", "off": "0"}),
        (("timeout", str(index)), {"7": "7", "0": "0"}),
    ):
        before = _try(device, *words)
        if before is None or "value" not in before.values:
            return
        old = before.values["value"]
        for given, shown in values.items():
            device.execute((*words, given))
            value = device.execute(words).values.get("value")
            assert value == shown, (
                f"{' '.join(words)} should be {shown} when it was set so, not {value}"
            )
        restored = next((given for given, shown in values.items() if shown == old), old)
        device.execute((*words, restored))
