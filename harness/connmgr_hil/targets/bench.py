"""Tables of a platform file that say how a board on the bench is reset and flashed."""

from .strict import Strict


class LineStep(Strict, frozen=True, kw_only=True):
    """Levels of DTR and RTS, and for how many seconds to hold them; a level that is not given stays."""

    dtr: bool | None = None
    rts: bool | None = None
    seconds: float = 0.1


class ResetLadder(Strict, frozen=True, kw_only=True):
    """How a board is brought back, beyond telling it to reboot: the rungs of a ladder, gentlest first.

    `line` are steps of DTR and RTS, `power` is a command that resets the board or switches its power off and on, `reflash` one
    that writes the application anew. Commands may take `command_seconds`. After each rung the board must answer
    within `boot_seconds`; a USB port that vanished must be back within `port_seconds`.
    """

    line: tuple[LineStep, ...] = ()
    power: tuple[str, ...] = ()
    reflash: tuple[str, ...] = ()
    command_seconds: float = 120.0
    boot_seconds: float = 10.0
    port_seconds: float = 15.0


class BoardFlash(Strict, frozen=True, kw_only=True):
    """How `west flash` writes to the board: with a runner, and with further arguments for it."""

    runner: str = ""
    arguments: tuple[str, ...] = ()
    seconds: float = 300.0
