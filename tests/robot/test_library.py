"""The library: what it tells when something is wrong, and whose fault it says it is."""

import sys
from pathlib import Path

from robot_runs import ROOT, RunRobot

from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.conformance.run import check
from connmgr_hil.robot.trace_table import trace_table
from connmgr_hil.trace import TraceWriter
from connmgr_hil.vocabulary.observations import Header, Log, Noise
from serial_board import PLATFORM, board_on_a_line, image_of_another_build

SNIPPETS = ROOT / "docs" / "snippets"

HEAD = """
*** Settings ***
Library    connmgr_hil.robot.ConnMgrLibrary    target=${TARGET}    image=${IMAGE}

*** Variables ***
${TARGET}    simulated
${IMAGE}     ${EMPTY}

*** Test Cases ***
"""


def test_example_passes(run_robot: RunRobot) -> None:
    run = run_robot(SNIPPETS / "ready.robot")
    assert run.counts() == (1, 0, 0), run.console


def test_device_that_left_the_model_fails_a_test_without_checks(run_robot: RunRobot) -> None:
    run = run_robot(SNIPPETS / "defect.robot")
    (test,) = run.tests().values()
    assert test.failed
    assert test.message.startswith("FAIL  REQ-IMP-009  TIMEOUT is raised exactly once")
    assert "allowed here:" in test.message
    assert "FAIL  REQ-IMP-009" in run.console
    (trace,) = (run.folder / "traces").glob("*.jsonl")
    assert trace.name == "Defect.Nothing_Is_Checked_Here_And_Yet_It_Fails.jsonl"
    failure = check_trace(trace).failure
    assert failure
    assert failure.requirements[0] == "REQ-IMP-009"
    table = next(item.message for item in test.body.filter(messages=True))
    assert f'<a href="traces/{trace.name}">' in table
    (red,) = (row for row in table.split("<tr") if "background:#fbd3c6" in row)
    assert "4.002000 s" in red
    assert "CONN_IF_TIMEOUT  bound0 (1)" in red


def test_misconduct_that_a_test_swallows_still_fails_it(run_robot: RunRobot) -> None:
    run = run_robot(
        HEAD
        + """
Swallowed
    Give Command    defect auto-loss-stays-up on    returns=0
    Let Association Succeed At Once    A
    Take Interface Up    A
    Run Keyword And Ignore Error    Lose Connection    A

Closed In Time
    Give Command    defect ctl-flags-shared on    returns=0
    Set Flag    A    PERSISTENT    on
    Run Keyword And Expect Error    FAIL${SPACE*2}REQ-CTL-033*    Close Device

Found By The Last Look
    Give Command    defect ctl-flags-shared on    returns=0
    Set Flag    A    PERSISTENT    on
"""
    )
    tests = run.tests()
    assert tests["Swallowed"].message.startswith("FAIL  REQ-")
    assert tests["Found By The Last Look"].message.startswith("FAIL  REQ-CTL-033")
    assert tests["Closed In Time"].passed


def test_what_a_test_missed_stays_missed_though_it_catches_the_error(run_robot: RunRobot) -> None:
    run = run_robot(
        HEAD
        + """
Ignored
    Run Keyword And Ignore Error    Interface Should Be Ready    U

Asked
    Run Keyword And Return Status    Interface Should Be Ready    U

Caught
    TRY
        Interface Should Be Ready    U
    EXCEPT    *    type=GLOB
        Advance Time    1 s
    END

Other Error
    Run Keyword And Ignore Error    Run Keyword And Expect Error    none    Interface Should Be Ready    U

Never
    Run Keyword And Ignore Error    Wait Until Keyword Succeeds    2x    0 s    Interface Should Be Ready    U

Wanted
    Take Interface Up    U
    Run Keyword And Expect Error    *is ready*    Interface Should Be Ready    U

At Last
    Take Interface Up    U
    Wait Until Keyword Succeeds    2x    0 s    Ready The Second Time

*** Keywords ***
Ready The Second Time
    ${second}=    Get Variable Value    ${SECOND}    ${False}
    Set Test Variable    ${SECOND}    ${True}
    IF    ${second}    Add Address    U    192.0.2.1
    Interface Should Be Ready    U
"""
    )
    tests = run.tests()
    assert {name for name, test in tests.items() if test.passed} == {"Wanted", "At Last"}
    for name, test in tests.items():
        (trace,) = (run.folder / "traces").glob(f"*.{name.replace(' ', '_')}.jsonl")
        verdict = check_trace(trace)
        assert (verdict.outcome is Outcome.CONFORMS) is test.passed
        if not test.passed:
            assert test.message.startswith("the test continued after it missed this")
            assert verdict.reason.startswith("not shown: interface U (free0) is ready")


