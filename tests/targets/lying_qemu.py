"""Stands in for a QEMU whose monitor answers as `LYING` says, and which runs until it is killed."""

import os
import re
import signal
import sys

ANSWERS = {
    "garbage": b"\x00\xff\xfe garbage {]\r\n" * 10,
    "no object": b"[1, 2]\r\n42\r\n",
    "another greeting": b'{"hello": "world"}\r\n',
    "half a greeting": b'{"QMP": {"version"',
    "deep": b'{"QMP": ' + b"[" * 60_000,
    "without end": b'{"QMP": "' + b"x" * 400_000,
    "refusal": b'{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 9}, "package": ""}, '
    b'"capabilities": []}}\r\n{"error": {"class": "GenericError", "desc": "\x1b[31mno"}}\r\n',
    "silence": b"",
    "end": b"",
}


def main() -> None:
    """Answer, and wait to be killed."""
    lie = os.environ["LYING"]
    monitor = int(re.search(r"id=qmp,fd=(\d+)", " ".join(sys.argv)).group(1))
    view = memoryview(ANSWERS[lie])
    while view:
        view = view[os.write(monitor, view) :]
    if lie == "end":
        os.close(monitor)
    signal.pause()


if __name__ == "__main__":
    main()
