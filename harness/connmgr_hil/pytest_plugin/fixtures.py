"""The fixtures. Each option is one too, so that a test can be parametrised by target or variant."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .keys import RUN, warn_of_old_name

if TYPE_CHECKING:
    from connmgr_hil.pytest_plugin.device import ConnMgr
    from connmgr_hil.targets import Choice
    from connmgr_hil.testbed import Network, Targets


def _option(config: pytest.Config, name: str) -> str:
    value: str = config.getoption(f"cm_{name}")
    return value


@pytest.fixture(scope="session")
def cm_target(pytestconfig: pytest.Config) -> str:
    """The target that tests run on: `simulated`, `native`, or the name of a platform."""
    return _option(pytestconfig, "target") or "simulated"


@pytest.fixture(scope="session")
def cm_platform(pytestconfig: pytest.Config) -> str:
    """A platform's name or file, instead of a target; empty if there is none."""
    return _option(pytestconfig, "platform")


@pytest.fixture(scope="session")
def cm_image(pytestconfig: pytest.Config) -> Path | None:
    """The image to run, or None for the one that was built."""
    image = _option(pytestconfig, "image")
    return Path(image) if image else None


@pytest.fixture(scope="session")
def cm_variant(pytestconfig: pytest.Config) -> str:
    """The configuration of the firmware; empty for the usual one."""
    return _option(pytestconfig, "variant")


@pytest.fixture(scope="session")
def cm_port(pytestconfig: pytest.Config) -> str:
    """The serial port of a board; of several, each worker of pytest-xdist takes its own."""
    ports = [each.strip() for each in _option(pytestconfig, "port").split(",")]
    worker: str = getattr(pytestconfig, "workerinput", {}).get("workerid", "gw0")
    return ports[int(worker.removeprefix("gw")) % len(ports)]


@pytest.fixture(scope="session")
def cm_any_build(pytestconfig: pytest.Config) -> bool:
    """Whether a board may run another build than the one that was built here."""
    return bool(pytestconfig.getoption("cm_any_build"))


@pytest.fixture(scope="session")
def cm_trace_dir(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for traces: one for each test, named like it."""
    folder = _option(pytestconfig, "trace_dir")
    return Path(folder) if folder else tmp_path_factory.getbasetemp() / "connmgr-hil"


@pytest.fixture(scope="session")
def cm_targets() -> "Iterator[Targets]":
    """Targets that are running; they end with the test run."""
    from connmgr_hil.testbed import Targets  # noqa: PLC0415

    targets = Targets()
    yield targets
    targets.close()


@pytest.fixture
def cm(
    request: pytest.FixtureRequest,
    pytestconfig: pytest.Config,
    cm_targets: "Targets",
    cm_target: str,
    cm_platform: str,
    cm_image: Path | None,
    cm_variant: str,
    cm_port: str,
    cm_any_build: bool,
    cm_trace_dir: Path,
) -> "Iterator[ConnMgr]":
    """A freshly started device: give it commands, say what they must show.

        def test_address_makes_ready(cm):
            cm.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
            cm.do("addr4 U add 192.0.2.1", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")

    The checker judges all that the device shows. The test fails when the device left the model, even if
    its own assertions hold; it is skipped where `@pytest.mark.cm_needs` or the platform say so.
    """
    from connmgr_hil.pytest_plugin.device import begin  # noqa: PLC0415
    from connmgr_hil.targets import Choice  # noqa: PLC0415
    from connmgr_hil.vocabulary.errors import ConnMgrHilError  # noqa: PLC0415

    choice = Choice(
        str(cm_platform or cm_target), cm_image, cm_variant, cm_port, any_build=cm_any_build
    )
    marked = request.node.get_closest_marker("cm_device")
    if marked and choice.target == "simulated" and not _option(pytestconfig, "target"):
        choice = _marked(marked, choice)
    trace = cm_trace_dir / f"{_file_name(request.node.nodeid)}.jsonl"
    try:
        device = begin(request.node, cm_targets.get(choice), trace)
    except ConnMgrHilError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    yield device
    request.node.stash[RUN].close()


@pytest.fixture
def cm_network(cm: "ConnMgr") -> "Network":
    """The ifaces of the device by role: bound, unbound, auto_started, real."""
    return cm.network


@pytest.fixture
def cm_advance(cm: "ConnMgr") -> Callable[[float | timedelta], None]:
    """Let device time pass: `cm_advance(2)` for two seconds, or a timedelta."""
    return cm.advance


@pytest.fixture
def network(cm_network: "Network") -> "Network":
    """Return the ifaces of the device; the old name of `cm_network`."""
    warn_of_old_name("fixture 'network'", "cm_network")
    return cm_network


@pytest.fixture
def advance(
    cm_advance: Callable[[float | timedelta], None],
) -> Callable[[float | timedelta], None]:
    """Let device time pass; the old name of `cm_advance`."""
    warn_of_old_name("fixture 'advance'", "cm_advance")
    return cm_advance


def _marked(mark: pytest.Mark, given: "Choice") -> "Choice":
    """Return the device that a mark names, where the command line names none.

    Raises `pytest.fail.Exception` for an argument that the mark does not take.
    """
    from connmgr_hil.targets import Choice  # noqa: PLC0415

    takes = {"target", "image", "variant", "port", "any_build"}
    if mark.args or set(mark.kwargs) - takes:
        wrong = ", ".join([*map(repr, mark.args), *sorted(set(mark.kwargs) - takes)])
        raise pytest.fail.Exception(
            f"@pytest.mark.cm_device does not take {wrong}\n"
            f"  next: name its arguments: {', '.join(sorted(takes))}",
            pytrace=False,
        )
    named = {key: value for key, value in mark.kwargs.items() if value}
    if "image" in named:
        named["image"] = Path(named["image"])
    options = {
        key: value
        for key in ("image", "variant", "port", "any_build")
        if (value := getattr(given, key))
    }
    return Choice(**{**named, **options})


def _file_name(nodeid: str) -> str:
    return re.sub(r"[^\w.-]+", "_", nodeid).strip("_")