def test_a_verdict_stays_though_a_test_catches_it(run_robot: RunRobot) -> None:
    run = run_robot(
        HEAD
        + """
Closed
    Give Command    defect ctl-flags-shared on    returns=0
    Set Flag    A    PERSISTENT    on
    Run Keyword And Ignore Error    Close Device

Opened Again
    Give Command    defect ctl-flags-shared on    returns=0
    Set Flag    A    PERSISTENT    on
    Run Keyword And Ignore Error    Open Device
    Take Interface Up    U

Other Error
    Give Command    defect ctl-flags-shared on    returns=0
    Set Flag    A    PERSISTENT    on
    Run Keyword And Ignore Error    Run Keyword And Expect Error    none    Close Device

Next
    Take Interface Up    U
"""
    )
    tests = run.tests()
    assert tests.pop("Next").passed
    assert len(tests) == 3
    for test in tests.values():
        assert test.failed
        assert test.message.startswith("FAIL  REQ-CTL-033")


def test_own_check_that_fails_is_in_the_trace_and_the_log(run_robot: RunRobot) -> None:
    run = run_robot(HEAD + "Own\n    Take Interface Up    A\n    Should Be Equal    1    2\n")
    (test,) = run.tests().values()
    assert test.message == "1 != 2"
    assert "<details open>" in next(item.message for item in test.body.filter(messages=True))
    (trace,) = (run.folder / "traces").glob("*.jsonl")
    assert check_trace(trace).reason == "not shown: 1 != 2"


def test_rig_and_wrong_use_are_errors(run_robot: RunRobot) -> None:
    start = HEAD + "Start\n    Open Device\n"
    missing = run_robot(start, "-v", "TARGET:native", "-v", "IMAGE:nowhere.exe").tests()["Start"]
    assert missing.message.startswith("Wrong use: there is no image for native_sim")
    assert "cmhil build -p native_sim" in missing.message
    broken = run_robot(start, "-v", "TARGET:native", "-v", "IMAGE:/bin/true").tests()["Start"]
    assert broken.message.startswith("Rig error (")
    unknown = run_robot(start, "-v", "TARGET:simulatd").tests()["Start"]
    assert unknown.message.startswith("Wrong use: there is no such platform")
    assert "simulated" in unknown.message


def test_rig_that_breaks_in_a_test_is_an_error_and_the_next_test_goes_on(
    run_robot: RunRobot,
) -> None:
    run = run_robot(
        HEAD
        + """
During
    Kill Board
    Take Interface Up    A

At The End
    Kill Board

Next
    Take Interface Up    A

*** Keywords ***
Kill Board
    Open Device
    ${library} =    Get Library Instance    connmgr_hil.robot.ConnMgrLibrary
    Evaluate    os.kill($library._run.target.pid, 9)    modules=os
"""
    )
    tests = run.tests()
    assert tests["During"].message.startswith("Rig error (LineClosed): the line")
    assert tests["At The End"].message.startswith("Rig error (LineClosed): the line")
    assert tests["Next"].passed
    for name in ("During", "At_The_End"):
        verdict = check_trace(run.folder / "traces" / f"Suite.{name}.jsonl")
        assert verdict.outcome is Outcome.RIG


