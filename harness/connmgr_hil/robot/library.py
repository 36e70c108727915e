"""The library: all keywords, and the listener that judges each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connmgr_hil import __version__
from connmgr_hil.checker import Outcome
from connmgr_hil.targets import Choice
from connmgr_hil.transport.deadlines import set_time_scale
from connmgr_hil.vocabulary.errors import ConnMgrHilError, DeviceFault, Unmet
from connmgr_hil.vocabulary.facts import ROLES

from .arguments import CONVERTERS
from .association_keywords import AssociationKeywords
from .bulk_keywords import BulkKeywords
from .device_keywords import DeviceKeywords
from .event_keywords import EventKeywords
from .framework import library
from .interface_keywords import InterfaceKeywords
from .setting_keywords import SettingKeywords

_BEARING = ("BuiltIn.Run Keyword And Expect Error", "BuiltIn.Wait Until Keyword Succeeds")
"""They fail themselves if an error is not the expected one, or comes too often."""


@library(
    scope="SUITE", version=__version__, converters=CONVERTERS, doc_format="ROBOT", listener="SELF"
)
class ConnMgrLibrary(
    DeviceKeywords,
    InterfaceKeywords,
    SettingKeywords,
    AssociationKeywords,
    EventKeywords,
    BulkKeywords,
):
    """Drives Zephyr's Connection Manager on a device, and judges everything the device shows.

    = Devices =

    Each test gets a freshly started device. `Open Device` starts it, or else the first keyword that needs
    one. Everything that is done to it and that it shows is recorded in a *trace*, and judged at once by a
    reference model of the Connection Manager. A test fails if the device deviates from the model, even if its
    own checks hold; the log then shows the trace as a table.

    A fault of the device is a _failure_. A broken rig (an emulator died, a cable came loose) and wrong usage
    are _errors_: their messages begin with ``Rig error`` and ``Wrong use``. A test that needs
    something the device lacks is skipped, see `Skip Unless Device Has`.

    = Interfaces =

    An interface is named by its role letter, its name, or its index:

    | =Letter= | =Name= | =What it is= |
    | A, B | bound0, bound1 | bound to the simulated connectivity implementation |
    | C | plain0 | bound to one without options |
    | U, V | free0, free1 | unbound |
    | D | auto0 | bound, and admin-up from boot on |
    | N, E, S | null0, bare0, stubborn0 | special cases, see PROTOCOL.md |

    = Events =

    Events are remembered until a check finds them. A check that finds an event consumes it and all
    earlier events, so checks are written in chronological order.

    = Time =

    All times are device time, in Robot Framework's notation (``2 s``, ``1 min 30 s``). With
    granted time, time passes only in `Advance Time`, `Event Should Occur Within` and `No Event Should Occur
    Within`, and costs almost nothing.
    """

    def __init__(
        self,
        target: str = "simulated",
        image: str = "",
        variant: str = "",
        port: str = "",
        trace_dir: str = "",
        time_scale: float = 1.0,
        any_build: bool = False,
    ) -> None:
        """Selects the device; the first test that needs it starts it.

        - ``target``: ``simulated``, ``native``, a platform (``cmhil platforms``), or a platform file.
        - ``image``: the image to run, instead of the built one.
        - ``variant``: another configuration of the firmware.
        - ``port``: the serial port of a board.
        - ``trace_dir``: the folder for traces; ``traces`` beside the log if not given.
        - ``time_scale``: multiplies the deadlines, for a slow rig; device time does not change.
        - ``any_build``: accept a board that runs another build than the one in the build folder or ``image``.

        For example:
        | Library    connmgr_hil.robot.ConnMgrLibrary    target=native_sim_64
        """
        choice = Choice(target, Path(image) if image else None, variant, port, any_build)
        super().__init__(choice, trace_dir)
        if time_scale != 1.0:
            set_time_scale(time_scale)

    # --- what Robot Framework tells its listener -----------------------------------------

    def _start_test(self, data: Any, result: Any) -> None:
        self._test = data.full_name
        self.roles_named = frozenset(_roles_in(data.body))
        self._requirements = tuple(tag for tag in result.tags if tag.upper().startswith("REQ-"))
        self._opened = 0
        self._last = None
        self._rig = None
        self._verdict = None

    def _start_keyword(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        self._bearing += result.full_name in _BEARING

    def _end_keyword(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        if result.full_name not in _BEARING:
            return
        self._bearing -= 1
        if self._bearing or not self._borne:
            return
        borne, self._borne = self._borne, []
        if not result.failed:
            return
        for error in borne:
            if not isinstance(error, Unmet) or self._run is None:
                self._bear(error)
            else:
                self._run.missed(error)

    def _end_test(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        """Judge the device of a test; one that passed fails when the device left the model."""
        try:
            if result.failed and self._run is not None:
                first, _, _ = result.message.partition("\n")
                verdict = self._run.conclude(self._rig, complaint=first)
                if verdict.outcome is Outcome.INCONCLUSIVE and not verdict.unmet:
                    self._fail(result, "\n".join(verdict.lines()))
                self._run.close()
                self._run = None
            else:
                self.close_judged(_leaves_off(result))
                if self._verdict and not result.failed:
                    raise self._verdict
        except (DeviceFault, Unmet) as error:
            self._fail(result, str(error))
        except ConnMgrHilError as error:
            self._fail(result, f"Rig error ({type(error).__name__}): {error}")
        if result.failed and self._rig and result.message.startswith("ValueError: Argument"):
            # It broke while the device was started for an argument.
            result.message = f"Rig error ({type(self._rig).__name__}): {self._rig}"
        if result.failed:
            self.attach()

    def _fail(self, result: Any, message: str) -> None:
        result.status = "FAIL"
        result.message = f"{result.message}\n\n{message}".strip()

    def _end_suite(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        """End the targets of the suite, and a device that its teardown opened."""
        if self._run is not None:
            self._run.close()
            self._run = None
        self._targets.close()

    def _close(self) -> None:
        """End what is left when Robot Framework is done with the library."""
        self._targets.close()


def _leaves_off(result: Any) -> str:
    """Return why a test that did not fail left out the rest of itself; empty for one that came to its end."""
    if result.skipped:
        return "skipped"
    return "passed early" if any(each.status == "NOT RUN" for each in result.body) else ""


def _roles_in(body: Any) -> Iterator[str]:
    """Yield the role letters that the steps of a test name, those in loops and branches included."""
    for step in body:
        words = (*getattr(step, "args", ()), *getattr(step, "values", ()))
        yield from (str(word) for word in words if word in ROLES)
        yield from _roles_in(getattr(step, "body", ()))
