"""What this machine has and what is missing for building and running, and how to get it."""

import os
import re
import shutil
import sys
from dataclasses import dataclass

from connmgr_hil.targets import Platform
from connmgr_hil.targets.platforms import Zephyr
from connmgr_hil.targets.renode import PROCESS_REMEDY, PYRENODE_REMEDY, find_renode, pyrenode_place
from connmgr_hil.vocabulary.errors import UsageError

from .compilers import arm_gcc, choose_toolchain, host_builds_32_bit, host_compiler, zephyr_sdk
from .programs import missing_python_packages, output_of, version_of, west_command
from .zephyr_tree import ZephyrTree, find_tree

_PROGRAMS = (
    ("cmake", "building", "sudo apt-get install cmake"),
    ("ninja", "building", "sudo apt-get install ninja-build"),
    ("dtc", "building", "sudo apt-get install device-tree-compiler"),
    (
        "qemu-system-arm",
        "running mps2_an385, qemu_cortex_m3 and qemu_cortex_a9",
        "sudo apt-get install qemu-system-arm",
    ),
    ("qemu-system-i386", "running qemu_x86", "sudo apt-get install qemu-system-x86"),
)
_ESPRESSIF_QEMU = (("qemu-system-xtensa", "esp32"), ("qemu-system-riscv32", "esp32c3"))
_BUILD_PROGRAMS = ("cmake", "ninja", "dtc")
_SDK_REMEDY = "install the Zephyr SDK: west sdk install (or ZEPHYR_SDK_INSTALL_DIR=…)"
_OWN_COMPILER = (
    ", or name another compiler in ZEPHYR_TOOLCHAIN_VARIANT and CROSS_COMPILE; "
    "see: cmhil docs your-board"
)
_COMPILER_REMEDIES = {
    "host": "sudo apt-get install gcc",
    "gnuarmemb": "sudo apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi",
}


@dataclass(frozen=True)
class Probed:
    """One thing that was looked for. `detail` is empty when it is not there."""

    name: str
    detail: str
    needed_for: str
    remedy: str

    @property
    def found(self) -> bool:
        """Tell whether it is there."""
        return bool(self.detail)


def examine() -> list[Probed]:
    """Look for everything that building and running may need."""
    findings = [_python(), _tree(), *_west()]
    for program, purpose, remedy in _PROGRAMS:
        findings.append(_program(program, purpose, remedy))
    findings += [_espressif_qemu(*each) for each in _ESPRESSIF_QEMU]
    findings += [_python_packages(), *_compilers(), *_renode()]
    return findings


def lacking(platform: Platform) -> list[Probed]:
    """Return what is missing on this machine to build the application for a platform."""
    if platform.zephyr is None:
        return []
    try:
        tree = find_tree()
    except UsageError:
        tree = None
    tfm = "trusted-firmware-m" in platform.zephyr.modules
    wanted = [_tree(), _python_packages(tfm=tfm, esp_idf=_builds_esp_idf(platform.zephyr, tree))]
    wanted += [_program(*each) for each in _PROGRAMS if each[0] in _BUILD_PROGRAMS]
    suggested = platform.zephyr.toolchain
    toolchain = choose_toolchain(suggested)
    wanted.append(
        Probed(
            f"compiler for {platform.name}",
            toolchain.where if toolchain else "",
            "building",
            _COMPILER_REMEDIES.get(suggested, _SDK_REMEDY + _OWN_COMPILER),
        )
    )
    if suggested == "host" and not platform.zephyr.board.endswith("_64"):
        wanted.append(_multilib())
    if tree is not None:
        wanted.append(_board(tree, platform.zephyr))
    if tree is not None and "ZEPHYR_MODULES" not in os.environ:
        wanted += [_module(tree, tree.module_name(entry)) for entry in platform.zephyr.modules]
    return [finding for finding in wanted if not finding.found]


def _python() -> Probed:
    return Probed("Python", f"{sys.version.split()[0]} at {sys.executable}", "cmhil", "")


def _tree() -> Probed:
    try:
        tree = find_tree()
    except UsageError as error:
        return Probed("Zephyr", "", "building", error.remedy)
    place = f"{tree.version} at {tree.base}"
    return Probed("Zephyr", place, "building", "")


def _west() -> list[Probed]:
    command = west_command()
    version = f"{version_of(command[0])} at {command[0]}" if command else ""
    try:
        workspace = find_tree().workspace
    except UsageError:
        workspace = None
    return [
        Probed("west", version, "building in a workspace", "pip install west"),
        Probed(
            "west workspace",
            str(workspace or ""),
            "building with west; without one CMake is called directly",
            "not needed where ZEPHYR_BASE is set",
        ),
    ]


