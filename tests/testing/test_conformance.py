"""The suites for other people's lines and firmware, on ours."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from connmgr_hil.targets import open_target
from connmgr_hil.testing import FarEnd, check_device, check_transport
from connmgr_hil.transport import Transport, open_terminal
from connmgr_hil.vocabulary.errors import UsageError
from stand_ins.device import ScriptedDevice
from transport.test_lines import MAKERS


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__[5:])
@pytest.mark.slow
def test_our_lines(maker: Callable[[ExitStack], tuple[Transport, FarEnd]]) -> None:
    with ExitStack() as stack:
        check_transport(lambda: maker(stack))


class Deaf:
    """A line that hides its end."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def read(self, deadline: float) -> bytes:
        return self._inner.read(deadline).replace(b"\x03", b"")


def test_a_line_that_swallows_a_byte_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMHIL_TIME_SCALE", "0.01")
    with ExitStack() as stack, pytest.raises(AssertionError, match="read as they were sent"):
        check_transport(lambda: (Deaf((ends := MAKERS[1](stack))[0]), ends[1]))


@pytest.fixture(params=["simulated", "native"])
def running(request: pytest.FixtureRequest) -> Iterator[Callable[[], Transport]]:
    try:
        target = open_target(request.param)
    except UsageError as error:
        pytest.skip(str(error).splitlines()[0])
    with target:
        yield target.start


def test_our_devices(running: Callable[[], Transport]) -> None:
    check_device(running)


def test_the_scripted_device() -> None:
    with ScriptedDevice() as board:
        check_device(lambda: open_terminal(board.path))


def test_a_device_that_executes_twice_is_refused() -> None:
    with ScriptedDevice() as board:

        def ping(me: ScriptedDevice, tag: str, words: list[str]) -> None:
            me.reply(tag)
            me.forget(tag)

        board.on("ping", ping)
        with pytest.raises(AssertionError, match="verbatim"):
            check_device(lambda: open_terminal(board.path))
