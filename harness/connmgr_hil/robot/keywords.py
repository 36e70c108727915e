"""The base of all keywords: errors for Robot Framework."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from connmgr_hil.vocabulary.errors import ConnMgrHilError, DeviceFault, RigFault, Unmet
from connmgr_hil.vocabulary.stimuli import Words

from .framework import Error, Failure, keyword as robot_keyword
from .robot_device import RobotDevice

P = ParamSpec("P")
R = TypeVar("R")


class Keywords(RobotDevice):
    """A group of keywords for the device of the test."""

    def insist(self, holds: bool, wanted: str, seen: str) -> None:
        """Fail unless something holds."""
        if not holds:
            raise self.missed(Unmet(wanted, seen, log=str(self.session.path)))

    def give(self, given: Words, returns: str = "0") -> None:
        """Give a command; fail unless it returns this."""
        status = self.session.execute(given).status
        self.insist(
            status == returns, f"'{' '.join(given)}' returns {returns}", f"it returned {status}"
        )

    def told(self, error: ConnMgrHilError) -> Exception:
        """Return an error as Robot Framework should report it.

        A device at fault and a test that did not see what it wanted are failures; a rig that broke, or a test that asks for what does not exist,
        is an error.
        """
        told: Exception
        if isinstance(error, DeviceFault | Unmet):
            told = Failure(str(error))
        elif isinstance(error, RigFault):
            self.rig_broke(error)
            told = Error(f"Rig error ({type(error).__name__}): {error}")
        else:
            told = Error(f"Wrong use: {error}")
        return told


K = TypeVar("K", bound=Keywords)


def keyword(method: Callable[Concatenate[K, P], R]) -> Callable[Concatenate[K, P], R]:
    """Make a method a keyword whose errors become those that Robot Framework knows."""

    @wraps(method)
    def spoken(self: K, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except ConnMgrHilError as error:
            raise self.told(error) from None

    made: Callable[Concatenate[K, P], R] = robot_keyword(spoken)
    return made
