"""A minimal sequence becomes a test in C for Zephyr's tree; what has no place there is refused, and says so."""

import os
import subprocess
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.conformance.shrinker import Shrunk, shrink
from connmgr_hil.conformance.upstream_test import Unwritable, write_ztest
from connmgr_hil.report import gather, render_issue
from connmgr_hil.targets import open_target
from connmgr_hil.toolchain.building import board_name, native_to_build
from connmgr_hil.toolchain.zephyr_tree import find_tree
from connmgr_hil.vocabulary.errors import UsageError

pytestmark = pytest.mark.slow


def shrunk(tmp_path: Path, defect: str, *commands: str) -> Shrunk:
    """What these commands show on a simulated board with a mistake."""
    from connmgr_hil.conformance.shrinker import replay

    target = open_target("simulated", arguments=("--defect", defect))
    words = tuple(tuple(each.split()) for each in commands)
    trace = tmp_path / "found.jsonl"
    with target:
        failure = replay(target, words, trace)
        assert failure is not None
        if failure.is_end:
            return Shrunk(words, failure, trace, len(words))
        return shrink(target, trace, tmp_path / "found.min.jsonl", confirm=1)


def text_of(result: Shrunk, tmp_path: Path) -> str:
    folder = write_ztest(result, tmp_path, "found")
    assert {each.name for each in folder.iterdir()} == {
        "src",
        "prj.conf",
        "Kconfig",
        "CMakeLists.txt",
        "testcase.yaml",
    }
    return (folder / "src" / "main.c").read_text()


def test_what_must_not_come_is_looked_for_soon_after(tmp_path: Path) -> None:
    found = shrunk(
        tmp_path, "auto-connect-retries", "sim 1 connect_rc -5", "up 1", "advance 3000000"
    )
    text = text_of(found, tmp_path)
    body = text[text.index("ZTEST(") :]
    assert "fake(bound0)->connect_rc = -5;" in body
    assert "zassert_equal(count, " in body or "zassert_true(saw(" in body
    assert body.index("net_if_up") < len(body)
    assert body.count("forget();") == 1


def test_a_last_wait_ends_soon_after_what_was_seen(tmp_path: Path) -> None:
    found = shrunk(
        tmp_path, "timeout_in_ms", "sim 1 mode never", "timeout 1 2", "connect 1", "advance 1500000"
    )
    body = text_of(found, tmp_path).partition("ZTEST(")[2]
    assert "zassert_equal(count, 0," in body
    assert int(body.partition("k_sleep(K_USEC(")[2].partition(")")[0]) < 100_000


def test_what_must_come_is_one_of_what_is_allowed(tmp_path: Path) -> None:
    found = shrunk(tmp_path, "auto-loss-stays-up", "sim 1 mode sync", "up 1", "lose 1")
    text = text_of(found, tmp_path)
    assert "saw(" in text
    assert "saw(0, NET_EVENT_IF_DOWN, bound0, 0, 0)" in text, "admin-down by then"
    assert "static int lose(" in text
    assert "static int fatal(" not in text, "only what is used is written"


def test_what_the_implementation_owes_cannot_be_shown_with_a_fake(tmp_path: Path) -> None:
    found = shrunk(
        tmp_path,
        "timeout_not_raised",
        "sim 1 mode never",
        "timeout 1 1",
        "connect 1",
        "advance 3000000",
    )
    with pytest.raises(Unwritable) as caught:
        write_ztest(found, tmp_path, "found")
    assert "owed" in caught.value.seen


def test_a_wrong_status_is_compared(tmp_path: Path) -> None:
    text = text_of(
        shrunk(tmp_path, "connect_error_lost", "sim 1 connect_rc -5", "connect 1"), tmp_path
    )
    assert "fake(bound0)->connect_rc = -5;" in text
    assert "rc = conn_mgr_if_connect(bound0);" in text
    assert "zassert_equal(rc, -EIO," in text


