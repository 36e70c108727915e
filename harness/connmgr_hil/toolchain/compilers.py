"""Finds compilers, by the names that Zephyr has for them (toolchain variants)."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .programs import output_of

_SDK_HOMES = ("~", "~/.local", "~/.local/opt", "~/bin", "/opt", "/usr/local", "/usr")


@dataclass(frozen=True)
class Toolchain:
    """A compiler that was found. `settings` are CMake variables that select it."""

    variant: str
    where: str
    settings: dict[str, str] = field(default_factory=dict)


def host_compiler() -> Toolchain | None:
    """Return the compiler for programs of this machine, if there is one."""
    found = shutil.which("gcc") or shutil.which("clang")
    return Toolchain("host", found) if found else None


@cache
def host_builds_32_bit() -> bool:
    """Tell whether the host's compiler has what 32-bit programs are linked with (multilib)."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return False
    return Path(output_of(gcc, "-m32", "-print-file-name=crt1.o").strip()).is_absolute()


def arm_gcc(environment: Mapping[str, str] | None = None) -> Toolchain | None:
    """Return the GNU compiler for bare Arm, from GNUARMEMB_TOOLCHAIN_PATH or from PATH."""
    environment = os.environ if environment is None else environment
    homes = [environment.get("GNUARMEMB_TOOLCHAIN_PATH", "")]
    if found := shutil.which("arm-none-eabi-gcc", path=environment.get("PATH")):
        homes.append(str(Path(found).parent.parent))
    for home in filter(None, homes):
        compiler = Path(home) / "bin" / "arm-none-eabi-gcc"
        if compiler.is_file():
            return Toolchain("gnuarmemb", str(compiler), {"GNUARMEMB_TOOLCHAIN_PATH": home})
    return None


def zephyr_sdk(environment: Mapping[str, str] | None = None) -> Toolchain | None:
    """Return the Zephyr SDK, where its installer and Zephyr's CMake package look for it."""
    environment = os.environ if environment is None else environment
    named = environment.get("ZEPHYR_SDK_INSTALL_DIR")
    candidates = [Path(named).expanduser()] if named else []
    for home in _SDK_HOMES:
        candidates += sorted(
            Path(home).expanduser().glob("zephyr-sdk-*"), key=_newest, reverse=True
        )
    for folder in candidates:
        if (folder / "sdk_version").is_file():
            return Toolchain("zephyr", str(folder), {"ZEPHYR_SDK_INSTALL_DIR": str(folder)})
    return None


def _newest(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.name)]


def choose_toolchain(
    suggested: str, environment: Mapping[str, str] | None = None
) -> Toolchain | None:
    """Return the compiler for a platform whose file suggests a variant, or None if there is none.

    `host` is the host's compiler and nothing else (Zephyr's llvm variant, if that is chosen). Otherwise what
    ZEPHYR_TOOLCHAIN_VARIANT says, then the Zephyr SDK, then the suggestion.
    """
    environment = os.environ if environment is None else environment
    chosen = environment.get("ZEPHYR_TOOLCHAIN_VARIANT", "")
    if suggested == "host":
        if chosen == "llvm":
            return Toolchain("llvm", "ZEPHYR_TOOLCHAIN_VARIANT")
        return host_compiler()
    if chosen == "gnuarmemb" and suggested == "gnuarmemb":
        return arm_gcc(environment)
    if chosen == "zephyr":
        return zephyr_sdk(environment)
    if chosen not in {"", "host", "llvm", "gnuarmemb"}:
        return Toolchain(chosen, "ZEPHYR_TOOLCHAIN_VARIANT")
    if sdk := zephyr_sdk(environment):
        return sdk
    return arm_gcc(environment) if suggested == "gnuarmemb" else None
