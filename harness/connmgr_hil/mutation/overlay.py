"""Builds mutants in a separate folder: the user's sources and build stay as they are.

Ninja gets a second manifest beside CMake's, where the mutated files are copies in this folder. A killed run leaves only this folder behind.
"""

import hashlib
import re
import shlex
import subprocess
from pathlib import Path

from connmgr_hil.toolchain.building import Build, run_build
from connmgr_hil.transport.deadlines import BUILD
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .mutants import Mutant

MANIFEST = "mutants.ninja"
_COPIES = "mutants"
_ERROR = re.compile(r"error: .*")


class Overlay:
    """A build whose C files can be replaced by mutants, one at a time."""

    def __init__(self, build: Build, sources: tuple[Path, ...]) -> None:
        self._build = build
        self._texts = {source: source.read_text(encoding="utf-8") for source in sources}
        self._objects: dict[Path, tuple[str, ...]] = {}
        self._unchanged: dict[Path, str] = {}
        self._exchanged: Path | None = None

    @property
    def image(self) -> Path:
        """The image that the last build left."""
        return self._build.image

    def prepare(self) -> None:
        """Build all of it without a change. Raises `UsageError` for a file that is no part of the build."""
        run_build(self._build)
        manifest = (self._build.folder / "build.ninja").read_text(encoding="utf-8")
        for source in self._texts:
            manifest = self._with_copy(manifest, source)
            self._put(source, self._texts[source])
        (self._build.folder / MANIFEST).write_text(manifest, encoding="utf-8")
        if told := self._ninja():
            raise RigFault("the build with copies of its sources failed", told)
        self._unchanged = {source: self._digest(source) for source in self._texts}

    def compile(self, mutant: Mutant) -> tuple[str, str]:
        """Compile a mutant; return the digest of its object code, or an empty one and the compiler's complaint."""
        source = Path(mutant.source)
        if self._exchanged not in (None, source):
            assert self._exchanged is not None
            self._put(self._exchanged, self._texts[self._exchanged])
        self._exchanged = source
        self._put(source, mutant.applied(self._texts[source]))
        if told := self._ninja(*self._objects[source]):
            complaint = _ERROR.search(told)
            return "", complaint[0] if complaint else told.strip().splitlines()[-1]
        return self._digest(source), ""

    def is_unchanged(self, mutant: Mutant, digest: str) -> bool:
        """Tell whether this is the object code of the file without a change."""
        return digest == self._unchanged[Path(mutant.source)]

    def link(self) -> str:
        """Link the mutant that was compiled; return what was wrong, if anything was."""
        return self._ninja()

    def _copy(self, source: Path) -> Path:
        # Sources of one name stand in different folders.
        place = hashlib.sha256(str(source.parent).encode()).hexdigest()[:8]
        return self._build.folder / _COPIES / place / source.name

    def _put(self, source: Path, text: str) -> None:
        copy = self._copy(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(f'#line 1 "{source}"\n{text}', encoding="utf-8")

    def _with_copy(self, manifest: str, source: Path) -> str:
        """Return the manifest with the copy in place of a source, compiled without debug information."""
        statement = re.compile(
            rf"^build ([^:\n]+): (\S+) {re.escape(_escaped(source))}(?=[ \n]).*\n(?:  .*\n)*",
            re.MULTILINE,
        )
        found = list(statement.finditer(manifest))
        if not found:
            raise UsageError(
                f"{source} is not part of this build",
                f"no object in {self._build.folder / 'build.ninja'} is made from it",
                "name a file that the build compiles, or choose another --variant",
            )
        self._objects[source] = tuple(each[1] for each in found)
        copy = _escaped(self._copy(source))
        for each in reversed(found):
            text = each[0].replace(_escaped(source), copy, 1)
            text = re.sub(r"^  FLAGS = .*", r"\g<0> -g0", text, flags=re.MULTILINE)
            folder = shlex.quote(str(source.parent)).replace("$", "$$")
            quoted = f"  INCLUDES = -iquote {folder} "
            text = text.replace("  INCLUDES = ", quoted, 1)
            manifest = manifest[: each.start()] + text + manifest[each.end() :]
        return manifest

    def _digest(self, source: Path) -> str:
        whole = hashlib.sha256()
        for each in self._objects[source]:
            whole.update((self._build.folder / each).read_bytes())
        return whole.hexdigest()

    def _ninja(self, *wanted: str) -> str:
        """Run ninja; return what it printed if it failed."""
        try:
            done = subprocess.run(
                ["ninja", "-C", str(self._build.folder), "-f", MANIFEST, *wanted],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=BUILD.seconds,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return f"ninja has not ended within {BUILD}"
        return (done.stdout + done.stderr or "ninja failed") if done.returncode else ""


def _escaped(path: Path) -> str:
    """Return a path as a ninja manifest spells it."""
    return str(path).replace("$", "$$").replace(" ", "$ ").replace(":", "$:")
