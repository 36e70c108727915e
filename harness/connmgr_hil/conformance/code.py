"""Which lines and branches of C were reached, as counted by the compiler's gcov."""

import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from connmgr_hil.transport.deadlines import BUILD
from connmgr_hil.vocabulary.errors import RigFault, UsageError

USUAL = ("*/subsys/net/conn_mgr/*.c", "*/simconn/src/simconn.c", "*/simconn/src/options.c")
"""The files that are looked at where none are named: the Connection Manager's and the sample implementation's."""


_LOGS = re.compile(r"\s*(?:NET|LOG|SHELL)_(?:DBG|INF|INFO|WRN|WARN|ERR|HEXDUMP_\w+)\s*\(")


class _Branch(msgspec.Struct):
    count: int


class _GcovLine(msgspec.Struct):
    line_number: int
    count: int
    branches: list[_Branch] = []


class _GcovFile(msgspec.Struct):
    file: str
    lines: list[_GcovLine]


class _Counts(msgspec.Struct):
    current_working_directory: str
    files: list[_GcovFile]


@dataclass(frozen=True)
class Reached:
    """The coverage of one file. `missing` are the lines that were not, `half` those of which a branch was not.

    Branches inside the macros of log messages do not count: they depend on levels and on where messages go.
    """

    path: str
    lines: int
    reached: int
    branches: int
    taken: int
    missing: tuple[int, ...]
    half: tuple[int, ...]

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return Path(self.path).name

    def as_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {
            "file": self.path,
            "lines": self.lines,
            "lines_reached": self.reached,
            "branches": self.branches,
            "branches_taken": self.taken,
            "lines_missing": list(self.missing),
            "lines_with_a_branch_missing": list(self.half),
        }


def reached(build: Path, patterns: Iterable[str] = ()) -> list[Reached]:
    """Return what was reached of the files that match, from the counts in a build folder; each run adds to them.

    A pattern that begins with neither `*` nor `/` may stand for the end of a path. Raises `UsageError` if nothing was counted, a pattern
    matches nothing, or gcov is missing, `RigFault` if it fails.
    """
    asked = {each: each if each[:1] in "*/" else f"*/{each}" for each in patterns}
    wanted = tuple(asked.values()) or USUAL
    if not any(build.rglob("*.gcda")):
        raise UsageError(
            f"nothing was counted in {build}",
            "no *.gcda below it",
            "cmhil build -p native_sim_64 --variant coverage, then cmhil verify -t native_sim_64 --variant coverage",
        )
    lines: dict[str, list[_GcovLine]] = defaultdict(list)
    known: set[str] = set()
    for counts in _counted(build):
        for file in counts.files:
            path = str(Path(counts.current_working_directory, file.file))
            known.add(path)
            if any(fnmatchcase(path, pattern) for pattern in wanted):
                lines[path] += file.lines
    for each, pattern in asked.items():
        if not any(fnmatchcase(path, pattern) for path in known):
            names = sorted({Path(path).name for path in known if path.endswith(".c")})
            near = get_close_matches(Path(each).name, names)
            raise UsageError(
                f"no file that was counted matches {each}",
                f"{len(names)} C files were counted"
                + (f", such as {', '.join(near)}" if near else ""),
                "name a file that the build of the variant coverage compiles, such as '*/my_connectivity.c'",
            )
    return [_told(path, lines[path]) for path in sorted(lines)]


def _counted(build: Path) -> Iterator[_Counts]:
    data = [str(each.relative_to(build)) for each in sorted(build.rglob("*.gcda"))]
    command = ["gcov", "--json-format", "--stdout", "--branch-probabilities", *data]
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=BUILD.seconds, cwd=build
        )
    except OSError as error:
        raise UsageError(
            "gcov of the host's compiler is missing", str(error), "install gcc"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise RigFault(f"gcov has not ended within {BUILD}", str(error)) from error
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()
        raise RigFault("gcov could not read the counts", told[-600:])
    for line in done.stdout.splitlines():
        if line.startswith(b"{"):
            yield msgspec.json.decode(line, type=_Counts)


def _told(path: str, lines: list[_GcovLine]) -> Reached:
    """Sum up the lines of a file, which may be compiled into several objects."""
    try:
        messages = logged(Path(path).read_text(encoding="utf-8", errors="replace"))
    except OSError:  # it was built elsewhere
        messages = set()
    counts: Counter[int] = Counter()
    branches: dict[tuple[int, int], int] = defaultdict(int)
    for line in lines:
        counts[line.line_number] += line.count
        for place, branch in enumerate(line.branches if line.line_number not in messages else ()):
            branches[line.line_number, place] += branch.count
    half = {number for (number, _), count in branches.items() if not count and counts[number]}
    return Reached(
        path,
        len(counts),
        sum(count > 0 for count in counts.values()),
        len(branches),
        sum(count > 0 for count in branches.values()),
        tuple(sorted(number for number, count in counts.items() if not count)),
        tuple(sorted(half)),
    )


def logged(text: str) -> set[int]:
    """Return the numbers of the lines of C that belong to log messages."""
    found: set[int] = set()
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if depth or _LOGS.match(line):
            depth += line.count("(") - line.count(")")
            found.add(number)
    return found


def ranges(lines: Iterable[int]) -> str:
    """Write line numbers shortly: `12-14, 30`."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in parts)
