"""What twister says about a device becomes a target; and its own plugin runs our pytest file."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest

from connmgr_hil.targets import BoardTarget, find_platform, image_path
from connmgr_hil.testbed.twister import twister_target
from connmgr_hil.vocabulary.errors import UsageError

ROOT = Path(__file__).parents[2]


@dataclass
class Device:
    """As `twister_harness.twister_harness_config.DeviceConfig`."""

    build_dir: Path
    type: str = "hardware"
    serial: str | None = "/dev/ttyACM0"
    baud: int = 57600
    serial_pty: str | None = None


@dataclass
class SerialConfig:
    """As `DeviceSerialConfig` of the same module, since Zephyr 4.4."""

    port: str | None
    baud: int = 57600
    serial_pty: str | None = ""


@dataclass
class NewDevice:
    """As `DeviceConfig` since Zephyr 4.4, which can have several serial lines."""

    build_dir: Path
    serial_configs: list[SerialConfig]
    type: str = "hardware"


def built(folder: Path, *names: str) -> Path:
    """A build folder whose configuration names the board."""
    (folder / "zephyr").mkdir(parents=True)
    keys = ("BOARD", "BOARD_TARGET")
    lines = [f'CONFIG_{key}="{name}"\n' for key, name in zip(keys, names, strict=False)]
    (folder / "zephyr" / ".config").write_text("# CONFIG_X is not set\n" + "".join(lines))
    return folder


@pytest.mark.parametrize("names", [("frdm_k64f",), ("frdm_k64f", "frdm_k64f/mk64f12")])
def test_a_known_board_has_its_platform_file_and_twister_s_speed(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    platform = twister_target(Device(built(tmp_path, *names))).platform
    assert platform.name == "frdm_k64f"
    assert platform.ifaces == find_platform("frdm_k64f").ifaces
    assert platform.console.baud == 57600


def test_of_several_serial_lines_the_first_is_the_shell_s(tmp_path: Path) -> None:
    lines = [SerialConfig("/dev/ttyACM1"), SerialConfig("/dev/ttyACM2", 9600)]
    target = twister_target(NewDevice(built(tmp_path, "frdm_k64f"), lines))
    assert isinstance(target, BoardTarget)
    assert target.variables()["CMHIL_PORT"] == "/dev/ttyACM1"
    assert target.platform.console.baud == 57600


def test_any_other_board_is_one_with_a_serial_line(tmp_path: Path) -> None:
    target = twister_target(Device(built(tmp_path, "our_board", "our_board/soc/cpu0")))
    assert target.platform.name == "our_board"
    assert target.platform.boards == ("our_board/soc/cpu0", "our_board")
    assert not target.granted


def test_the_image_is_that_of_the_build(tmp_path: Path) -> None:
    folder = built(tmp_path, "native_posix_64")
    with pytest.raises(UsageError, match=r"zephyr\.exe"):
        twister_target(Device(folder, "native"))
    (folder / "zephyr" / "zephyr.exe").touch(0o755)
    assert twister_target(Device(folder, "native")).platform.name == "native_posix_64"


def test_a_build_with_all_settings_of_a_variant_is_run_as_that_variant(tmp_path: Path) -> None:
    folder = built(tmp_path, "native_posix_64")
    (folder / "zephyr" / "zephyr.exe").touch(0o755)
    fragment = find_platform("native_posix_64").zephyr.app_dir / "variants" / "wifi_simulated.conf"  # type: ignore[union-attr]
    plain = (folder / "zephyr" / ".config").read_text()
    settings = [
        line for line in fragment.read_text().splitlines()
        if line.startswith("CONFIG_") and not line.endswith("=n")
    ]  # fmt: skip
    (folder / "zephyr" / ".config").write_text(plain + "\n".join(settings))
    wifi = twister_target(Device(folder, "native")).platform
    assert wifi.network == ("dhcp",)
    assert "network-off" in wifi.stimuli
    (folder / "zephyr" / ".config").write_text(plain + "\n".join(settings[1:]))
    assert not twister_target(Device(folder, "native")).platform.stimuli


def test_what_cannot_be_driven_is_named(tmp_path: Path) -> None:
    folder = built(tmp_path / "build", "our_board")
    with pytest.raises(UsageError, match=r"(?s)'qemu' is for the board our_board.*mps2"):
        twister_target(Device(folder, "qemu"))
    with pytest.raises(UsageError, match="device type 'unit'"):
        twister_target(Device(folder, "unit"))
    with pytest.raises(UsageError, match="the serial port of our_board"):
        twister_target(Device(folder, serial=None))
    with pytest.raises(UsageError, match="a program for one: picocom"):
        twister_target(Device(folder, serial_pty="picocom"))
    for lines, seen in (
        ([], "none"),
        ([SerialConfig(None)], "none"),
        ([SerialConfig("", serial_pty="picocom")], "a program for one: picocom"),
    ):
        with pytest.raises(UsageError, match=f"(?s)serial port of our_board.*{seen}"):
            twister_target(NewDevice(folder, lines))
    with pytest.raises(UsageError, match="CONFIG_BOARD"):
        twister_target(Device(built(tmp_path / "nameless")))
    with pytest.raises(UsageError, match="configuration of what twister built"):
        twister_target(Device(tmp_path / "nowhere"))


def test_twister_s_plugin_runs_the_scenarios_on_real_zephyr(tmp_path: Path) -> None:
    plugin = Path(os.environ.get("ZEPHYR_BASE", ""), "scripts/pylib/pytest-twister-harness/src")
    if not (plugin / "twister_harness").is_dir():
        pytest.skip("needs Zephyr's tree: ZEPHYR_BASE")
    image = os.environ.get("CMHIL_NATIVE_IMAGE") or image_path(find_platform("native_posix_64"))
    build = Path(image).absolute().parents[1]
    if not (build / "zephyr" / ".config").is_file():
        pytest.skip("no native image with its build folder: build it, or set CMHIL_NATIVE_IMAGE")
    report = tmp_path / "report.xml"
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "zephyr").symlink_to(build / "zephyr")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--twister-harness", "-s", "-v"),
            *(f"--build-dir={folder}", f"--junit-xml={report}", "-p", "twister_harness.plugin"),
            *(
                str(ROOT / "zephyr_app/pytest"),
                "--device-type=native",
                "-k",
                "connect-takes-up or stock-two",
            ),
        ],
        env=os.environ | {"PYTHONPATH": str(plugin)},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    suite = ET.parse(report).getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("skipped")) == ("2", "1")
    assert (folder / "connmgr-hil" / "connect-takes-up.jsonl").is_file()
