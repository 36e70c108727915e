"""Stands in for Espressif's QEMU: keeps its arguments, answers QMP, and lets the simulated board speak."""

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path


def _descriptor(name: str) -> int:
    return int(re.search(rf"id={name},fd=(\d+)", " ".join(sys.argv)).group(1))


def _pump(source: int, sink: int) -> None:
    try:
        while data := os.read(source, 4096):
            os.write(sink, data)
    except OSError:
        pass


def _say(sink: int, message: object) -> None:
    os.write(sink, json.dumps(message).encode() + b"\r\n")


def main() -> None:
    """Run until the monitor's line ends."""
    Path(os.environ["STANDING_IN_ARGUMENTS"]).write_text(json.dumps(sys.argv[1:]))
    if sys.argv[1:] == ["-M", "help"]:
        sys.stdout.write("esp32                Espressif ESP32 machine\n")
        sys.stdout.write("esp32c3              Espressif ESP32-C3 machine\n")
        return
    console, monitor = _descriptor("con"), _descriptor("qmp")
    board = subprocess.Popen(
        [sys.executable, "-m", "connmgr_hil.simulated_board"], stdout=subprocess.PIPE
    )
    terminal = os.open(board.stdout.readline().split()[-1], os.O_RDWR | os.O_NOCTTY)
    for pair in ((console, terminal), (terminal, console)):
        threading.Thread(target=_pump, args=pair, daemon=True).start()
    version = {"qemu": {"micro": 0, "minor": 0, "major": 9}, "package": ""}
    _say(monitor, {"QMP": {"version": version, "capabilities": []}})
    text = ""
    while data := os.read(monitor, 4096):
        text += data.decode()
        # Commands come one by one, and without an end of line.
        while text.strip():
            command, end = json.JSONDecoder().raw_decode(text.strip())
            text = text.strip()[end:]
            with Path(os.environ["STANDING_IN_ARGUMENTS"]).with_suffix(".qmp").open("a") as kept:
                kept.write(json.dumps([command["execute"], command.get("arguments")]) + "\n")
            refused = {"error": {"class": "CommandNotFound", "desc": "it has not been found"}}
            answer = refused if command["execute"] == "unheard-of" else {"return": {}}
            _say(monitor, {**answer, "id": command.get("id")})
    board.kill()


main()