def test_skip_says_why(run_robot: RunRobot) -> None:
    run = run_robot(
        HEAD
        + """
Lacks
    Skip Unless Device Has    dad
    Fail    not reached

Unknown
    Skip Unless Device Has    daddy
"""
    )
    assert run.counts() == (0, 1, 1)
    lacks, unknown = run.tests().values()
    assert lacks.message == "needs a build with duplicate address detection (variant dad)"
    assert unknown.message.startswith("Wrong use: there is no need 'daddy'")
    assert "valid: A, B, C" in unknown.message


def test_a_test_that_leaves_off_holds_nothing(run_robot: RunRobot) -> None:
    run = run_robot(
        HEAD
        + """
Skips
    Take Interface Up    U
    Skip    later
    Add Address    U    192.0.2.1

Passes Early
    Take Interface Up    U
    Pass Execution    enough
    Add Address    U    192.0.2.1

Skips Before It Begins
    Skip Unless Device Has    dad
"""
    )
    assert run.counts() == (1, 0, 2)
    traces = run.folder / "traces"
    for name, why in (("Skips", "skipped"), ("Passes_Early", "passed early")):
        trace = traces / f"Suite.{name}.jsonl"
        assert check_trace(trace).outcome is Outcome.INCONCLUSIVE
        assert f"none ({why})" in trace.read_text()
    assert not (traces / "Suite.Skips_Before_It_Begins.jsonl").exists()


def test_a_test_that_only_looks_holds_nothing(run_robot: RunRobot) -> None:
    run = run_robot(
        HEAD
        + """
Opens
    [Tags]    REQ-MON-001
    Open Device

Looks
    [Tags]    REQ-MON-001
    Interface Should Not Be Ready    U

Acts
    [Tags]    REQ-MON-007    REQ-MON-014    REQ-BULK-017
    Take Interface Up    U
"""
    )
    assert run.counts() == (3, 0, 0)
    report = check([run.folder / "traces"])
    outcomes = {each.name.rpartition(".")[2]: each.outcome for each in report.results}
    assert outcomes == {
        "Opens": Outcome.INCONCLUSIVE,
        "Looks": Outcome.INCONCLUSIVE,
        "Acts": Outcome.CONFORMS,
    }
    standings = report.by_requirement()
    held = [each for each, standing in standings.items() if standing == "held"]
    assert held == ["REQ-MON-007", *(f"REQ-LIFE-00{number}" for number in (1, 2, 3, 4))]


def test_other_variant_in_one_test(run_robot: RunRobot) -> None:
    run = run_robot(
        HEAD
        + """
Detection
    Open Device    variant=dad
    Skip Unless Device Has    dad
    Take Interface Up    U
    Add Address    U    2001:db8::1
    Interface Should Not Be Ready    U
    Event Should Occur Within    2 s    L4_CONNECTED    U

Without
    Skip Unless Device Has    no-dad
"""
    )
    assert run.counts() == (2, 0, 0)


WRONG_ARGUMENTS = {
    "Take Interface Up    Q": "A = bound0 = 1",
    "Advance Time    soon": "2 s, 1 min 30 s, 500 ms",
    "Advance Time    -1 s": "2 s, 1 min 30 s, 500 ms",
    "Set Flag    A    PERSISTANT    on": "PERSISTENT, NO_AUTO_CONNECT, NO_AUTO_DOWN",
    "Set Flag    A    PERSISTENT    maybe": "'on' or 'off'",
    "Interface Should Be    A    upp": "'admin-up', 'admin-down', 'oper-up'",
    "Add Address    A    192.0.2.256": "192.0.2.1 or 2001:db8::1",
    "Connect Interface    A    returns=EIO": "-ENOTSUP or -EIO",
    "Event Should Have Occurred    L4_CONNECTED    Q": "A = bound0 = 1",
    "Event Should Have Occurred    IF_UP    listener=me": "Available: 'early', 'late1', 'late2' and 'late3'",
    "Event Should Occur Within    1 s    IF_UP    not_before=x": "2 s, 1 min 30 s, 500 ms",
    "No Event Should Occur Within    1 s    event=UP": "'L4_CONNECTED', 'L4_DISCONNECTED'",
    "Event Should Have Occurred    L4_UP": "'L4_CONNECTED', 'L4_DISCONNECTED'",
    "Turn Knob    A    speed    9": "'fatal_keeps', 'mode', 'teardown_ms'",
    "Remove Listener    late9": "Available: 'early', 'late1', 'late2' and 'late3'",
    "Only These Events Should Have Occurred    IF_UPP(U)": "did you mean 'IF_UP'?",
    "Only These Events Should Have Occurred    IF_UP(W)": "'W' is not an iface of this device",
    "Give Command    sim A mode asinc": "did you mean 'async'?",
    "Give Command    up 77": "there is no iface 77",
    "Give Command    up U    returns=EALREADY": "did you mean '-EALREADY'?",
    "Turn Knob    A    mode    asinc": "did you mean 'async'?",
    "Turn Knob    U    mode    async": "has no simulated implementation",
    "Set Option    A    1    0a0": "in hexadecimal",
    "Ignore Layer    CM_TESST": "did you mean 'CM_TEST'?",
    "Only These Events Should Have Occurred    IF_UP": "this is not an expectation, such as 'IF_UP(U)",
    "Ignore Layer    DUM MY": "'DUM MY' is not the name of an L2",
}