@pytest.mark.parametrize(
    ("commands", "what"),
    [
        (("sim 1 teardown_ms 5",), "the command 'sim 1 teardown_ms 5'"),
        (("up 6",), "the iface auto0"),
        (("on wq up 1",), "the command 'on wq up 1'"),
    ],
)
def test_what_has_no_place_is_named(tmp_path: Path, commands: tuple[str, ...], what: str) -> None:
    found = shrunk(tmp_path, "connect_error_lost", "sim 1 connect_rc -5", "connect 1")
    found.commands = (*(tuple(each.split()) for each in commands), *found.commands)
    with pytest.raises(Unwritable) as caught:
        write_ztest(found, tmp_path, "found")
    assert caught.value.seen == what


def test_shrink_writes_it_and_a_bug_report_tells_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shrunk(
        tmp_path, "timeout_in_ms", "sim 1 mode never", "timeout 1 2", "connect 1", "advance 1500000"
    )
    write_ztest(found, tmp_path, "found")
    issue = tmp_path / "bug.md"
    assert run(["report", str(tmp_path), "--issue", str(issue)]) == 2
    assert "no Zephyr code runs" in capsys.readouterr().err
    for trace in tmp_path.glob("*.jsonl"):  # as if a native platform had been on the bench
        trace.write_text(trace.read_text().replace('"simulated"', '"native_posix_64"'))
    assert run(["report", str(tmp_path), "--issue", str(issue)]) == 0
    text = issue.read_text()
    headings = [line for line in text.splitlines() if line.startswith("### ")]
    assert headings == [
        "### Describe the bug", "### Regression", "### Steps to reproduce", "### Relevant log output",
        "### Impact", "### Environment", "### Additional Context",
    ]  # fmt: skip
    assert "**Expected** (REQ-CTL-019): An attempt that exceeds its timeout" in text
    assert "1. `" in text
    assert "CONN_IF_TIMEOUT  iface 1" in text
    assert "in `ztest_found`" in text
    assert "the trace is" in text.lower()
    assert capsys.readouterr().out == f"wrote {issue}\n"


def test_without_a_failure_there_is_nothing_to_report(tmp_path: Path) -> None:
    chosen = ["-t", "simulated", "--scenario", "addresses-come-and-go"]
    assert run(["verify", *chosen, "--out", str(tmp_path)]) == 0
    with pytest.raises(UsageError, match="these traces have no failure of a device"):
        render_issue(gather([tmp_path]))


@pytest.mark.skipif(not os.environ.get("ZEPHYR_BASE"), reason="no Zephyr tree: set ZEPHYR_BASE")
@pytest.mark.parametrize(
    ("defect", "commands"),
    [
        ("auto-loss-stays-up", ("sim 1 mode sync", "up 1", "lose 1")),
        ("connect_error_lost", ("sim 1 connect_rc -5", "connect 1")),
        ("mon-event-per-iface", ("addr4 4 add 192.0.2.1", "up 4", "addr4 5 add 192.0.2.2", "up 5")),
    ],
)
def test_it_passes_on_zephyr_without_the_fault(
    defect: str, commands: tuple[str, ...], tmp_path: Path
) -> None:
    """On Zephyr as it is; with the fault in it each of them fails (docs/how-to/upstream.md)."""
    folder = write_ztest(shrunk(tmp_path, defect, *commands), tmp_path, "found")
    board = board_name(native_to_build(), find_tree())
    build = tmp_path / "build"
    settings = (f"-DBOARD={board}", "-DZEPHYR_TOOLCHAIN_VARIANT=host")
    modules = () if "ZEPHYR_MODULES" in os.environ else ("-DZEPHYR_MODULES=",)
    for command in (
        ("cmake", "-GNinja", "-S", str(folder), "-B", str(build), *settings, *modules),
        ("ninja", "-C", str(build)),
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        assert f"{folder}/src/main.c" not in done.stderr + done.stdout.partition("warning:")[2]
    ran = subprocess.run(
        [str(build / "zephyr" / "zephyr.exe"), "-stop_at=60"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "PROJECT EXECUTION SUCCESSFUL" in ran.stdout
