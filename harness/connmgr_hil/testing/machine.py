"""Lets Hypothesis drive a device with the walker's commands, and shrink failures.

Needs Hypothesis, which is in the extra `model`.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, note, settings, strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
)

from connmgr_hil.conformance.choices import KINDS, Choices
from connmgr_hil.conformance.session import Session
from connmgr_hil.model import World
from connmgr_hil.targets import Target
from connmgr_hil.vocabulary.errors import RigFault
from connmgr_hil.vocabulary.observations import Header
from connmgr_hil.vocabulary.stimuli import Words, advance

SETTINGS = settings(
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
"""What a machine's `TestCase` starts with: a device's speed is not the test's fault."""

_ANYWHERE = ("advance", "resend", "bulk", "l2", "listen", "elsewhere", "burst")
"""Kinds of commands that are about no iface, or about several."""

_SIMULATED = tuple("connect disconnect lose fatal flag timeout idle knob query".split())
"""Kinds of commands for ifaces of the simulated implementation."""

_SINCE_IDLE = frozenset({"idle", "used"})


class ConnectionManagerMachine(RuleBasedStateMachine):
    """Gives commands to a device; the checker judges after each. Made by `connection_manager_machine`."""

    device: "ReusedDevice"

    def __init__(self) -> None:
        super().__init__()
        self.session = self.device.fresh()
        self._given: list[Words] = []
        self._failed = False

    @property
    def world(self) -> World:
        """The device's facts and profile."""
        assert self.session.checker.model is not None
        return self.session.checker.model.world

    def give(self, command: str) -> None:
        """Give a command. Raises `Nonconforming` if the device leaves the model."""
        checker = self.session.checker
        if checker.unpredicted or not checker.states():
            return  # a storm that the model predicts: the rest of this run shows nothing
        words = tuple(command.split())
        self._given.append(words)
        try:
            self.session.attempt(words)
        except BaseException:
            self._failed = True
            note("shortest sequence: " + " · ".join(" ".join(each) for each in self._given))
            raise

    def teardown(self) -> None:
        """Compare all of the device's state with the model at the end."""
        if not self._failed:
            self.give("state")


class ReusedDevice:
    """A device for many examples: brought back by `reset`, restarted if that fails."""

    def __init__(
        self, source: Target | Session | Callable[[], Session], before: tuple[Words, ...]
    ) -> None:
        self._source = source
        self._before = before
        self._session = source if isinstance(source, Session) else None
        self._folder: TemporaryDirectory[str] | None = None

    @property
    def session(self) -> Session:
        """The session of the example that runs."""
        assert self._session is not None
        return self._session

    def fresh(self) -> Session:
        """Return a session whose device is as after boot."""
        if self._session is None:
            self._session = self._open()
        elif not self._session.reset():
            self._session = self._reopen(self._session)
        for words in self._before:
            self._session.execute(words)
        return self._session

    def _open(self) -> Session:
        if isinstance(self._source, Session):
            return self._source
        if callable(self._source):
            session = self._source()
        else:
            self._folder = self._folder or TemporaryDirectory(prefix="connmgr-hil-")
            trace = Path(self._folder.name) / "machine.jsonl"
            session = Session(self._source, trace, Header(scenario="machine"))
        return session.__enter__()

    def _reopen(self, session: Session) -> Session:
        if isinstance(self._source, Session):
            raise RigFault(
                "the device of the given session does not come back from 'reset'",
                "it does not, or not to the state after boot",
                "give a target, which can be restarted, instead of a session",
                str(session.path),
            )
        session.close()
        return self._open()

    def close(self) -> None:
        """End the session, unless it was given."""
        if self._session is not None and self._session is not self._source:
            self._session.close()
            self._session = None
        if not callable(self._source) and not isinstance(self._source, Session):
            self._source.stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


class _OneIface(Choices):
    """Choices for one iface only."""

    def __init__(self, world: World, disabled: frozenset[str], index: int) -> None:
        super().__init__(world, disabled)
        self._all = self._controlled = (index,)

    def iface(self, random: Random) -> int:
        """Return the iface."""
        del random
        return self._all[0]


