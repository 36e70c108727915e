"""Bisects the history of a Zephyr tree with git to find the first bad commit; the user's checkout stays unchanged."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from connmgr_hil.targets import Platform
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .zephyr_tree import ZephyrTree, find_tree

_FIRST = re.compile(r"^([0-9a-f]{7,64}) is the first bad commit$", re.MULTILINE)
_LEFT = re.compile(r"^([0-9a-f]{7,64})$", re.MULTILINE)


class Judgement(StrEnum):
    """What is said of a commit, in git's words."""

    GOOD = "good"
    BAD = "bad"
    SKIP = "skip"


@dataclass(frozen=True)
class Found:
    """The end of the search: the first bad commit, or the candidates, if some commits could not be judged."""

    commits: tuple[str, ...]
    steps: int

    @property
    def is_certain(self) -> bool:
        """Whether one commit remains."""
        return len(self.commits) == 1


class History:
    """A second checkout of a Zephyr tree, which git moves through the history.

    Raises `UsageError` if the tree is not in git, or a revision does not exist.
    """

    def __init__(self, tree: ZephyrTree, place: Path) -> None:
        self._base = tree.base
        self.place = place.absolute()
        if not (tree.base / ".git").exists():
            raise UsageError(
                "git does not know the Zephyr tree",
                f"no .git in {tree.base}",
                "point ZEPHYR_BASE at a clone; a copy of its files has no history",
            )

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names."""
        done = self._git(
            "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", cwd=self._base
        )
        if done.returncode:
            raise UsageError(
                f"this is not a revision of {self._base}", repr(revision), "'git log' lists them"
            )
        return done.stdout.strip()

    @contextmanager
    def checked_out(self, revision: str) -> Iterator[None]:
        """Have the second checkout while the block runs."""
        if self.place.exists():
            self._remove()
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self._insist(
            "worktree", "add", "--detach", "--force", str(self.place), revision, cwd=self._base
        )
        try:
            yield
        finally:
            self._git("bisect", "reset", "HEAD")
            self._remove()

    def _remove(self) -> None:
        self._git("worktree", "remove", "--force", str(self.place), cwd=self._base)
        shutil.rmtree(self.place, ignore_errors=True)
        self._git("worktree", "prune", cwd=self._base)

    def go(self, revision: str) -> None:
        """Check a revision out."""
        self._insist("checkout", "--quiet", "--detach", revision)

    def told(self, commit: str) -> str:
        """Return a commit's name, author, date and subject in a line."""
        return self._insist("show", "--no-patch", "--format=%h %an, %as: %s", commit).strip()

    def stat(self, commit: str) -> str:
        """Return which files a commit changed."""
        return self._insist("show", "--stat=90", "--format=", commit).rstrip()

    def halve(
        self,
        good: str,
        bad: str,
        judge: Callable[[str, int], Judgement],
        paths: Sequence[str] = (),
    ) -> Found:
        """Find the first bad commit after `good`. `judge` is called with each commit that git proposes, checked out, and how many are left."""
        between = ("--", *paths) if paths else ()
        said = self._insist("bisect", "start", bad, good, *between)
        steps = 0
        while True:
            if first := _FIRST.search(said):
                return Found((first[1],), steps)
            if "only 'skip'ped commits left" in said:
                return Found(tuple(dict.fromkeys(_LEFT.findall(said))), steps)
            commit = self._insist("rev-parse", "HEAD").strip()
            left = re.search(r"(\d+) revisions? left", said)
            judgement = judge(commit, int(left[1]) if left else 0)
            steps += 1
            done = self._git("bisect", str(judgement))
            said = done.stdout + done.stderr
            if done.returncode not in (0, 2):
                raise RigFault(f"git bisect {judgement} failed", said.strip())

    def _insist(self, *arguments: str, cwd: Path | None = None) -> str:
        done = self._git(*arguments, cwd=cwd)
        if done.returncode:
            raise RigFault(
                f"git {' '.join(arguments[:2])} failed", (done.stderr or done.stdout).strip()
            )
        return done.stdout + done.stderr

    def _git(self, *arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.place,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env=os.environ | {"LC_ALL": "C"},
        )


@contextmanager
def built_from(base: Path, builds: Path, platform: Platform) -> Iterator[None]:
    """Let builds be made from another tree, with the modules of this one, in a folder of their own."""
    wanted = {"ZEPHYR_BASE": str(base), "CMHIL_BUILD_DIR": str(builds)}
    if "ZEPHYR_MODULES" not in os.environ and platform.zephyr is not None:
        tree = find_tree()
        found = [tree.module(tree.module_name(each)) for each in platform.zephyr.modules]
        wanted["ZEPHYR_MODULES"] = ";".join(str(each) for each in found if each)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