def test_wrong_arguments_are_told_the_right_ones(run_robot: RunRobot) -> None:
    cases = "".join(f"Case {n}\n    {line}\n" for n, line in enumerate(WRONG_ARGUMENTS))
    tests = run_robot(HEAD + cases).tests().values()
    told = zip(WRONG_ARGUMENTS.items(), tests, strict=True)
    untold = [
        (keyword, test.message)
        for (keyword, listed), test in told
        if not test.failed or listed not in test.message
    ]
    assert untold == []


def test_what_came_from_a_device_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / '"><b>x.jsonl'
    with TraceWriter(path) as writer:
        writer.write(Header())
        writer.write(Log(t=1, level="err", module="<i>", message="<script>alert(1)</script>"))
        writer.write(Noise(text="</table><img src=x onerror=alert(2)>"))
    table = trace_table(path)
    for hostile in ("<script", "<img", "<i>", "<b>"):
        assert hostile not in table
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in table


CHOOSING = """
*** Settings ***
Library    connmgr_hil.robot.ConnMgrLibrary    target=board.toml    port=%PORT    image=%IMAGE    %MORE

*** Test Cases ***
It Answers
    Take Interface Up    U
"""


def test_a_board_with_another_build_is_refused_unless_any_will_do(
    run_robot: RunRobot, tmp_path: Path
) -> None:
    (tmp_path / "board.toml").write_text(PLATFORM)
    image = str(image_of_another_build(tmp_path))
    with board_on_a_line() as port:
        suite = CHOOSING.replace("%PORT", port).replace("%IMAGE", image)
        refused = run_robot(suite.replace("%MORE", ""))
        (test,) = refused.tests().values()
        assert test.message.startswith(
            "Rig error (WrongDevice): there is no build 0123456789abcdef on "
        )
        assert "any_build=True" in test.message
        assert run_robot(suite.replace("%MORE", "any_build=True")).counts() == (1, 0, 0)


def test_a_slow_rig_is_waited_for(run_robot: RunRobot, tmp_path: Path) -> None:
    """Or, as here, a hasty one given up early."""
    image = tmp_path / "zephyr.exe"
    image.write_text(f"#!{sys.executable}\nimport signal\nsignal.pause()\n")
    image.chmod(0o755)
    suite = CHOOSING.replace("board.toml    port=%PORT", "native").replace("%IMAGE", str(image))
    (test,) = run_robot(suite.replace("%MORE", "time_scale=0.01")).tests().values()
    assert test.message.startswith("Rig error (RigFault): it did not print")
    assert "within 0.1 s (deadline 'start', at time scale 0.01)" in test.message
    refused = run_robot(suite.replace("%MORE", "time_scale=0"))
    (error,) = refused.result.errors.messages
    assert "this is not a time scale from 0.01 to 1000" in error.message