def connection_manager_machine(
    source: Target | Session | Callable[[], Session],
    *,
    before: tuple[Words, ...] = (),
) -> type[ConnectionManagerMachine]:
    """Return a state machine for Hypothesis that tries everything the walker may do on a device.

    `source` is a target, an open session, or a function that returns a session, called when the first
    example runs. `before` are commands given first in each example. The rules draw from the walker's
    `connmgr_hil.conformance.choices.KINDS`: for any iface (one does not exist), for those of the simulated
    implementation, and for all at once. The checker judges after every step: what raises is `Nonconforming`,
    which Hypothesis shrinks to a short sequence of commands, printed with the failure.

    As a test of its own:

        from connmgr_hil.targets import open_target
        from connmgr_hil.testing.machine import connection_manager_machine

        TestAnything = connection_manager_machine(open_target("simulated")).TestCase

    or with the pytest plugin's device:

        from hypothesis.stateful import run_state_machine_as_test

        def test_anything(cm):
            run_state_machine_as_test(connection_manager_machine(cm.session))
    """
    device = ReusedDevice(source, before)
    members: dict[str, Any] = {"device": device, "__module__": __name__}
    ifaces: Bundle[int] = Bundle("ifaces")
    simulated: Bundle[int] = Bundle("simulated")

    # Hypothesis thinks of the last value as the simplest, so the first iface comes last.
    def find_ifaces(self: ConnectionManagerMachine) -> MultipleResults[int]:
        return multiple(*range(len(self.world.ifaces), 0, -1))

    def find_simulated(self: ConnectionManagerMachine) -> MultipleResults[int]:
        found = [facts.index for facts in self.world.ifaces if facts.sim]
        return multiple(*reversed(found))

    members["find_ifaces"] = initialize(target=ifaces)(find_ifaces)
    members["find_simulated"] = initialize(target=simulated)(find_simulated)

    def of(kinds: Iterable[str]) -> Callable[[int], st.SearchStrategy[str]]:
        return lambda index: _commands(device, tuple(kinds), index)

    about_one = [kind for kind in KINDS if kind not in (*_SIMULATED, *_ANYWHERE, "outside")]
    members["give_to_iface"] = _rule("give_to_iface", ifaces.flatmap(of(about_one)))
    members["give_to_simulated"] = _rule("give_to_simulated", simulated.flatmap(of(_SIMULATED)))
    members["give_to_all"] = _rule("give_to_all", _commands(device, _ANYWHERE, None))
    # As in the walker: where a timer of the model runs, time may pass until it has run out.
    running = precondition(lambda self: bool(self.session.checker.remaining()))
    members["let_a_timer_end"] = running(_rule("let_a_timer_end", _timer_ends(device)))
    machine: type[ConnectionManagerMachine] = type(
        "ConnectionManagerMachine", (ConnectionManagerMachine,), members
    )
    case: Any = machine.TestCase
    case.settings = SETTINGS
    case.tearDownClass = classmethod(lambda _case: device.close())
    return machine


def _rule(name: str, commands: st.SearchStrategy[str]) -> Any:
    def give(self: ConnectionManagerMachine, command: str) -> None:
        self.give(command)

    give.__name__ = give.__qualname__ = name
    return rule(command=commands)(give)


@st.composite
def _timer_ends(draw: st.DrawFn, device: ReusedDevice) -> str:
    left = draw(st.sampled_from(device.session.checker.remaining()))
    return " ".join(advance(left / 1e6 + 0.02))


@st.composite
def _commands(
    draw: st.DrawFn, device: ReusedDevice, kinds: tuple[str, ...], index: int | None
) -> str:
    """Draw a command of one of these kinds, by the walker's own rule for it."""
    model = device.session.checker.model
    assert model is not None
    world = model.world
    disabled = frozenset() if world.profile.idle else _SINCE_IDLE
    choices = Choices(world, disabled) if index is None else _OneIface(world, disabled, index)
    kind = draw(st.sampled_from([each for each in kinds if each not in disabled]))
    words = KINDS[kind][1](choices, draw(st.randoms(use_true_random=False)))
    assert words is not None, f"{kind} can always be drawn"
    return " ".join(words)
