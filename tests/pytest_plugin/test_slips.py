"""A typing error in a test is an error of the test, and names what was meant; the device is never at fault for it."""

import pytest
from plugin_runs import RunTests

from connmgr_hil.checker import Outcome, check_trace

pytest_plugins = ["pytester"]

SLIPS = {
    'cm.do("upp U")': "there is no command 'upp'",
    'cm.do("up 77")': "there is no iface 77",
    'cm.do("up Q")': "'Q' is not an iface by its number",
    'cm.do("up U", "IF_UPP(U)")': "did you mean 'IF_UP'?",
    'cm.do("up U", "IF_UP(W)")': "'W' is not an iface of this device",
    'cm.do("up U", "IF_UP(U) {IF_UP(U)")': "the braces of an expectation do not match",
    'cm.do("up U", rc="-EALREDY")': "did you mean '-EALREADY'?",
    'cm.do("timeout A", valu="0")': "did you mean 'value'?",
    'cm.do("sim A mode asinc")': "did you mean 'async'?",
    'cm.do("sim U mode async")': "has no simulated implementation",
    'cm.do("ignore-l2 CM_TESST")': "did you mean 'CM_TEST'?",
    'cm.do("idle A 5")': "this device's release has no 'idle I SECONDS'",
    'cm.do("defect no-such-defect on")': "the device did not understand",
    'cm.wait(1, "L4_UP(A)")': "there is no event or call 'L4_UP'",
    'cm.until("L4_CONECTED", "A", 1)': "did you mean 'L4_CONNECTED'?",
    'cm.state("A", adminn=True)': "did you mean 'admin'?",
    'cm.counters("A", conect=1)': "did you mean 'connect'?",
    'cm.network.bound[0].knob("mod", "sync")': "did you mean 'mode'?",
    'cm.network.bound[0].up(returns="EALREADY")': "did you mean '-EALREADY'?",
    'cm.network.bound[0].set_flag("PERSISTANT", True)': "did you mean 'PERSISTENT'?",
}


def test_slips_are_errors_and_say_what_was_meant(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    tests = "\n".join(f"def test_{n}(cm):\n    {line}\n" for n, line in enumerate(SLIPS))
    result = run_tests(tests, "--cm-trace-dir", "traces")
    result.assert_outcomes(errors=len(SLIPS))
    shown = result.stdout.str()
    assert [meant for meant in SLIPS.values() if meant not in shown] == []
    traces = sorted(pytester.path.joinpath("traces").glob("*.jsonl"))
    assert len(traces) == len(SLIPS)
    for trace in traces:
        assert check_trace(trace).outcome is Outcome.INCONCLUSIVE


def test_what_only_the_api_judges_is_sent(run_tests: RunTests) -> None:
    run_tests(
        """
        def test_it(cm):
            cm.do("flag A 99 on", rc="-EINVAL")
            cm.do("opt-set A 1 null", rc=-22)
            cm.do("raise DNS_SERVER_ADD 0", "DNS_SERVER_ADD(-)")
            assert int(cm.do("defects", "").values["n"]) > 50
        """
    ).assert_outcomes(passed=1)


def test_a_mark_names_the_device_where_the_command_line_names_none(run_tests: RunTests) -> None:
    test = """
        import pytest

        @pytest.mark.cm_device(target="simulated", variant="dad")
        def test_marked(cm):
            assert cm.facts.dad == DAD
        """
    marked = run_tests(test.replace("DAD", "True"))
    marked.assert_outcomes(passed=1)
    marked.stdout.fnmatch_lines(
        ["connmgr-hil: target simulated", "connmgr-hil: target simulated for 1 test, by mark"]
    )
    named = run_tests(test.replace("DAD", "False"), "--cm-target", "simulated")
    named.assert_outcomes(passed=1)
    varied = run_tests(test.replace("DAD", "False"), "--cm-variant", "no_auto_down")
    varied.assert_outcomes(passed=1)
    varied.stdout.fnmatch_lines(["connmgr-hil: target simulated, variant no_auto_down"])
    wrong = run_tests(test.replace("variant=", "varient="))
    wrong.assert_outcomes(errors=1)
    wrong.stdout.fnmatch_lines(["*cm_device does not take varient*"])


def test_old_names_work_and_warn(run_tests: RunTests) -> None:
    result = run_tests(
        """
        import pytest

        @pytest.mark.req("REQ-MON-007")
        @pytest.mark.needs("U")
        def test_it(network, advance):
            network.unbound[0].up()
            advance(1)

        @pytest.mark.req("ticket 7")
        @pytest.mark.needs("a database")
        def test_of_another_suite():
            pass
        """,
        *("-W", "default"),
    )
    result.assert_outcomes(passed=2, warnings=4)
    for new in ("cm_network", "cm_advance", "cm_req", "cm_needs"):
        result.stdout.fnmatch_lines([f"*connmgr-hil's * is called '{new}' now*"])
