"""A device whose build was met before on its line does not tell its ifaces again."""

import pytest

from connmgr_hil.device import Device
from connmgr_hil.device.introduction import met_on
from connmgr_hil.targets import open_target
from connmgr_hil.vocabulary.observations import AnyRecord


def test_ifaces_are_told_once_for_each_build_on_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connmgr_hil.device.introduction._met", {})
    said: list[str] = []
    bytes_of: list[int] = []
    with open_target("simulated") as target:
        for _ in range(3):
            records: list[AnyRecord] = []
            line = target.restart()
            device = Device(line, records.append, shell_first=not target.granted)
            hello = device.attach(start="boot")
            said.append(str((hello.facts.build, hello.ifaces)))
            bytes_of.append(device.wire_bytes)
            assert met_on(line.name) == (hello.facts.build, hello.ifaces)
            assert records[0] == hello
    assert len(set(said)) == 1
    assert max(bytes_of[1:]) < bytes_of[0] - 500


def test_another_build_tells_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_target("simulated") as target:
        line = target.restart()
        monkeypatch.setattr("connmgr_hil.device.introduction._met", {line.name: ("0123", ())})
        device = Device(line, lambda _record: None, shell_first=not target.granted)
        hello = device.attach(start="boot")
        assert len(hello.ifaces) == hello.facts.ifaces > 0
