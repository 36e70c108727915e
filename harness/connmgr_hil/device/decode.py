"""From a frame to a record."""

import re
from collections.abc import Callable
from typing import Literal

from connmgr_hil.vocabulary.errors import RigFault
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import (
    ActorCall,
    AnyRecord,
    Breach,
    CallSeen,
    Crashed,
    EventSeen,
    Log,
    Note,
    Part,
    Reply,
    StateSeen,
    Storm,
    Stuck,
)
from connmgr_hil.vocabulary.requirements import requirements
from connmgr_hil.vocabulary.status import status_text

from .frames import Frame

_NUMBER = re.compile(r"-?[0-9]{1,16}|[0-9a-f]{1,16}")
"""An event code of a newer Zephyr takes all 64 bits."""
_TRUTH = {"0": False, "1": True}
_STUCK: dict[str, Literal["command", "dispatcher", "monitor", "device"]] = {
    "command": "command",
    "dispatcher": "dispatcher",
    "monitor": "monitor",
    "device": "device",
}
_STATUS_KEYS = {"tag", "t0", "rc", "err", "i", "hook"}
_HELLO_FLAGS = ("ipv4", "ipv6", "dad", "autodown", "reboot", "granted", "coop", "both", "calls")
_HELLO_NUMBERS = (
    "proto", "queue", "ticks", "ifaces", "track", "room4", "room6", "cfg4", "cfg6",
)  # fmt: skip
_HELLO_WORDS = ("app", "zephyr", "connmgr", "board", "build", "nonce", "first", "delivery")


