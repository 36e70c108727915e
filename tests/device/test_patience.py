"""How long an answer is waited for."""

import threading

import pytest

from connmgr_hil.device import Device
from connmgr_hil.transport import open_line
from connmgr_hil.vocabulary.errors import NoAnswer
from stand_ins.device import ScriptedDevice


def slowly(device: ScriptedDevice, tag: str, _words: list[str]) -> None:
    threading.Event().wait(1.0)  # the time that the device takes for so much of its own
    device.reply(tag)


def test_much_device_time_takes_its_time_though_it_is_granted() -> None:
    with ScriptedDevice() as board:
        board.on("advance", slowly)
        line = open_line(board.path)
        device = Device(line, lambda _record: None)
        device.attach()
        assert device.facts.granted
        assert device.execute(("advance", "60000000000"), host_seconds=0.2).status == "0"
        with pytest.raises(NoAnswer):
            device.execute(("advance", "60000000"), host_seconds=0.2)
        line.close()
