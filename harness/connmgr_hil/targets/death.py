"""Decides whether the end of a program is the device's fault or the rig's.

The one place where an exit status and last words are read.
"""

import re
import signal

from connmgr_hil.vocabulary.observations import Crashed

FROM_OUTSIDE = frozenset(
    {
        signal.SIGKILL,
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGINT,
        signal.SIGQUIT,
        signal.SIGPWR,
        signal.SIGXCPU,
        signal.SIGXFSZ,
    }
)
"""Signals by which a person, a terminal or a limit of the host ends a process; the process itself causes all others."""

_KEPT = 2000
_FATAL_ERRORS = {
    0: "cpu-exception",
    1: "spurious-interrupt",
    2: "stack-overflow",
    3: "kernel-oops",
    4: "kernel-panic",
}
"""`enum k_fatal_error_reason` of Zephyr (include/zephyr/fatal_types.h)."""

_SANITIZER = re.compile(
    r"ERROR: \w*Sanitizer|WARNING: (?:Thread|Memory)Sanitizer|\bruntime error: "
    r"|\*\*\* buffer overflow detected \*\*\*"
    r"|double free or corruption|corrupted (?:size|double-linked|unsorted)|(?:free|malloc|realloc)\(\): \w+"
)
_SMASHED = re.compile(r"\*\*\* stack smashing detected \*\*\*")
_ASSERTION = re.compile(r"ASSERTION FAIL |\bAssertion [`'].*' failed")
_FATAL = re.compile(r">>> ZEPHYR FATAL ERROR (\d+)")
_LOCKUP = re.compile(r"Lockup: can't escalate|\bTriple fault\b")
_HALTED = re.compile(r"\b(?:Halting system|Exiting due to fatal error)\b")
_STOPPED = re.compile(r"^Stopped at [\d.]+s$", re.MULTILINE)
"""What a native program prints when SIGTERM or SIGINT ends it, before it exits with 0."""
_THREAD = re.compile(r"Current thread: (?:0x)?[0-9a-f]+ \(([^)\n]*)\)")
_COUNTER = re.compile(
    r"Faulting instruction address[^:\n]*: (0x[0-9a-f]+)|\bpc\W+(0x[0-9a-f]+)", re.IGNORECASE
)


def crash_of(status: int, output: bytes) -> Crashed | None:
    """Return the crash that the end of a native program was; None if it was ended from outside.

    `status` is that of `subprocess`, negative for a signal; `output` is the last that the program printed.
    """
    text = output.decode("utf-8", "replace")
    told = crash_told(text)
    if status < 0:
        number = -status
        if number in FROM_OUTSIDE:
            return None
        return told or _crash(f"signal {_name_of(number)}", text)
    if told is None and status == 0 and _STOPPED.search(text):
        return None
    return told or _crash(f"exit {status}", text)


def _name_of(number: int) -> str:
    """Return the name of a signal; most of those for real time have only a number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def crash_told(text: str) -> Crashed | None:
    """Return the crash that the output of a console or program reports, if any.

    A sanitizer's report comes before a failed assertion, and that before the panic which it ends in.
    """
    signs = (_SANITIZER, "sanitizer"), (_SMASHED, "stack-overflow"), (_ASSERTION, "assertion")
    for pattern, reason in signs:
        if found := pattern.search(text):
            return _crash(reason, text, found.start())
    if found := _FATAL.search(text):
        return _crash(_FATAL_ERRORS.get(int(found[1]), "kernel-panic"), text, found.start())
    if found := _LOCKUP.search(text):
        return _crash("cpu-exception", text, found.start())
    if found := _HALTED.search(text):
        return _crash("kernel-panic", text)
    return None


def report_of_sanitizer(output: bytes) -> Crashed | None:
    """Return what a sanitizer reported of a program that may run on, if it did."""
    text = output.decode("utf-8", "replace")
    found = _SANITIZER.search(text)
    return _crash("sanitizer", text, found.start()) if found else None


def _crash(reason: str, text: str, start: int | None = None) -> Crashed:
    """Make the record; `start` is where the words about it begin, else the last ones are kept."""
    if start is None:
        kept = text[-_KEPT:]
    else:
        line = text.rfind("\n", 0, start) + 1
        kept = text[line : line + _KEPT]
    thread, counter = _THREAD.search(text), _COUNTER.search(text)
    return Crashed(
        t=0,
        reason=reason,
        thread=thread[1] if thread else "",
        pc=(counter[1] or counter[2]) if counter else "",
        text=kept.strip(),
        source="process",
    )
