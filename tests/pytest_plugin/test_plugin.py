"""The pytest plugin, as people use it: tests in files, options on the command line."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from plugin_runs import HARNESS, RunTests

from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.conformance.coverage import cover
from connmgr_hil.conformance.needs import NEEDS
from connmgr_hil.conformance.run import check
from connmgr_hil.conformance.scenario import registered
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.observations import EventSeen
from serial_board import PLATFORM, board_on_a_line, image_of_another_build

pytest_plugins = ["pytester"]
SNIPPETS = Path(__file__).parents[2] / "docs" / "snippets"

MANY = """
    import pytest

    def test_words(cm):
        cm.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
        cm.do("addr4 U add 192.0.2.1", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")
        cm.do("up U", rc="-EALREADY")

    def test_roles(cm_network):
        assert [each.name for each in cm_network.bound] == ["bound0", "bound1", "plain0", "stubborn0"]
        assert [each.letter for each in cm_network.unbound] == ["U", "V"]
        assert [str(each) for each in cm_network.auto_started] == ["D"]
        assert cm_network.real == ()

    def test_ifaces(cm_network, cm_advance):
        iface = cm_network.find("a")
        iface.add("192.0.2.1")
        iface.up()
        assert not iface.ready
        cm_advance(1)
        assert iface.ready
        iface.lose()
        assert not iface.state().admin

    @pytest.mark.parametrize("seconds", [1, 60])
    def test_time(cm, cm_network, cm_advance, seconds):
        cm_network.bound[0].knob("mode", "never")
        cm_network.bound[0].set_timeout(seconds)
        cm_network.bound[0].up()
        cm.take()
        cm_advance(seconds - 0.1)
        assert not cm.take()
        cm_advance(0.6)
        assert [mark.name for mark in cm.take()] == ["CONN_IF_TIMEOUT", "IF_ADMIN_DOWN"]
"""


def test_everyday_use(run_tests: RunTests) -> None:
    run_tests(MANY).assert_outcomes(passed=5)


def test_everyday_use_on_real_zephyr(run_tests: RunTests, native: list[str]) -> None:
    run_tests(MANY, *native).assert_outcomes(passed=5)


@pytest.mark.parametrize("name", ["test_ready.py", "test_timeout.py"])
def test_examples_pass(run_tests: RunTests, name: str) -> None:
    run_tests(SNIPPETS / name).assert_outcomes(passed=1)


@pytest.mark.parametrize("name", ["test_ready.py", "test_timeout.py"])
def test_examples_pass_on_real_zephyr(run_tests: RunTests, native: list[str], name: str) -> None:
    run_tests(SNIPPETS / name, *native).assert_outcomes(passed=1)


def test_device_that_left_the_model_fails_a_test_without_assertions(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    result = run_tests(SNIPPETS / "test_defect.py", "--cm-trace-dir", "traces")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "> *cm_advance(5)",
            "*Nonconforming: FAIL  REQ-IMP-009 *",
            "*- connmgr-hil: verdict -*",
            "FAIL  REQ-IMP-009 *",
            "  allowed here:*",
            "*- connmgr-hil: timeline -*",
            "*do        advance 5000000",
            " *2.001000 s  event     CONN_IF_TIMEOUT  bound0 (1)*",
            ">*4.002000 s  event     CONN_IF_TIMEOUT  bound0 (1)*",
            "*- connmgr-hil: trace -*",
            "traces/test_it.py_*.jsonl",
        ]
    )
    assert "session.py:" not in result.stdout.str(), "the traceback ends in the test"
    (trace,) = (pytester.path / "traces").glob("*.jsonl")
    verdict = check_trace(trace)
    assert verdict.failure
    assert verdict.failure.requirements[0] == "REQ-IMP-009"


def test_misconduct_that_a_test_swallows_still_fails_it(run_tests: RunTests) -> None:
    result = run_tests(
        """
        def test_it(cm, cm_network):
            cm.do("defect auto-loss-stays-up on")
            cm.connected("A")
            try:
                cm_network.bound[0].lose()
            except Exception:
                pass
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAIL  REQ-*", "*connmgr-hil: timeline*"])


def test_what_a_test_missed_stays_missed_though_it_catches_the_error(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    result = run_tests(
        """
        import contextlib

        def test_expectation(cm):
            with contextlib.suppress(Exception):
                cm.do("up U", "L4_CONNECTED(U)")

        def test_state(cm):
            try:
                cm.state("U", admin=True)
            except Exception:
                cm.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")

        def test_return(cm_network):
            with contextlib.suppress(Exception):
                cm_network.find("U").up(returns="-EALREADY")
        """,
        *("--cm-trace-dir", "traces"),
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*the test continued after it missed this*"])
    traces = list((pytester.path / "traces").glob("*.jsonl"))
    assert len(traces) == 3
    assert all(check_trace(each).reason.startswith("not shown: ") for each in traces)


def test_misconduct_is_found_when_only_the_last_look_shows_it(run_tests: RunTests) -> None:
    result = run_tests(
        """
        def test_it(cm):
            cm.do("defect ctl-flags-shared on")
            cm.do("flag A PERSISTENT on")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAIL  REQ-CTL-033*"])


def test_own_assertion_is_in_the_trace(run_tests: RunTests, pytester: pytest.Pytester) -> None:
    result = run_tests(
        """
        def test_it(cm_network):
            cm_network.bound[0].up()
            assert cm_network.bound[0].ready
        """,
        *("--cm-trace-dir", "traces"),
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert False*", "*connmgr-hil: timeline*", "*do        up 1"])
    (trace,) = (pytester.path / "traces").glob("*.jsonl")
    verdict = check_trace(trace)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.unmet.endswith("assert False")


def test_misconduct_while_tidying_up_is_an_error(run_tests: RunTests) -> None:
    result = run_tests(
        """
        import pytest

        @pytest.fixture
        def tidy(cm):
            yield
            cm.do("defect auto-loss-stays-up on")
            cm.connected("A")
            cm.ask("lose A")

        def test_it(tidy):
            pass
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown*", "FAIL  REQ-*"])


RIG = """
    import os, signal
    from connmgr_hil.targets import Choice

    def test_during(cm, cm_targets):
        os.kill(cm_targets.get(Choice()).pid, signal.SIGKILL)
        cm.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")

    def test_after(cm, cm_targets):
        os.kill(cm_targets.get(Choice()).pid, signal.SIGKILL)

    def test_next(cm):
        cm.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
"""


def test_rig_that_broke_is_an_error_not_a_failure(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    result = run_tests(RIG, "--junitxml", "junit.xml")
    result.assert_outcomes(errors=2, passed=1)
    result.stdout.fnmatch_lines(["*LineClosed*", "RIG  LineClosed*"])
    suite = ET.parse(pytester.path / "junit.xml").getroot()[0]
    assert (suite.get("errors"), suite.get("failures")) == ("2", "0")


def test_image_that_is_not_there_is_an_error_with_the_way_out(run_tests: RunTests) -> None:
    result = run_tests(MANY, "--cm-target", "native", "--cm-image", "nowhere.exe", "-k", "words")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*there is no image for native_sim", "*nowhere.exe*", "*cmhil build -p*"]
    )
    assert "def cm(" not in result.stdout.str()


def test_needs_skip_by_what_the_device_has(run_tests: RunTests) -> None:
    result = run_tests(
        """
        import pytest

        @pytest.mark.cm_needs("dad")
        def test_dad(cm): raise AssertionError

        @pytest.mark.cm_needs("A", "autodown", "granted-time", until="P34")
        def test_now(cm): assert cm.facts.autodown

        @pytest.mark.cm_needs(since="P37")
        def test_families(cm): raise AssertionError
        """,
        "-rs",
    )
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(
        ["*needs a build with duplicate address detection*", "*needs profile P37 or later*"]
    )


ENDS = {
    "raise KeyError('x')": "none (KeyError: 'x')",
    "raise TimeoutError": "none (TimeoutError)",
    "pytest.fail('no')": "none (Failed: no)",
    "pytest.skip('later')": "none (skipped)",
    "raise AssertionError": "inconclusive",
    "raise KeyboardInterrupt": "none (interrupted)",
}


@pytest.mark.parametrize("body", ENDS)
def test_a_test_that_does_not_come_to_its_end_holds_nothing(
    body: str, run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    result = run_tests(
        f"""
        import pytest

        def test_it(cm):
            cm.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
            {body}
        """,
        *("--cm-trace-dir", "traces"),
        apart=True,
    )
    assert "passed" not in result.parseoutcomes()
    (trace,) = (pytester.path / "traces").rglob("*.jsonl")
    last = json.loads(trace.read_text().splitlines()[-1])
    assert ENDS[body] in last["verdict"]
    assert check_trace(trace).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("pass", Outcome.INCONCLUSIVE),
        ("assert len(cm.network.bound) > 0", Outcome.INCONCLUSIVE),
        ("cm.network.bound[0].state(); cm.do('hello'); cm.do('stats')", Outcome.INCONCLUSIVE),
        ("cm.do('on wq state'); cm.do('timeout A')", Outcome.INCONCLUSIVE),
        ("pytest.skip('later')", Outcome.INCONCLUSIVE),
        ("cm.advance(1)", Outcome.CONFORMS),
        ("cm.network.bound[0].set_timeout(2)", Outcome.CONFORMS),
    ],
)
def test_a_test_that_only_looks_holds_nothing(
    body: str, outcome: Outcome, run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    result = run_tests(
        f"""
        import pytest

        @pytest.mark.cm_req("REQ-CTL-019")
        def test_it(cm):
            {body}
        """,
        *("--cm-trace-dir", "traces", "--junit-xml", "junit.xml"),
    )
    assert "failed" not in result.parseoutcomes()
    traces = pytester.path / "traces"
    report = check([traces])
    assert report.outcome is outcome
    standings = report.by_requirement()
    wanted = "held" if outcome is Outcome.CONFORMS else "not_run"
    assert (standings["REQ-CTL-019"], standings["REQ-LIFE-001"]) == (wanted, wanted)
    (trace,) = traces.glob("*.jsonl")
    assert check_trace(trace).outcome is outcome
    assert f'"verdict" value="{outcome}"' in (pytester.path / "junit.xml").read_text()


def test_a_test_holds_no_quirk_and_nothing_that_needs_another_build(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    text = """
        import pytest

        @pytest.mark.cm_req("REQ-CTL-019", "REQ-BULK-017", "REQ-MON-014", "REQ-IMP-018")
        def test_timeout(cm):
            cm.network.bound[0].set_timeout(2)
        """
    run_tests(text, "--cm-trace-dir", "plain").assert_outcomes(passed=1)
    report = check([pytester.path / "plain"])
    assert report.outcome is Outcome.CONFORMS
    standings = report.by_requirement()
    held = {each for each, standing in standings.items() if standing == "held"}
    assert held == {"REQ-CTL-019", *(f"REQ-LIFE-00{number}" for number in (1, 2, 3, 4))}
    assert "duplicate address detection" in cover([pytester.path / "plain"]).reason("REQ-MON-014")

    run_tests(text, "--cm-trace-dir", "dad", "--cm-variant", "dad").assert_outcomes(passed=1)
    standings = check([pytester.path / "dad"]).by_requirement()
    assert (standings["REQ-MON-014"], standings["REQ-BULK-017"]) == ("held", "not_run")


def test_platform_says_what_cannot_be_tested(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    pytester.makefile(
        ".toml",
        mine="""
        name = "mine"
        description = "ours"
        kind = "simulated"
        [time]
        granted = true
        [untestable]
        "REQ-MON-008" = "its cable is soldered"
        """,
    )
    result = run_tests(
        """
        import pytest

        @pytest.mark.cm_req("REQ-MON-008")
        def test_carrier(cm): raise AssertionError

        @pytest.mark.cm_req("REQ-MON-007")
        def test_down(cm): pass
        """,
        *("-rs", "--cm-platform", "mine.toml"),
    )
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*REQ-MON-008 cannot be tested on mine: its cable is soldered*"])


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ('cm_needs("daddy")', "*valid: A, B, C*granted-time*"),
        ('cm_needs(since="P35")', "*valid: P34, P37, P42, P43, P44, P45*"),
        ('cm_req("REQ-CTL-999")', "*valid: REQ-CTL-001 … REQ-CTL-0*"),
    ],
)
def test_marks_that_mean_nothing_are_errors(run_tests: RunTests, mark: str, told: str) -> None:
    result = run_tests(f"import pytest\n@pytest.mark.{mark}\ndef test_it(cm): pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([told])


def test_every_option_is_a_fixture(run_tests: RunTests) -> None:
    result = run_tests(
        """
        import pytest

        @pytest.mark.parametrize("cm_variant", ["", "dad", "no_auto_down"])
        def test_variant(cm, cm_variant):
            assert (cm.facts.dad, cm.facts.autodown) == (
                cm_variant == "dad", cm_variant != "no_auto_down"
            )

        def test_options(
            cm_target, cm_platform, cm_image, cm_variant, cm_port, cm_any_build, cm_trace_dir
        ):
            assert cm_any_build
            assert (cm_target, cm_platform, str(cm_image)) == ("native", "some.toml", "some.exe")
            assert (cm_variant, cm_port, str(cm_trace_dir)) == ("dad", "/dev/x", "kept")
        """,
        *("-k", "options", "--cm-target", "native", "--cm-platform", "some.toml"),
        *("--cm-image", "some.exe", "--cm-variant", "dad", "--cm-port", "/dev/x"),
        *("--cm-trace-dir", "kept", "--cm-any-build"),
    )
    result.assert_outcomes(passed=1, deselected=3)


def test_a_slow_rig_is_waited_for(run_tests: RunTests) -> None:
    test = """
        from connmgr_hil.transport.deadlines import HELLO

        def test_it():
            assert HELLO.seconds == HELLO.unscaled * 7.5
        """
    run_tests(test, "--cm-time-scale", "7.5", apart=True).assert_outcomes(passed=1)
    run_tests(test, "--cm-time-scale", "7.5", "-n", "1", apart=True).assert_outcomes(passed=1)
    refused = run_tests(test, "--cm-time-scale", "soon", apart=True)
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(
        ["ERROR: this is not a time scale from 0.01 to 1000", "*seen: 'soon'"]
    )


def test_a_board_with_another_build_is_refused_unless_any_will_do(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    pytester.makefile(".toml", board=PLATFORM)
    test = "def test_it(cm):\n    cm.do('up U', 'IF_ADMIN_UP(U) IF_UP(U)')\n"
    with board_on_a_line() as port:
        options = ["--cm-platform", "board.toml", "--cm-port", port]
        options += ["--cm-image", str(image_of_another_build(pytester.path))]
        refused = run_tests(test, *options)
        refused.assert_outcomes(errors=1)
        refused.stdout.fnmatch_lines(["*build 0123456789abcdef on *", "*--cm-any-build*"])
        run_tests(test, *options, "--cm-any-build").assert_outcomes(passed=1)


def test_variants_in_one_run(run_tests: RunTests) -> None:
    result = run_tests(
        """
        import pytest

        @pytest.mark.parametrize("cm_variant", ["", "dad", "no_auto_down"])
        def test_variant(cm, cm_variant):
            assert (cm.facts.dad, cm.facts.autodown) == (
                cm_variant == "dad", cm_variant != "no_auto_down"
            )
        """
    )
    result.assert_outcomes(passed=3)


def test_junit_names_requirements_verdict_and_trace(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    run_tests(SNIPPETS / "test_timeout.py", "--junitxml", "junit.xml").assert_outcomes(passed=1)
    found = [
        (each.get("name"), each.get("value"))
        for each in ET.parse(pytester.path / "junit.xml").iter("property")
    ]
    assert found[:3] == [
        ("requirement", "REQ-CTL-019"),
        ("requirement", "REQ-CTL-022"),
        ("verdict", "conforms"),
    ]
    trace = read_trace(Path(dict(found)["trace"] or ""))
    assert trace.header.requirements == ("REQ-CTL-019", "REQ-CTL-022")
    assert trace.header.scenario.endswith("::test_an_attempt_times_out_once")


def test_many_workers_do_not_meet(run_tests: RunTests, pytester: pytest.Pytester) -> None:
    result = run_tests(
        """
        import pytest

        @pytest.mark.parametrize("number", range(8))
        def test_it(cm, number):
            for _ in range(number):
                cm.ask("resend")
        """,
        *("-n", "2", "--cm-trace-dir", "traces"),
        apart=True,
    )
    result.assert_outcomes(passed=8)
    traces = sorted((pytester.path / "traces").glob("*.jsonl"))
    resends = [
        sum(isinstance(record, EventSeen) for record in read_trace(trace).records)
        for trace in traces
    ]
    assert resends == list(range(8))


def test_many_workers_take_turns_on_one_board(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    pytester.makefile(".toml", board=PLATFORM)
    with board_on_a_line() as port:
        result = run_tests(
            """
            import pytest

            @pytest.mark.parametrize("number", range(6))
            def test_it(cm, number):
                for _ in range(20):
                    cm.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
                    cm.do("down U", "IF_ADMIN_DOWN(U) IF_DOWN(U)")
            """,
            *("-n", "2", "--cm-platform", "board.toml", "--cm-port", port),
            apart=True,
        )
    result.assert_outcomes(passed=6)


def test_each_worker_has_its_own_board(run_tests: RunTests, pytester: pytest.Pytester) -> None:
    """Each test waits until the other worker's is at it too: with one board neither would end."""
    pytester.makefile(".toml", board=PLATFORM)
    with board_on_a_line() as first, board_on_a_line() as second:
        result = run_tests(
            """
            import time
            from pathlib import Path

            import pytest

            @pytest.mark.parametrize("number", range(2))
            def test_it(cm, cm_port, worker_id, number):
                Path(f"{worker_id}.port").write_text(cm_port)
                deadline = time.monotonic() + 60
                while len(list(Path().glob("*.port"))) < 2 and time.monotonic() < deadline:
                    cm.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
                    cm.do("down U", "IF_ADMIN_DOWN(U) IF_DOWN(U)")
                assert len(list(Path().glob("*.port"))) == 2
            """,
            *("-n", "2", "--dist", "each", "--cm-platform", "board.toml"),
            *("--cm-port", f"{first},{second}"),
            apart=True,
        )
    result.assert_outcomes(passed=4)
    ports = [(pytester.path / f"gw{number}.port").read_text() for number in range(2)]
    assert ports == [first, second]


def test_every_need_of_our_scenarios_can_be_needed_by_tests() -> None:
    used = {need for scenario in registered().values() for need in scenario.needs}
    assert used <= set(NEEDS)


def test_nothing_is_loaded_where_nothing_is_used(run_tests: RunTests) -> None:
    result = run_tests(
        """
        import sys
        import pytest

        @pytest.mark.parametrize("name", ["testbed", "conformance", "targets", "model", "checker"])
        def test_it(name):
            assert f"connmgr_hil.{name}" not in sys.modules
            assert "msgspec" not in sys.modules
        """,
        *("-p", "no:xdist"),
        apart=True,
    )
    result.assert_outcomes(passed=5)


def test_plugin_loads_nothing_but_itself() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import pytest; before = set(sys.modules); "
        "import connmgr_hil.pytest_plugin; "
        "print(*sorted(name for name in set(sys.modules) - before if 'connmgr' not in name))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(HARNESS)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
