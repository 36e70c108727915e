"""The finished work of a campaign, in a file, so that a stopped campaign can be resumed."""

from pathlib import Path

import msgspec

from connmgr_hil.vocabulary.errors import BadInput, NotRecorded, UsageError

from .task import Done, Task

NAME = "done.ndjson"


class _Begun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seed: int


class Ledger:
    """One line for the campaign, and one for each task that ended; traces are in files of their own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def read(self) -> tuple[int, list[Done]]:
        """Return the seed and what was done. Raises `UsageError` if no campaign was begun, `BadInput` for other files.

        A last line without its end was cut when the campaign was; its task is done again.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(
                "there is no campaign to resume",
                f"{self._path}: {error.strerror}",
                "start one without --resume",
            ) from error
        first, *rest = [line for line in text.split("\n")[:-1] if line] or [""]
        try:
            begun = msgspec.json.decode(first, type=_Begun)
            return begun.seed, [msgspec.json.decode(line, type=Done) for line in rest]
        except msgspec.MsgspecError as error:
            raise BadInput(f"{self._path} is not the record of a campaign", str(error)) from error

    def begin(self, seed: int) -> None:
        """Start an empty record."""
        self._put(_Begun(seed), "wb")

    def add(self, done: Done) -> None:
        """Note what came of a task, if all of it was done."""
        if len(done.pieces) < done.task.walks or done.unrecorded:
            return
        pieces = tuple(msgspec.structs.replace(each, trace="", minimal="") for each in done.pieces)
        self._put(msgspec.structs.replace(done, pieces=pieces), "ab")

    def _put(self, entry: _Begun | Done, mode: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open(mode) as file:
                file.write(msgspec.json.encode(entry) + b"\n")
        except OSError as error:
            raise NotRecorded(
                f"cannot write {self._path}",
                str(error),
                "free some space and run again with --resume",
            ) from error


def left(tasks: list[Task], done: list[Done]) -> list[Task]:
    """Return the tasks that were not done yet."""
    over = {each.task for each in done}
    return [task for task in tasks if task not in over]