def _number(text: str, base: int = 10) -> int:
    """Return a number of the protocol: no sign but minus, no spaces, no more than 64 bits."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    return int(text, base)


def _status(fields: dict[str, str]) -> str:
    return status_text(_number(fields["rc"]), fields.get("err"))


def _values(fields: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in fields.items() if key not in _STATUS_KEYS}


def _addresses(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(text.split(","))


def _event(frame: Frame) -> EventSeen:
    fields = frame.fields
    admin, oper = fields.get("a"), fields.get("o")
    return EventSeen(
        t=frame.time,
        listener=fields.get("l", "early"),
        name=fields["n"],
        code=_number(fields["code"], 16),
        iface=_number(fields["if"]),
        admin=None if admin is None else _TRUTH[admin],
        oper=None if oper is None else _TRUTH[oper],
        monitor=fields.get("m", ""),
        v4=_number(fields.get("v4", "0")),
        v6=_number(fields.get("v6", "0")),
        info=fields.get("info"),
    )


def _call(frame: Frame) -> CallSeen:
    return CallSeen(t=frame.time, iface=_number(frame.fields["if"]), op=frame.fields["op"])


def _state(frame: Frame) -> StateSeen:
    fields = frame.fields
    return StateSeen(
        t=frame.time,
        iface=_number(fields["if"]),
        admin=_TRUTH[fields["admin"]],
        oper=fields["oper"],
        carrier=_TRUTH[fields["carrier"]],
        dormant=_TRUTH[fields["dormant"]],
        bound=_TRUTH[fields["bound"]],
        ignored=_TRUTH[fields["ign"]],
        flags=_number(fields["flags"]),
        timeout=_number(fields["tmo"]),
        monitor=fields["m"],
        word=fields["word"],
        a4=_addresses(fields["a4"]),
        a6=_addresses(fields["a6"]),
    )


def _part(frame: Frame) -> Part:
    fields = frame.fields
    return Part(
        t=frame.time,
        index=_number(fields.get("i", "0")),
        status=_status(fields) if "rc" in fields else "0",
        hook=fields.get("hook") == "1",
        values=_values(fields),
    )


def _actor(frame: Frame) -> ActorCall:
    fields = frame.fields
    return ActorCall(
        t=frame.time,
        t0=_number(fields["t0"]),
        words=tuple(fields["do"].split()),
        status=_status(fields),
        thread=fields.get("thr", ""),
    )


def _storm(frame: Frame) -> Storm:
    return Storm(t=frame.time, count=_number(frame.fields["n"]))


def _log(frame: Frame) -> Log:
    fields = frame.fields
    return Log(
        t=frame.time,
        level=fields["lvl"],
        module=fields.get("mod", ""),
        message=fields.get("msg", ""),
    )


def _unguarded(frame: Frame) -> Breach:
    fields = frame.fields
    return Breach(
        requirement="REQ-LIFE-006",
        sentence=requirements()["REQ-LIFE-006"].sentence,
        seen=(
            f"thread {fields['thr']} (at {fields['pc']}) uses the variable at {fields['at']} without a lock that thread "
            f"{fields['thr0']} (at {fields['pc0']}) takes, too; 'addr2line -fe IMAGE {fields['pc']}' names the line"
        ),
    )


_DECODERS: dict[str, Callable[[Frame], AnyRecord]] = {
    "event": _event,
    "actor": _actor,
    "call": _call,
    "state": _state,
    "part": _part,
    "storm": _storm,
    "log": _log,
    "unguarded": _unguarded,
}


def decode(frame: Frame) -> AnyRecord:
    """Return the record of an observation; a kind that is not known here becomes a note.

    Raises `RigFault` when a field is missing or has no sense.
    """
    decoder = _DECODERS.get(frame.kind)
    if decoder is None:
        return Note(text=f"unknown frame: {frame.kind} {frame.fields}")
    try:
        return decoder(frame)
    except (KeyError, ValueError) as error:
        raise _senseless(frame, error) from error


def decode_death(frame: Frame, identity: int) -> Crashed | Stuck:
    """Return what a `fault` or `stuck` frame says; `identity` is the stimulus that waits, 0 if none does.

    Raises `RigFault` as `decode` does.
    """
    fields = frame.fields
    try:
        if frame.kind == "fault":
            return Crashed(
                t=frame.time,
                reason=fields["reason"],
                thread=fields.get("thr", ""),
                pc=fields.get("pc", ""),
                text=fields.get("text", ""),
                source="frame",
            )
        return Stuck(
            t=frame.time,
            what=_STUCK[fields["what"]],
            id=identity,
            ms=_number(fields.get("ms", "0")),
            threads=tuple(filter(None, fields.get("thr", "").split(";"))),
            source="frame",
        )
    except (KeyError, ValueError) as error:
        raise _senseless(frame, error) from error


def decode_reply(frame: Frame, identity: int) -> Reply:
    """Return a reply, tied to the stimulus `identity`. Raises `RigFault` as `decode` does."""
    try:
        fields = frame.fields
        start = _number(fields["t0"]) if "t0" in fields else frame.time
        return Reply(
            t=frame.time, id=identity, t0=start, status=_status(fields), values=_values(fields)
        )
    except (KeyError, ValueError) as error:
        raise _senseless(frame, error) from error


def decode_hello(frame: Frame) -> Hello:
    """Return what a hello frame says. Raises `RigFault` as `decode` does."""
    try:
        fields = frame.fields
        flags = {key: _TRUTH[fields[key]] for key in _HELLO_FLAGS if key in fields}
        numbers = {key: _number(fields[key]) for key in _HELLO_NUMBERS if key in fields}
        words = {key: fields[key] for key in _HELLO_WORDS if key in fields}
        _number(words.get("first", "0"), 16)
        return Hello(**flags, **numbers, **words)  # type: ignore[arg-type]
    except (KeyError, ValueError, TypeError) as error:
        raise _senseless(frame, error) from error


def decode_iface(frame: Frame) -> IfaceFacts:
    """Return what an iface frame says. Raises `RigFault` as `decode` does."""
    try:
        fields = frame.fields
        return IfaceFacts(
            index=_number(fields["if"]),
            name=fields["name"],
            l2=fields["l2"],
            bound=_TRUTH[fields.get("bound", "0")],
            impl=fields.get("impl", "-"),
            auto=_TRUTH[fields.get("auto", "0")],
            sim=_TRUTH[fields.get("sim", "0")],
            dormant_in_init=_TRUTH[fields.get("initdorm", "0")],
        )
    except (KeyError, ValueError) as error:
        raise _senseless(frame, error) from error


def _senseless(frame: Frame, error: Exception) -> RigFault:
    return RigFault(
        f"this {frame.kind} frame lacks fields of the protocol",
        f"{frame.fields} ({type(error).__name__}: {error})",
        "firmware and harness are of different releases: rebuild the firmware",
    )
