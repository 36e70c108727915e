"""An ESP32 and an ESP32-C3 in QEMU: the command line, the merged flash, and what is said where something is lacking."""

import json
import sys
from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.device import Device
from connmgr_hil.targets import QemuTarget, find_platform, open_target
from connmgr_hil.targets.flash_image import merged_flash
from connmgr_hil.targets.platforms import Flash
from connmgr_hil.targets.stimuli import OutsideStimulus, Qmp
from connmgr_hil.toolchain.machine import examine
from connmgr_hil.vocabulary.errors import RigFault, UsageError

BOOTLOADER = "esp-idf/build/bootloader/bootloader.bin"
PARTS = {
    BOOTLOADER: 0x1000,
    "esp-idf/build/partitions_singleapp.bin": 0x8000,
    "zephyr/zephyr.bin": 0x10000,
}
SIZE = 4 * 1024 * 1024


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A build whose parts are their own names."""
    pytest.importorskip("esptool")
    for name in PARTS:
        path = tmp_path / "build" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    elf = tmp_path / "build" / "zephyr" / "zephyr.elf"
    elf.touch()
    return elf


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a stand-in for QEMU on PATH; return the file where it keeps its arguments."""
    programs = tmp_path / "bin"
    programs.mkdir()
    script = Path(__file__).with_name("standing_in_qemu.py")
    for architecture in ("xtensa", "riscv32"):
        program = programs / f"qemu-system-{architecture}"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    kept = tmp_path / "arguments.json"
    monkeypatch.setenv("STANDING_IN_ARGUMENTS", str(kept))
    return kept


def test_it_boots_from_the_merged_flash(image: Path, arguments: Path) -> None:
    with open_target("qemu_esp32", image=image) as target:
        device = Device(target.start(), lambda record: None)
        device.attach(start="boot")
        assert device.execute(("ping",)).status == "0"
    given = json.loads(arguments.read_text())
    assert given[:2] == ["-M", "esp32"]
    assert "driver=timer.esp32.timg,property=wdt_disable,value=true" in given
    assert f"file={image.parent / 'flash.bin'},if=mtd,format=raw,snapshot=on" in given
    assert "-kernel" not in given
    flash = (image.parent / "flash.bin").read_bytes()
    assert len(flash) == SIZE
    for name, address in PARTS.items():
        assert flash[address : address + len(name)] == name.encode()
        assert flash[address + len(name)] == 0xFF


def test_an_esp32c3_has_its_bootloader_at_the_beginning(image: Path, arguments: Path) -> None:
    with open_target("qemu_esp32c3", image=image) as target:
        device = Device(target.start(), lambda record: None)
        device.attach(start="boot")
        assert device.execute(("ping",)).status == "0"
    assert json.loads(arguments.read_text())[:2] == ["-M", "esp32c3"]
    flash = (image.parent / "flash.bin").read_bytes()
    assert len(flash) == SIZE
    for name, address in (PARTS | {BOOTLOADER: 0}).items():
        assert flash[address : address + len(name)] == name.encode()
        assert flash[address + len(name)] == 0xFF


def test_who_runs_from_a_merged_flash_keeps_it(image: Path) -> None:
    flash = find_platform("qemu_esp32").emulator.flash
    assert flash is not None
    with merged_flash(flash, image).open("rb") as running:
        (image.parent / "zephyr.bin").write_bytes(b"newer")
        newer = merged_flash(flash, image).read_bytes()
        older = running.read()
    assert newer[0x10000:].startswith(b"newer\xff")
    assert older[0x10000:].startswith(b"zephyr/zephyr.bin\xff")
    assert sorted(path.name for path in image.parent.iterdir()) == [
        "flash.bin",
        "zephyr.bin",
        "zephyr.elf",
    ]


def test_a_build_with_simple_boot_has_one_part(image: Path, arguments: Path) -> None:
    (image.parent.parent / "esp-idf/build/bootloader/bootloader.bin").unlink()
    with open_target("qemu_esp32", image=image) as target:
        target.start()
    flash = (image.parent / "flash.bin").read_bytes()
    assert flash[0x1000:].startswith(b"zephyr/zephyr.bin\xff")
    assert set(flash[0x8000:]) == {0xFF}
    assert arguments.is_file()


def test_parts_that_are_not_there_are_named(image: Path) -> None:
    (image.parent / "zephyr.bin").unlink()
    with pytest.raises(UsageError, match=r"no files zephyr/zephyr.bin; nor zephyr/zephyr.bin"):
        open_target("qemu_esp32", image=image).start()


def test_what_esptool_refuses_is_told_in_its_words(image: Path) -> None:
    flash = Flash(chip="esp32", size="3MB", layouts=({"0x1000": "zephyr/zephyr.bin"},))
    with pytest.raises(RigFault, match=r"(?s)esptool did not merge.*3MB"):
        merged_flash(flash, image)


@pytest.mark.parametrize(
    ("program", "machine", "lesser"),
    [
        ("qemu-system-xtensa", "esp32", "sim"),
        ("qemu-system-riscv32", "esp32c3", "esp32c3-later"),
    ],
)
def test_doctor_wants_a_qemu_that_has_the_machine(
    program: str,
    machine: str,
    lesser: str,
    arguments: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found() -> bool:
        return next(each.found for each in examine() if each.name == f"{program} with {machine}")

    assert found()
    assert arguments.is_file()
    other = tmp_path / "other" / program
    other.parent.mkdir()
    other.write_text(f"#!/bin/sh\necho '{lesser}   another machine'\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent), prepend=":")
    assert not found()


def test_a_stimulus_goes_to_its_monitor(image: Path, arguments: Path) -> None:
    down = OutsideStimulus(
        description="cable out", qmp=Qmp(execute="set_link", arguments={"name": "id0", "up": False})
    )
    odd = OutsideStimulus(description="nothing known", qmp=Qmp(execute="unheard-of"))
    platform = structs.replace(find_platform("qemu_esp32"), stimuli={"link-down": down, "odd": odd})
    with QemuTarget(platform, image) as target:
        with pytest.raises(RigFault, match="not running"):
            target.stimulate("link-down")
        target.start()
        assert target.obstacle_to_stimulus("link-down") == ""
        target.stimulate("link-down")
        with pytest.raises(RigFault, match=r"stimulus odd\n.*has not been found"):
            target.stimulate("odd")
    told = arguments.with_suffix(".qmp").read_text().splitlines()
    assert ["set_link", {"name": "id0", "up": False}] in map(json.loads, told)