def _program(name: str, purpose: str, remedy: str) -> Probed:
    place = shutil.which(name)
    return Probed(name, f"{version_of(place)} at {place}" if place else "", purpose, remedy)


def _espressif_qemu(program: str, machine: str) -> Probed:
    place = shutil.which(program)
    fits = place is not None and machine in output_of(place, "-M", "help").split()
    return Probed(
        f"{program} with {machine}",
        f"{version_of(program)} at {place}" if fits else "",
        f"running qemu_{machine}",
        f"Espressif's QEMU, from github.com/espressif/qemu/releases; Debian's has no {machine}",
    )


def _builds_esp_idf(zephyr: Zephyr, tree: ZephyrTree | None) -> bool:
    """Tell whether the boot loader of ESP-IDF is built, too: where the module holds one it is."""
    hal = tree.module("hal_espressif") if tree and "hal_espressif" in zephyr.modules else None
    return hal is not None and (hal / "components/bootloader/subproject").is_dir()


def _python_packages(*, tfm: bool = False, esp_idf: bool = False) -> Probed:
    missing = missing_python_packages(tfm=tfm, esp_idf=esp_idf)
    return Probed(
        "Zephyr's Python packages",
        "" if missing else f"complete in {shutil.which('python3')}",
        "building",
        f"pip install {' '.join(missing)} (for the python3 on PATH)",
    )


def _compilers() -> list[Probed]:
    host, arm, sdk = host_compiler(), arm_gcc(), zephyr_sdk()
    return [
        Probed("host compiler", host.where if host else "", "native", _COMPILER_REMEDIES["host"]),
        _multilib(),
        Probed(
            "Arm compiler (gnuarmemb)",
            f"{version_of(arm.where)} at {arm.where}" if arm else "",
            "Cortex-M boards and QEMU",
            _COMPILER_REMEDIES["gnuarmemb"],
        ),
        Probed(
            "Zephyr SDK", sdk.where if sdk else "", "qemu_x86, and all else but native", _SDK_REMEDY
        ),
    ]


def _multilib() -> Probed:
    return Probed(
        "32-bit host libraries",
        "gcc -m32 links" if host_builds_32_bit() else "",
        "native_sim, native_posix (not their _64)",
        "sudo apt-get install gcc-multilib, or choose native_sim_64",
    )


_OLDEST_RENODE = (1, 16)
_PYRENODE_SETTINGS = ("PYRENODE_PKG", "PYRENODE_BUILD_DIR", "PYRENODE_BIN")


def _renode() -> list[Probed]:
    place, named = find_renode(), os.environ.get("RENODE_PATH", "")
    version = version_of(place) if place else ""
    detail, remedy = "", PROCESS_REMEDY
    if place and version != "?":
        old = tuple(map(int, re.findall(r"\d+", version)[:2])) < _OLDEST_RENODE
        detail = "" if old else f"{version} at {place}"
        remedy = f"{place} is Renode {version}, and 1.16 or newer is needed" if old else remedy
    elif place:
        remedy = f"{place} does not print its version: run '{place} --version' and see why"
    elif named:
        remedy = f"RENODE_PATH names {named}, where there is no program 'renode'"
    within = pyrenode_place()
    lacking = within and not any(os.environ.get(each) for each in _PYRENODE_SETTINGS)
    return [
        Probed("Renode", detail, "boards in Renode", remedy),
        Probed(
            "pyrenode3",
            "" if lacking else within,
            "boards in Renode within this process, instead of the program",
            f"it is installed, and none of {', '.join(_PYRENODE_SETTINGS)} names a Renode"
            if lacking
            else PYRENODE_REMEDY,
        ),
    ]


def _board(tree: ZephyrTree, zephyr: Zephyr) -> Probed:
    name = tree.board_name(zephyr)
    own = (zephyr.app_dir / "boards").rglob(f"{name.partition('/')[0]}_defconfig")
    absent = tree.lacks_board(name) and not any(own)
    return Probed(
        f"board {name} in Zephyr {tree.version}",
        "" if absent else name,
        "building",
        "choose a platform that this release has (native_sim_64 for native_posix_64), "
        "or name the folder above its boards in BOARD_ROOT",
    )


def _module(tree: ZephyrTree, name: str) -> Probed:
    return Probed(
        f"Zephyr module {name}",
        str(tree.module(name) or ""),
        "building",
        f"west update {name}, or list its folder in ZEPHYR_MODULES",
    )
