"""Refuses a device that is not the expected one."""

from dataclasses import dataclass

from connmgr_hil.vocabulary.errors import WrongDevice
from connmgr_hil.vocabulary.facts import Hello

PROTOCOL = 1


@dataclass(frozen=True)
class Expected:
    """What must answer; anything else is refused. Nothing is asked about what is left out.

    `boards` are the names that Zephyr may give the board (before and since hardware model 2).
    """

    boards: tuple[str, ...] = ()
    build: str = ""

    def check(self, facts: Hello, line: str) -> None:
        """Compare with what a device said. Raises `WrongDevice` naming both."""
        for what, seen, allowed in (
            ("protocol version", str(facts.proto), (str(PROTOCOL),)),
            ("board", facts.board, self.boards),
            ("build", facts.build, (self.build,) if self.build else ()),
        ):
            if allowed and seen not in allowed:
                raise WrongDevice(
                    f"there is no {what} {' or '.join(allowed)} on {line}",
                    f"{what} {seen} (board {facts.board}, build {facts.build}, "
                    f"Zephyr {facts.zephyr})",
                    "flash the image that was built for this run, or select the other target"
                    + (
                        "; --any-build accepts it (pytest: --cm-any-build, Robot Framework: any_build=True)"
                        if what == "build"
                        else ""
                    ),
                )
