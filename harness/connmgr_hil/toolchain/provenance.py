"""Where an image comes from: its file, its build time, and the state of the Zephyr tree."""

import contextlib
import hashlib
import os
import platform
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
from msgspec import structs

from connmgr_hil.targets import Target
from connmgr_hil.transport.deadlines import TELL
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.observations import Provenance

from .zephyr_tree import ZephyrTree, read_tree

STAMP = "cmhil-zephyr.json"
"""In a build folder: the state of the Zephyr tree when it was built."""

_BASE = re.compile(r"^ZEPHYR_BASE:\w+=(.+)$", re.MULTILINE)
_INPUT = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)


def provenance(target: Target) -> Provenance:
    """Return where the evidence of a target comes from. What cannot be found out is empty."""
    found = Provenance(
        host=platform.node(),
        date=_utc(time.time()),
        command=(Path(sys.argv[0]).name, *sys.argv[1:]),
        device=target.asked,
    )
    if target.image is None:
        return found
    about = _of_image(target.image, target.image.stat().st_mtime_ns)
    return structs.replace(found, **structs.asdict(about))


class _OfImage(msgspec.Struct, frozen=True):
    image: str
    digest: str
    built: str
    zephyr: str = ""
    release: str = ""
    commit: str = ""
    changed: bool | None = None


class Tree(msgspec.Struct, frozen=True):
    """The state of a Zephyr tree: `changed` tells whether files differ from the commit; None without git."""

    zephyr: str
    release: str
    commit: str = ""
    changed: bool | None = None


@cache
def _of_image(image: Path, changed_at: int) -> _OfImage:
    tree = _tree_of(image.absolute().parent.parent, changed_at)
    with image.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    about = _OfImage(str(image), digest, _utc(changed_at / 1e9))
    return structs.replace(about, **structs.asdict(tree)) if tree else about


def _tree_of(folder: Path, built_at: int) -> Tree | None:
    """Return what a build folder says about its Zephyr tree; None if nothing.

    Its stamp does not count for an image that was built there later.
    """
    stamp = folder / STAMP
    with contextlib.suppress(OSError, msgspec.DecodeError):
        if stamp.stat().st_mtime_ns >= built_at:
            return msgspec.json.decode(stamp.read_bytes(), type=Tree)
    try:
        found = _BASE.search((folder / "CMakeCache.txt").read_text(encoding="utf-8"))
        return state_of(read_tree(Path(found[1]))) if found else None
    except (OSError, UnicodeDecodeError, UsageError):
        return None


def keep_state(folder: Path, base: Path) -> None:
    """Write the state of the Zephyr tree into a build folder; nothing if it was not built from a tree."""
    with contextlib.suppress(UsageError):
        (folder / STAMP).write_bytes(msgspec.json.encode(state_of(read_tree(base))))


def state_of(tree: ZephyrTree) -> Tree:
    """Return the current state of a Zephyr tree."""
    about = Tree(str(tree.base), tree.version)
    top = _git(tree.base, "rev-parse", "--show-toplevel")
    if not top or Path(top).resolve() != tree.base.resolve():
        return about
    commit = _git(tree.base, "rev-parse", "HEAD")
    changes = _git(tree.base, "status", "--porcelain", "--untracked-files=no")
    return structs.replace(about, commit=commit, changed=bool(changes))


def _git(base: Path, *arguments: str) -> str:
    environment = os.environ | {"GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            ["git", "-C", str(base), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TELL.seconds,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def newer_sources(image: Path) -> list[Path]:
    """Return the files that an image was made from and that were changed after it, the newest first.

    Only a build folder of ninja can tell; elsewhere nothing is returned.
    """
    folder = image.absolute().parent.parent
    if not (folder / "build.ninja").is_file():
        return []
    # A build does not rewrite an unchanged file; its stamp says when the build ran.
    built = max(each.stat().st_mtime_ns for each in (image, folder / STAMP) if each.is_file())
    late = {path: when for path in _inputs(folder) if (when := _changed_at(path)) > built}
    return [Path(path) for path in sorted(late, key=lambda path: -late[path])]


def _changed_at(path: str) -> int:
    """Return when a file changed, in nanoseconds; 0 for what is no file."""
    try:
        found = os.stat(path)  # noqa: PTH116 - there are thousands, and a Path for each takes longer than all the rest
    except OSError:
        return 0
    return found.st_mtime_ns if stat.S_ISREG(found.st_mode) else 0


def _inputs(folder: Path) -> Iterator[str]:
    """Yield the paths outside of a build folder that the compiler read, or that the configuration was made from."""
    told = ""
    for question in (("deps",), ("query", "build.ninja")):
        try:
            told += subprocess.run(
                ["ninja", "-C", str(folder), "-t", *question],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TELL.seconds,
                check=False,
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            return
    within = f"{folder}{os.sep}"
    for text in dict.fromkeys(_INPUT.findall(told)):
        path = os.path.join(folder, text.removeprefix("| "))  # noqa: PTH118 - as above
        if not path.startswith(within):
            yield path


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
