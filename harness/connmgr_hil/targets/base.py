"""What every target can do: start, start afresh, stop."""

from types import TracebackType
from typing import Protocol, Self

from connmgr_hil.transport import Transport

from .platforms import Platform


class Target(Protocol):
    """A thing that runs the application.

    `start` and `restart` return a line to a device that has just begun to boot. Both raise `RigFault`
    with the emulator's last output when it does not come up.
    """

    platform: Platform

    @property
    def name(self) -> str:
        """What the user calls it."""

    @property
    def granted(self) -> bool:
        """Tell whether device time moves only when it is granted."""

    def start(self) -> Transport:
        """Start it and return the line to it."""

    def restart(self) -> Transport:
        """Start it afresh, in the cheapest way that leaves nothing behind."""

    def stop(self) -> None:
        """End it; ending it twice does no harm."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None: ...


class PlatformTarget:
    """What every target knows from its platform file; a `with` block stops it at its end."""

    platform: Platform

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.platform.name

    @property
    def granted(self) -> bool:
        """Tell whether device time moves only when it is granted."""
        return self.platform.time.granted

    def stop(self) -> None:
        """End it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.stop()
