"""The suite would notice: a sample of the seeded defects, each caught for the right reason.

All of them: `cmhil defects -t simulated`, and those of the implementation on real Zephyr with `-t native`.
"""

import re
from pathlib import Path

import msgspec
import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.conformance.defects import (
    Defect,
    DefectReport,
    Hunt,
    choose,
    defects,
    hunt,
)
from connmgr_hil.conformance.scenario import Scenario, registered
from connmgr_hil.device import Device
from connmgr_hil.simulated_board.defects import KNOWN
from connmgr_hil.targets import Target, open_target
from connmgr_hil.vocabulary.errors import ExitCode, UsageError
from connmgr_hil.vocabulary.observations import AnyRecord, Part
from connmgr_hil.vocabulary.requirements import requirements
from started import start_device

APPLICATION = Path(__file__).parents[2] / "zephyr_app"
SAMPLE = (
    "mon-watch-sleeps", "mon-dns-disconnects", "evt-oldest-first", "ctl-positive-dropped", "auto-no-down-shared",
    "bulk-stops-at-error", "timeout_in_ms", "persistence_latched", "option_shared", "connect_restarts_timeout",
)  # fmt: skip


def open_for(defect: Defect) -> Target:
    return open_target(
        "simulated",
        variant=defect.variant,
        arguments=("--defect", defect.name) if defect.at_boot else (),
    )


def near(defect: Defect) -> list[Scenario]:
    return [
        each for each in registered().values() if set(each.requirements) & set(defect.requirements)
    ]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_defect_is_caught_for_the_right_reason(name: str, tmp_path: Path) -> None:
    defect = defects()[name]
    finding = hunt(defect, open_for, tmp_path, near(defect))
    assert finding.standing == "caught", finding.result and finding.result.reason
    assert finding.result is not None
    assert finding.result.trace is not None
    assert finding.result.trace.is_file()
    assert set(finding.result.blamed) & {*defect.requirements, *defect.accepted}


def test_a_catch_by_another_requirement_is_no_catch(tmp_path: Path) -> None:
    defect = msgspec.structs.replace(
        defects()["timeout_in_ms"], requirements=("REQ-BULK-001",), accepted={}
    )
    finding = hunt(defect, open_for, tmp_path, [registered()["timeout-takes-down"]])
    assert finding.standing == "wrong_reason"
    assert finding.result is not None
    assert finding.result.blamed == ("REQ-CTL-019",)


def test_a_defect_that_no_scenario_touches_is_missed(tmp_path: Path) -> None:
    finding = hunt(
        defects()["option_shared"], open_for, tmp_path, [registered()["disconnect-admin-down"]]
    )
    assert (finding.standing, finding.tried, finding.result) == ("missed", 1, None)
    assert not list(tmp_path.iterdir()), "traces that conform are not kept"


def test_a_device_without_the_defect_is_told(tmp_path: Path) -> None:
    unknown = msgspec.structs.replace(defects()["option_shared"], name="no_such_defect")
    with pytest.raises(UsageError, match="does not have the defect 'no_such_defect'"):
        hunt(unknown, open_for, tmp_path, [registered()["disconnect-admin-down"]])


# --- the table ---------------------------------------------------------------------------------


def test_there_are_many_and_each_says_what_it_must() -> None:
    assert len(defects()) >= 80
    for each in defects().values():
        assert each.where
        assert each.requirements
        assert each.sentence.endswith(".")
        assert {*each.requirements, *each.accepted} <= requirements().keys()
        assert not each.at_boot or each.where == ("simulated",)
        assert not set(each.accepted) & set(each.requirements)
        assert all(reason.endswith(".") for reason in each.accepted.values())


def test_each_has_scenarios_about_its_requirements() -> None:
    without = [
        name
        for name, each in defects().items()
        if not near(each) and not all(one.startswith("REQ-LIFE-") for one in each.requirements)
    ]
    assert not without


def test_the_table_has_the_simulated_boards_defects() -> None:
    assert {name for name, each in defects().items() if "simulated" in each.where} == set(KNOWN)


def test_the_table_has_the_firmwares_defects() -> None:
    header = (APPLICATION / "simconn/include/cm_simconn/defects.h").read_text(encoding="utf-8")
    names = set(re.findall(r'[XL]\((\w+), "', header))
    assert len(names) > 30
    assert names == {name for name, each in defects().items() if "firmware" in each.where}
    # What both have is the same defect under the same name.
    assert names <= set(KNOWN)


def test_the_board_lists_its_defects() -> None:
    target = open_target("simulated")
    listed: list[str] = []

    def sink(record: AnyRecord) -> None:
        if isinstance(record, Part):
            listed.append(record.values["name"])

    with target:
        device: Device = start_device(target, sink)
        assert device.execute(("defects",)).status == "0"
    assert listed == list(KNOWN)


# --- choosing and reporting ----------------------------------------------------------------------


def test_defects_are_chosen_by_name_or_requirement() -> None:
    assert len(choose("simulated")) > len(choose("firmware")) > 30
    assert [each.name for each in choose("firmware", ["timeout_in_*"])] == ["timeout_in_ms"]
    assert {each.name for each in choose("simulated", ["REQ-CTL-027"])} == {"persistence_latched"}
    with pytest.raises(UsageError, match="of the firmware device"):
        choose("firmware", ["mon-*"])


def test_the_score_counts_what_can_be_observed() -> None:
    first, second, third, fourth = choose("simulated")[:4]
    report = DefectReport("board")
    report.findings = [Hunt(first, "caught"), Hunt(second, "equivalent")]
    assert (report.score, report.exit_code) == (1.0, ExitCode.CONFORMS)
    report.findings += [Hunt(third, "missed"), Hunt(fourth, "wrong_reason")]
    assert report.score == pytest.approx(1 / 3)
    assert report.exit_code == ExitCode.FAILS
    document = report.as_json()
    assert document["total"] == 4
    assert document["missed"] == [third.name]
    assert document["wrong_reason"] == [fourth.name]
    assert document["equivalent"] == [second.name]


def test_the_command_scores_and_writes_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "defects.json"
    files = ["--out", str(tmp_path), "--json", str(file)]
    code = run(["defects", "-t", "simulated", "--only", "timeout_in_ms", *files])
    shown = capsys.readouterr().out
    assert code == 0
    assert "SCORE  100.0%" in shown
    assert "REQ-CTL-019" in shown
    document = msgspec.json.decode(file.read_bytes())
    assert document["caught"] == ["timeout_in_ms"]
    assert document["defects"][0]["blamed"] == ["REQ-CTL-019"]
