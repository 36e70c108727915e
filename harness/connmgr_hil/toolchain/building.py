"""Builds the Zephyr application for a platform."""

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.resources import zephyr_app_dir
from connmgr_hil.targets import Platform, build_command, find_platform, image_path, reaper
from connmgr_hil.targets.opening import NATIVE
from connmgr_hil.transport.deadlines import BUILD
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .compilers import choose_toolchain
from .machine import lacking
from .programs import west_command
from .provenance import keep_state
from .zephyr_tree import ZephyrTree, find_tree

_STAMP = ".cmhil-configured"
_TAIL_LINES = 12
_TELLING_LINES = 6
_TELLING = re.compile(r"\b(error|warning)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Build:
    """All that there is to know about a build before it begins.

    `commands` are run one after the other in `where`; `image` is the file that they leave in `folder`.
    """

    platform: str
    board: str
    zephyr: str
    toolchain: str
    folder: Path
    image: Path
    where: Path
    commands: tuple[tuple[str, ...], ...]
    configure: tuple[str, ...]

    @property
    def log(self) -> Path:
        """Where the output of the build is kept."""
        return self.folder.parent / f"{self.folder.name}.log"


def native_to_build() -> Platform:
    """Return the native platform to build: the one that was built before, else the first whose board the tree has."""
    platforms = [find_platform(name) for name in NATIVE]
    built = [each for each in platforms if image_path(each).is_file()]
    tree = find_tree()
    there = [each for each in platforms if not tree.lacks_board(board_name(each, tree))]
    return (built or there or platforms)[0]


def board_name(platform: Platform, tree: ZephyrTree) -> str:
    """Return how this tree names the board: by the old or the new hardware model."""
    assert platform.zephyr is not None
    return tree.board_name(platform.zephyr)


def plan_build(
    platform: Platform,
    *,
    variant: str = "",
    board: str = "",
    cmake_arguments: Sequence[str] = (),
) -> Build:
    """Return how to build for a platform on this machine; nothing is changed yet.

    Raises `UsageError` when the platform runs no firmware, when there is no such variant, or when
    something is missing, naming all of it.
    """
    if platform.zephyr is None:
        raise UsageError(
            "this platform does not run Zephyr",
            f"{platform.name}: {platform.description}",
            "there is nothing to build: it can be verified as it is",
        )
    fragments = _fragments(platform, variant)
    missing = lacking(platform)
    if missing:
        raise UsageError(
            f"cannot build for {platform.name}",
            "missing: " + ", ".join(finding.name for finding in missing),
            "; ".join(finding.remedy for finding in missing),
        )
    tree = find_tree()
    toolchain = choose_toolchain(platform.zephyr.toolchain)
    assert toolchain is not None, "lacking() would have named it"
    image = image_path(platform, variant).absolute()
    folder = image.parents[1]
    settings = {"ZEPHYR_TOOLCHAIN_VARIANT": toolchain.variant, **toolchain.settings}
    overlays = [each for each in fragments if each.endswith(".overlay")]
    if confs := [each for each in fragments if each not in overlays]:
        settings["EXTRA_CONF_FILE"] = ";".join(confs)
    if overlays:
        settings["EXTRA_DTC_OVERLAY_FILE"] = ";".join(overlays)
    west = west_command() if tree.workspace else None
    # Our application adds the probe by itself.
    own = [str(zephyr_app_dir() / "probe")] if platform.zephyr.app else []
    if west is None and "ZEPHYR_MODULES" not in os.environ:
        names = [tree.module_name(entry) for entry in platform.zephyr.modules]
        modules = [str(tree.module(name)) for name in names]
        settings["ZEPHYR_MODULES"] = ";".join([*modules, *own])
    elif west is None and own:
        settings["ZEPHYR_MODULES"] = ";".join([os.environ["ZEPHYR_MODULES"], *own])
    elif own:
        settings["ZEPHYR_EXTRA_MODULES"] = own[0]
    chosen = board or board_name(platform, tree)
    definitions = [f"-D{key}={value}" for key, value in settings.items()] + list(cmake_arguments)
    source = str(platform.zephyr.app_dir)
    configure: tuple[str, ...]
    if west is not None and tree.workspace is not None:
        configure = (*west, "build", "--cmake-only", "-b", chosen, "-d", str(folder), "-s", source)
        configure = (*configure, "--", *definitions)
    else:
        configure = ("cmake", "-GNinja", "-S", source, "-B", str(folder), f"-DBOARD={chosen}")
        configure = (*configure, *definitions)
    return Build(
        platform=platform.name,
        board=chosen,
        zephyr=f"{tree.version} at {tree.base}",
        toolchain=f"{toolchain.variant} ({toolchain.where})",
        folder=folder,
        image=image,
        where=tree.workspace or Path.cwd(),
        commands=(configure, ("ninja", "-C", str(folder))),
        configure=(*configure, str(tree.base)),
    )


def build_again(platform: Platform, variant: str, folder: Path, named: str = "") -> Build:
    """Return how to build once more, in another folder, what was built for a platform: configured in the same way.

    `named` is how the user called the platform.
    Raises `UsageError` with the command that builds it where nothing was built.
    """
    image = image_path(platform, variant).absolute()
    first, stamp = image.parents[1], image.parents[1] / _STAMP
    if not stamp.is_file():
        raise UsageError(
            f"nothing was built for {platform.name}",
            f"no file {stamp}",
            build_command(platform, variant, named),
        )
    told = json.loads(stamp.read_text(encoding="utf-8"))
    *configure, base = (word.replace(str(first), str(folder)) for word in told)
    return Build(
        platform=platform.name,
        board="",
        zephyr=base,
        toolchain="",
        folder=folder,
        image=folder / image.relative_to(first),
        where=find_tree().workspace or Path.cwd(),
        commands=(tuple(configure), ("ninja", "-C", str(folder))),
        configure=(*configure, base),
    )


def _fragments(platform: Platform, variant: str) -> list[str]:
    assert platform.zephyr is not None
    usual = platform.zephyr.conf
    if variant and variant not in platform.variants:
        raise UsageError(
            f"{platform.name} has no such variant",
            repr(variant),
            "variants: " + (", ".join(sorted(platform.variants)) or "none"),
        )
    further = platform.variants[variant].conf if variant else ()
    return [str(platform.zephyr.app_dir / name) for name in (*usual, *further)]


def run_build(
    build: Build, *, pristine: bool = False, say: Callable[[str], object] | None = None
) -> Path:
    """Build, and return the image. Its output goes to `build.log`, and line by line to `say`.

    What was configured in the same way before is built upon; otherwise, with `pristine`, and where a default of the
    application has changed, which an earlier configuration outlives, the folder is emptied first. The stamp in it says how it was configured, and that it is ours. Raises `RigFault` with the end of the output when it does not build.
    """
    stamp = build.folder / _STAMP
    configured = json.dumps(build.configure)
    fresh = (
        pristine
        or not stamp.is_file()
        or stamp.read_text(encoding="utf-8") != configured
        or any(_is_newer(each, stamp) for each in zephyr_app_dir().rglob("Kconfig"))
    )
    if fresh:
        _empty(build.folder)
        build.folder.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    with build.log.open("w", encoding="utf-8") as log:
        for command in build.commands if fresh else build.commands[1:]:
            _run(command, build, log.write, say)
            stamp.write_text(configured, encoding="utf-8")
    if not build.image.is_file():
        raise RigFault(
            f"the build did not create {build.image}",
            "no such file",
            "read the log",
            str(build.log),
        )
    keep_state(build.folder, Path(build.configure[-1]))
    return build.image


def _is_newer(file: Path, stamp: Path) -> bool:
    return file.stat().st_mtime_ns > stamp.stat().st_mtime_ns


def _empty(folder: Path) -> None:
    """Remove an earlier build; refuse to remove anything else."""
    if not folder.exists():
        return
    ours = any((folder / name).is_file() for name in (_STAMP, "CMakeCache.txt"))
    if not ours and any(folder.iterdir()):
        raise UsageError(
            f"{folder} is neither empty nor an earlier build",
            "other files in it",
            "move them away, or set CMHIL_BUILD_DIR",
        )
    shutil.rmtree(folder)


def _run(
    command: Sequence[str],
    build: Build,
    keep: Callable[[str], object],
    say: Callable[[str], object] | None,
) -> None:
    keep(f"$ {' '.join(command)}\n")
    environment = os.environ | {"ZEPHYR_BASE": build.configure[-1]}
    telling: list[str] = []
    tail: list[str] = []
    overdue = threading.Event()

    def give_up() -> None:
        overdue.set()
        reaper.kill_group(process.pid)

    timer = threading.Timer(BUILD.seconds, give_up)
    reaper.prepare()
    with subprocess.Popen(
        command,
        cwd=build.where,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,
        preexec_fn=reaper.announce,  # noqa: PLW1509 - one write, which takes no lock
    ) as process:
        reaper.guard(process.pid)
        timer.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                keep(line)
                tail = [*tail[1 - _TAIL_LINES :], line.rstrip()]
                if len(telling) < _TELLING_LINES and _TELLING.search(line):
                    telling.append(line.rstrip())
                if say is not None:
                    say(line.rstrip())
            process.wait()
        finally:
            timer.cancel()
            if process.returncode is None:
                reaper.kill_group(process.pid)
            reaper.release(process.pid)
    if process.returncode:
        ending = (
            f"has not ended within {BUILD}"
            if overdue.is_set()
            else f"ended with {process.returncode}"
        )
        end = [*(line for line in telling if line not in tail), *tail]
        raise RigFault(
            f"the application does not build for {build.platform} (board {build.board})",
            f"{command[0]} {ending}\n    " + "\n    ".join(end),
            "look for the first error in the log",
            str(build.log),
        )
