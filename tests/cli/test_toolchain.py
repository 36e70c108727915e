"""Probed trees and compilers, and planning builds, on machines made up in a folder."""

import os
import time
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.targets import Platform, find_platform
from connmgr_hil.toolchain import building, machine
from connmgr_hil.toolchain.compilers import arm_gcc, choose_toolchain, zephyr_sdk
from connmgr_hil.toolchain.machine import Probed
from connmgr_hil.toolchain.programs import missing_python_packages
from connmgr_hil.toolchain.zephyr_tree import find_tree, read_tree
from connmgr_hil.vocabulary.errors import ExitCode, RigFault, UsageError


def make_tree(base: Path, version: str = "3.4.99") -> Path:
    major, minor, patch = version.split(".")
    (base / "scripts").mkdir(parents=True)
    (base / "VERSION").write_text(
        f"VERSION_MAJOR = {major}\nVERSION_MINOR = {minor}\nPATCHLEVEL = {patch}\n"
    )
    if (int(major), int(minor)) >= (3, 7):
        (base / "scripts" / "list_hardware.py").touch()
    return base


def make_module(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README").touch()
    return folder


def make_board(root: Path, place: str, name: str) -> None:
    folder = root / "boards" / place
    folder.mkdir(parents=True)
    (folder / "board.yml").write_text(f"board:\n  name: {name}\n  vendor: zephyr\n")


def make_arm_gcc(home: Path) -> Path:
    (home / "bin").mkdir(parents=True)
    compiler = home / "bin" / "arm-none-eabi-gcc"
    compiler.write_text("#!/bin/sh\n")
    compiler.chmod(0o755)
    return home


def make_sdk(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "sdk_version").write_text("0.16.1\n")
    return folder


def test_tree_from_zephyr_base(tmp_path: Path) -> None:
    base = make_tree(tmp_path / "zephyr")
    tree = find_tree({"ZEPHYR_BASE": str(base)}, tmp_path)
    assert (tree.base, tree.version, tree.workspace) == (base, "3.4.99", None)
    assert not tree.hardware_model_2


def test_tree_from_the_workspace_around_us(tmp_path: Path) -> None:
    (tmp_path / ".west").mkdir()
    (tmp_path / ".west" / "config").write_text("[zephyr]\nbase = z\n")
    base = make_tree(tmp_path / "z", "4.1.0")
    below = tmp_path / "app" / "src"
    below.mkdir(parents=True)
    tree = find_tree({}, below)
    assert (tree.base, tree.version, tree.workspace) == (base, "4.1.0", tmp_path)
    assert tree.hardware_model_2


def test_no_tree_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="west init"):
        find_tree({}, tmp_path)
    with pytest.raises(UsageError, match="no valid VERSION"):
        find_tree({"ZEPHYR_BASE": str(tmp_path)})


def test_modules_are_found_where_west_puts_them(tmp_path: Path) -> None:
    tree = read_tree(make_tree(tmp_path / "zephyr"))
    make_module(tmp_path / "modules" / "hal" / "nxp")
    assert tree.module("hal_nxp") == tmp_path / "modules" / "hal" / "nxp"
    assert tree.module("cmsis") is None
    for name, place in (
        ("mbedtls", "modules/crypto/mbedtls"),
        ("trusted-firmware-m", "modules/tee/tf-m/trusted-firmware-m"),
        ("mcuboot", "bootloader/mcuboot"),
    ):
        assert tree.module(name) is None
        (tmp_path / place).mkdir(parents=True)
        assert tree.module(name) is None  # west leaves an empty folder where an update failed
        make_module(tmp_path / place)
        assert tree.module(name) == tmp_path / place


@pytest.mark.parametrize(
    ("manifest", "needed"),
    [
        ("projects:\n    - name: cmsis\n    - name: cmsis-dsp\n", "cmsis"),
        ("projects:\n    - name: cmsis\n    - name: cmsis_6\n", "cmsis_6"),
        ("", "cmsis"),
    ],
)
def test_of_two_modules_the_first_that_the_tree_names_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifest: str, needed: str
) -> None:
    base = make_tree(tmp_path / "zephyr", "4.2.0")
    if manifest:
        (base / "west.yml").write_text(manifest)
    monkeypatch.setenv("ZEPHYR_BASE", str(base))
    monkeypatch.delenv("ZEPHYR_MODULES", raising=False)
    platform = find_platform("mps2_an385")
    assert f"Zephyr module {needed}" in [each.name for each in machine.lacking(platform)]
    make_module(tmp_path / "modules" / "hal" / needed)
    assert not any("module" in each.name for each in machine.lacking(platform))


