"""What a bisection found, kept in its folder: the first bad commit, its traces and its build."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from connmgr_hil.files import read_whole, replace_file
from connmgr_hil.vocabulary.errors import BadInput

NAME = "bisect.json"
_MOST_BYTES = 1_000_000


class Bisection(msgspec.Struct, frozen=True, kw_only=True):
    """The first bad commit, its line in git's log, the trace that shows its failure, and the shortest that does.

    `image` is its build, and `shortest` is empty if only the scenario noticed the failure. Both and `trace` are relative
    to the folder.
    """

    commit: str
    told: str
    scenario: str
    trace: str
    image: str
    target: str
    variant: str = ""
    shortest: str = ""

    def write(self, folder: Path) -> None:
        """Keep it in the folder of its traces."""
        replace_file(folder / NAME, msgspec.json.encode(self).decode() + "\n")

    def traces(self, folder: Path) -> list[Path]:
        """Return its traces."""
        return [folder / each for each in (self.trace, self.shortest) if each]

    def again(self, folder: Path) -> list[str]:
        """Return the command that shows the failure again, on the build of that commit if it is still there."""
        image = folder / self.image
        built = ["--image", str(image)] if image.is_file() else []
        device = ["-t", self.target, *built, *self._configuration]
        if self.shortest:
            return ["cmhil", "replay", str(folder / self.shortest), *device]
        return ["cmhil", "verify", *device, "--scenario", self.scenario]

    def build(self, folder: Path) -> list[str]:
        """Return the command that builds that commit where it is checked out; empty if its build is still there."""
        if (folder / self.image).is_file():
            return []
        return ["cmhil", "build", "-p", self.target, *self._configuration]

    @property
    def _configuration(self) -> list[str]:
        return ["--variant", self.variant] if self.variant else []


def find_bisection(paths: Iterable[Path]) -> tuple[Path, Bisection] | None:
    """Return the first of these folders with a finished bisection, and its result. Raises `BadInput`."""
    for folder in paths:
        file = folder / NAME
        if file.is_file():
            try:
                document = read_whole(file, "the end of a bisection", _MOST_BYTES)
                return folder, msgspec.json.decode(document, type=Bisection)
            except msgspec.DecodeError as error:
                raise BadInput(f"{file} is not what 'cmhil bisect' wrote", str(error)) from error
    return None
