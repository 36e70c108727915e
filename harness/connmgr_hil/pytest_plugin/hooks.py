"""The hooks: options, markers, the verdict after each test, and the report of a failure."""

import shlex
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pytest

from .keys import RIG, RUN, old_name

if TYPE_CHECKING:
    from connmgr_hil.conformance.session import Session

_PACKAGE = Path(__file__).parents[1]
_OPTIONS = (
    ("target", "TARGET", "simulated (the default), native, or a platform ('cmhil platforms')"),
    ("platform", "FILE", "a platform by name or file, instead of a target"),
    ("image", "PATH", "the image to run, instead of the one that was built"),
    ("variant", "NAME", "another configuration of the firmware"),
    (
        "port",
        "PORT",
        "the serial port of a board; PORT,PORT,... gives each worker of pytest-xdist its own",
    ),
    ("time-scale", "N", "wait N times as long for this rig; device time stays as it is"),
    ("trace-dir", "DIR", "where traces are kept; pytest's temporary folder if not given"),
)
_MARKERS = (
    "cm_req(*ids): the requirements that a test is about, such as REQ-CTL-019",
    "cm_needs(*needs, since=PROFILE, until=PROFILE): what the device must have, or the test is skipped",
    "cm_device(target=, image=, variant=, port=, any_build=): a test's device, if the command line has none",
    "req(*ids): the old name of cm_req",
    "needs(*needs): the old name of cm_needs",
)
_OLD_MARKS = ("req", "needs")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the `--cm-…` options."""
    group = parser.getgroup("connmgr-hil", "Zephyr's Connection Manager on a target")
    for name, metavar, text in _OPTIONS:
        group.addoption(f"--cm-{name}", metavar=metavar, default="", help=text)
    group.addoption(
        "--cm-any-build",
        action="store_true",
        help="let a board run another build than the one in the build folder, or --cm-image",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if scale := config.getoption("cm_time_scale", ""):
        from connmgr_hil.transport.deadlines import set_time_scale  # noqa: PLC0415
        from connmgr_hil.vocabulary.errors import UsageError  # noqa: PLC0415

        try:
            set_time_scale(scale)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None


def requirement_ids(item: pytest.Item) -> tuple[str, ...]:
    """Return the ids of our requirements that a test is marked with."""
    marks = (*item.iter_markers("cm_req"), *item.iter_markers("req"))
    ids = (str(each) for mark in marks for each in mark.args)
    return tuple(dict.fromkeys(each for each in ids if each.startswith("REQ-")))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let JUnit reports name the requirements of each test; warn of marks by their old names."""
    item.user_properties += [("requirement", each) for each in requirement_ids(item)]
    for old in _OLD_MARKS:
        if _is_ours(item, old):
            item.warn(old_name(f"mark '{old}'", f"cm_{old}"))


def _is_ours(item: pytest.Item, old: str) -> bool:
    """Tell whether a mark of an old name is meant for us: other suites have marks of that name, too."""
    marks = list(item.iter_markers(old))
    if old == "req":
        return any(str(each).startswith("REQ-") for mark in marks for each in mark.args)
    return bool(marks) and "cm" in getattr(item, "fixturenames", ())


def pytest_report_header(config: pytest.Config) -> str:
    """Say which target the tests of this run have."""
    target = config.getoption("cm_platform") or config.getoption("cm_target") or "simulated"
    more = [
        f"{name} {value}"
        for name in ("variant", "image", "port")
        if (value := config.getoption(f"cm_{name}"))
    ]
    return "connmgr-hil: target " + ", ".join([target, *more])


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say which tests have a target of their own, named by their mark."""
    if config.getoption("cm_platform") or config.getoption("cm_target"):
        return []
    marks = filter(None, (item.get_closest_marker("cm_device") for item in items))
    counts = Counter(str(mark.kwargs.get("target", "simulated")) for mark in marks)
    return [
        f"connmgr-hil: target {target} for {count} {'test' if count == 1 else 'tests'}, by mark"
        for target, count in sorted(counts.items())
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judge the run: a test whose own assertions pass fails when the device left the model."""
    run = item.stash.get(RUN, None)
    if run is None:
        return (yield)
    from connmgr_hil.checker import Outcome  # noqa: PLC0415
    from connmgr_hil.vocabulary.errors import DeviceFault, RigFault, Unmet, UsageError  # noqa: PLC0415

    try:
        result = yield
    except (DeviceFault, RigFault, Unmet) as error:
        verdict = run.conclude(error)
        doubtful = verdict.outcome is Outcome.INCONCLUSIVE and not verdict.unmet
        item.stash[RIG] = isinstance(error, RigFault) or doubtful
        _hide_harness(error)
        raise
    except UsageError as error:
        run.conclude(complaint=f"the test asks for what there is not: {error.wanted}")
        item.stash[RIG] = True
        _hide_harness(error)
        raise
    except pytest.skip.Exception:
        _judge(item, run, leaves_off="skipped")
        raise
    except AssertionError as error:
        first, _, _ = str(error).partition("\n")
        run.conclude(complaint=f"the test's own assertion: {first}")
        raise
    except BaseException as error:
        run.conclude(error)
        raise
    _judge(item, run)
    return result


def _judge(item: pytest.Item, run: "Session", leaves_off: str = "") -> None:
    from connmgr_hil.vocabulary.errors import DeviceFault, RigFault  # noqa: PLC0415

    try:
        if leaves_off:
            run.leave_off(leaves_off)
        else:
            run.judge()
    except (DeviceFault, RigFault) as error:
        item.stash[RIG] = isinstance(error, RigFault)
        # No line of the test is to blame, so none is shown.
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _hide_harness(error: BaseException) -> None:
    """End the traceback where the test called us."""
    place: TracebackType | None = error.__traceback__
    last = None
    while place is not None:
        if _PACKAGE not in Path(place.tb_frame.f_code.co_filename).parents:
            last = place
        place = place.tb_next
    if last is not None:
        last.tb_next = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show verdict, timeline and trace with a failure; a rig that broke is an error, not a failure."""
    run = item.stash.get(RUN, None)
    if run is not None and call.when == "call" and run.latest is not None:
        item.user_properties += [
            ("verdict", str(run.latest.outcome)),
            ("trace", str(run.path)),
        ]
    report = yield
    if run is not None and report.failed and run.path.is_file():
        _explain(report, run)
    if report.failed and call.when == "call" and item.stash.get(RIG, False):
        report.when = "setup"  # to pytest an error is what breaks around a test, as the rig is
    return report


def _explain(report: pytest.TestReport, run: "Session") -> None:
    from connmgr_hil.testbed import timeline  # noqa: PLC0415

    if run.latest is not None:
        report.sections.append(("connmgr-hil: verdict", "\n".join(run.latest.lines())))
    report.sections.append(
        ("connmgr-hil: timeline", timeline(run.path, failure=run.checker.failure))
    )
    check = f"{run.path}\njudge it again with: {shlex.join(['cmhil', 'check', str(run.path)])}"
    report.sections.append(("connmgr-hil: trace", check))