def test_a_board_that_the_tree_has_no_more_cannot_be_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_tree(tmp_path / "zephyr", "4.2.0")
    monkeypatch.setenv("ZEPHYR_BASE", str(base))
    monkeypatch.delenv("BOARD_ROOT", raising=False)
    new, gone = find_platform("native_sim_64"), find_platform("native_posix_64")

    def missing(platform: Platform) -> list[str]:
        return [each.name for each in machine.lacking(platform) if "board" in each.name]

    assert missing(gone) == []  # without a folder of boards nothing is sure
    make_board(base, "native/native_sim", "native_sim")
    assert missing(new) == []
    assert missing(gone) == ["board native_posix_64 in Zephyr 4.2.0"]
    # Elsewhere there may be boards, too.
    make_board(tmp_path / "ours", "native/old", "native_posix_64")
    monkeypatch.setenv("BOARD_ROOT", str(tmp_path / "ours"))
    assert missing(gone) == []
    monkeypatch.delenv("BOARD_ROOT")
    module = make_module(tmp_path / "modules" / "boards")
    (module / "zephyr").mkdir()
    (module / "zephyr" / "module.yml").write_text("build:\n  settings:\n    board_root: .\n")
    assert missing(gone) == []


def test_boards_of_the_old_hardware_model_are_known_by_their_defconfig(tmp_path: Path) -> None:
    tree = read_tree(make_tree(tmp_path / "zephyr"))
    folder = tree.base / "boards" / "posix" / "native_posix"
    folder.mkdir(parents=True)
    (folder / "native_posix_64_defconfig").touch()
    assert not tree.lacks_board("native_posix_64")
    assert tree.lacks_board("native_sim_64")


def test_a_board_that_was_renamed_is_known_by_its_old_name(tmp_path: Path) -> None:
    tree = read_tree(make_tree(tmp_path / "zephyr", "4.1.0"))
    make_board(tree.base, "espressif/esp32_devkitc", "esp32_devkitc")
    (tree.base / "boards" / "deprecated.cmake").write_text(
        "set(esp32_devkitc_wroom/esp32/procpu_DEPRECATED\n    esp32_devkitc/esp32/procpu\n)\n"
    )
    assert not tree.lacks_board("esp32_devkitc_wroom/esp32/procpu")
    assert tree.lacks_board("esp32_devkitm")


def test_board_names_follow_the_hardware_model(tmp_path: Path) -> None:
    platform = find_platform("nrf9160dk")
    old = read_tree(make_tree(tmp_path / "old", "3.4.99"))
    new = read_tree(make_tree(tmp_path / "new", "4.2.0"))
    assert building.board_name(platform, old) == "nrf9160dk_nrf9160"
    assert building.board_name(platform, new) == "nrf9160dk/nrf9160"


def test_compilers_are_chosen_sensibly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("connmgr_hil.toolchain.compilers._SDK_HOMES", ("~",))
    home = make_arm_gcc(tmp_path / "arm")
    nothing = {"PATH": str(tmp_path)}
    on_path = {"PATH": str(home / "bin")}

    assert arm_gcc(nothing) is None
    assert choose_toolchain("gnuarmemb", nothing) is None
    chosen = choose_toolchain("gnuarmemb", on_path)
    assert chosen is not None
    assert chosen.settings == {"GNUARMEMB_TOOLCHAIN_PATH": str(home)}
    # A variant for native builds in the environment does not spoil a build for Arm.
    assert choose_toolchain("gnuarmemb", on_path | {"ZEPHYR_TOOLCHAIN_VARIANT": "host"}) == chosen
    assert choose_toolchain("zephyr", on_path) is None

    sdk = make_sdk(tmp_path / "home" / "zephyr-sdk-0.9.5")
    newer = make_sdk(tmp_path / "home" / "zephyr-sdk-0.16.1")
    for suggested in ("gnuarmemb", "zephyr"):
        found = choose_toolchain(suggested, on_path)
        assert found is not None
        assert (found.variant, found.where) == ("zephyr", str(newer))
    named = zephyr_sdk({"ZEPHYR_SDK_INSTALL_DIR": str(sdk)})
    assert named is not None
    assert named.where == str(sdk)

    kept = choose_toolchain("gnuarmemb", on_path | {"ZEPHYR_TOOLCHAIN_VARIANT": "gnuarmemb"})
    assert kept == chosen
    cross = choose_toolchain("zephyr", {"ZEPHYR_TOOLCHAIN_VARIANT": "cross-compile"})
    assert cross is not None
    assert cross.variant == "cross-compile"


def fake_cmake(folder: Path, script: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in ("cmake", "ninja", "dtc"):
        (folder / name).write_text(f'#!/bin/sh\n[ "$1" = --version ] && exit\n{script}\n')
        (folder / name).chmod(0o755)


@pytest.fixture
def plain_zephyr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a Zephyr tree, no west workspace, and all that a native build needs."""
    monkeypatch.setenv("ZEPHYR_BASE", str(make_tree(tmp_path / "zephyr")))
    monkeypatch.delenv("ZEPHYR_MODULES", raising=False)
    monkeypatch.delenv("ZEPHYR_TOOLCHAIN_VARIANT", raising=False)
    monkeypatch.setenv("CMHIL_BUILD_DIR", str(tmp_path / "build"))
    monkeypatch.setattr(machine, "missing_python_packages", lambda **_: [])
    monkeypatch.setattr(machine, "host_builds_32_bit", lambda: True)
    tools = tmp_path / "tools"
    fake_cmake(tools, "exit 0")
    (tools / "gcc").write_text("#!/bin/sh\n")
    (tools / "gcc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    return tmp_path


def test_plan_without_a_workspace_is_plain_cmake(plain_zephyr: Path) -> None:
    plan = building.plan_build(find_platform("native_sim_64"), cmake_arguments=["-DX=1"])
    configure, compile_ = plan.commands
    assert configure[:2] == ("cmake", "-GNinja")
    assert "-DBOARD=native_sim_64" in configure
    assert "-DZEPHYR_TOOLCHAIN_VARIANT=host" in configure
    assert "-DZEPHYR_MODULES=" in configure
    assert configure[-1] == "-DX=1"
    assert compile_[0] == "ninja"
    assert plan.image == plain_zephyr / "build" / "native_sim_64" / "zephyr" / "zephyr.exe"


def test_modules_of_the_environment_are_passed_through(
    plain_zephyr: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEPHYR_MODULES", "/a;/b")
    plan = building.plan_build(find_platform("native_sim_64"))
    assert not any(word.startswith("-DZEPHYR_MODULES") for word in plan.commands[0])


def test_missing_things_are_named_all_at_once(
    plain_zephyr: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "missing_python_packages", lambda **_: ["pyelftools"])
    monkeypatch.setattr(machine, "host_builds_32_bit", lambda: False)
    with pytest.raises(UsageError) as caught:
        building.plan_build(find_platform("native_sim"))
    assert "pip install pyelftools" in caught.value.remedy
    assert "gcc-multilib" in caught.value.remedy


def test_without_the_sdk_another_compiler_can_be_named(
    plain_zephyr: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connmgr_hil.toolchain.compilers._SDK_HOMES", ())
    monkeypatch.delenv("ZEPHYR_SDK_INSTALL_DIR", raising=False)
    platform = find_platform("qemu_x86")
    with pytest.raises(UsageError) as caught:
        building.plan_build(platform)
    assert "compiler for qemu_x86" in caught.value.seen
    assert "ZEPHYR_TOOLCHAIN_VARIANT and CROSS_COMPILE" in caught.value.remedy
    monkeypatch.setenv("ZEPHYR_TOOLCHAIN_VARIANT", "cross-compile")
    plan = building.plan_build(platform)
    assert "-DZEPHYR_TOOLCHAIN_VARIANT=cross-compile" in plan.commands[0]


def test_the_boot_loader_of_esp_idf_needs_more_of_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\n")  # it has none of those asked for
    python.chmod(0o755)
    monkeypatch.setenv("PATH", f"{python.parent}:/usr/bin:/bin")
    monkeypatch.setenv("ZEPHYR_BASE", str(make_tree(tmp_path / "zephyr")))
    module = tmp_path / "modules" / "hal" / "espressif"
    module.mkdir(parents=True)

    def remedies() -> str:
        return "; ".join(each.remedy for each in machine.lacking(find_platform("qemu_esp32")))

    assert "pip install PyYAML packaging pyelftools pykwalify (" in remedies()
    (module / "components" / "bootloader" / "subproject").mkdir(parents=True)
    assert "PyYAML packaging pyelftools pykwalify pyparsing pyserial (" in remedies()


def test_build_that_fails_shows_its_end_and_the_log(
    plain_zephyr: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_cmake(plain_zephyr / "tools", "echo error: no such board; seq 100; exit 7")
    assert run(["build", "-p", "native_sim_64"]) == ExitCode.RIG
    shown = capfd.readouterr().err
    assert "ended with 7" in shown
    assert "error: no such board" in shown
    assert "\n    100\n" in shown
    assert "\n    5\n" not in shown
    log = plain_zephyr / "build" / "native_sim_64.log"
    assert str(log) in shown
    assert "\n5\n" in log.read_text()


def test_build_without_an_image_is_no_success(plain_zephyr: Path) -> None:
    with pytest.raises(RigFault, match=r"zephyr\.exe"):
        building.run_build(building.plan_build(find_platform("native_sim_64")))


def test_build_configures_again_only_when_something_changed(plain_zephyr: Path) -> None:
    calls = plain_zephyr / "calls"
    image = plain_zephyr / "build" / "native_sim_64" / "zephyr" / "zephyr.exe"
    fake_cmake(
        plain_zephyr / "tools",
        f"basename $0 >> {calls}; mkdir -p {image.parent}; touch {image}",
    )
    platform = find_platform("native_sim_64")
    for arguments, pristine in ([], False), ([], False), (["-DX=1"], False), (["-DX=1"], True):
        plan = building.plan_build(platform, cmake_arguments=arguments)
        assert building.run_build(plan, pristine=pristine) == image
    assert calls.read_text().split() == ["cmake", "ninja", "ninja", *["cmake", "ninja"] * 2]


def test_build_configures_again_when_a_default_changed(
    plain_zephyr: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What CMake wrote down when it configured would outlive it."""
    calls = plain_zephyr / "calls"
    image = plain_zephyr / "build" / "native_sim_64" / "zephyr" / "zephyr.exe"
    fake_cmake(
        plain_zephyr / "tools",
        f"basename $0 >> {calls}; mkdir -p {image.parent}; touch {image}",
    )
    plan = building.plan_build(find_platform("native_sim_64"))
    defaults = tmp_path / "application" / "probe" / "Kconfig"
    defaults.parent.mkdir(parents=True)
    defaults.touch()
    monkeypatch.setattr(building, "zephyr_app_dir", lambda: tmp_path / "application")
    building.run_build(plan)
    building.run_build(plan)
    later = time.time() + 60
    os.utime(defaults, (later, later))
    building.run_build(plan)
    assert calls.read_text().split() == ["cmake", "ninja", "ninja", "cmake", "ninja"]


def test_build_never_removes_what_it_did_not_make(plain_zephyr: Path) -> None:
    precious = plain_zephyr / "build" / "native_sim_64" / "thesis.tex"
    precious.parent.mkdir(parents=True)
    precious.write_text("42")
    with pytest.raises(UsageError, match="other files"):
        building.run_build(building.plan_build(find_platform("native_sim_64")), pristine=True)
    assert precious.read_text() == "42"


def test_there_is_nothing_to_build_for_the_simulated_board(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(["build", "-p", "simulated"]) == ExitCode.USAGE
    assert "it can be verified as it is" in capfd.readouterr().err


def test_doctor_fails_only_for_a_platform_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    lost = [Probed("a compiler", "", "building", "buy one")]
    monkeypatch.setattr(machine, "lacking", lambda _: lost)
    assert run(["doctor"]) == 0
    report = tmp_path / "doctor.json"
    assert run(["doctor", "-p", "qemu_x86", "--json", str(report)]) == ExitCode.RIG
    shown = capfd.readouterr().out
    assert "  buy one\n      for a compiler\n" in shown
    assert '"buildable": false' in report.read_text()


def test_a_python_that_does_not_run_has_no_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing_python_packages() == ["PyYAML", "packaging", "pyelftools", "pykwalify"]
    assert {"cbor2", "cryptography", "PyYAML"} < set(missing_python_packages(tfm=True))
