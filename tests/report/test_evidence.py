"""What traces are found to show, and what not."""

from pathlib import Path

import pytest
from handmade import READY, Write

from connmgr_hil.checker import Outcome
from connmgr_hil.report import gather
from connmgr_hil.report.identity import Reality
from connmgr_hil.report.wording import grounds, headline, not_shown, replay
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from connmgr_hil.vocabulary.requirements import requirements


def test_a_conforming_trace_holds_its_requirements_and_nothing_else(conforming: Path) -> None:
    (platform,) = gather([conforming]).platforms
    held = [ident for ident, standing in platform.standings.items() if standing == "held"]
    living = [ident for ident, each in requirements().items() if each.in_every_run]
    assert held == ["REQ-MON-001", "REQ-MON-010", *living]
    assert platform.identity.reality is Reality.NATIVE
    assert platform.standing("REQ-IDLE-001") is None
    assert (
        platform.reason("REQ-IDLE-001")
        == f"applies from profile {requirements()['REQ-IDLE-001'].since} on"
    )


def test_a_failure_keeps_the_record_and_what_was_allowed(failing: Path) -> None:
    evidence = gather([failing])
    (story,) = evidence.stories
    assert evidence.outcome is Outcome.FAILS
    assert story.failure is not None
    assert any("L4_CONNECTED" in allowed for allowed in story.failure.allowed)
    assert "1 trace of 1 shows" in headline(evidence)


def test_every_requirement_that_was_not_shown_has_a_reason(conforming: Path) -> None:
    (platform,) = gather([conforming]).platforms
    reasons = not_shown(platform)
    missing = {
        ident
        for ident, standing in platform.standings.items()
        if standing in ("unreachable", "not_run")
    }
    assert {ident for _, idents in reasons for ident in idents} == missing
    assert all(reason for reason, _ in reasons)


def test_unreachable_scenarios_are_known_from_the_devices_own_words(conforming: Path) -> None:
    # The hand-written device has three ifaces, so nothing about a stubborn L2 can be shown.
    (platform,) = gather([conforming]).platforms
    reasons = [result.reason for result in platform.report.results if result.outcome is None]
    assert any("needs iface stubborn0 (role S)" in reason for reason in reasons)


def test_a_simulated_board_never_speaks_for_zephyr(write: Write) -> None:
    evidence = gather([write("a.jsonl", *READY, platform="simulated")])
    assert evidence.platforms[0].identity.simulated
    assert headline(evidence) == "The simulated board conforms; no Zephyr code ran"
    assert "An imitation of Zephyr" in grounds(evidence)[0]


def test_platforms_are_told_apart_and_sorted(write: Write) -> None:
    paths = [write("b.jsonl", *READY), write("a.jsonl", *READY, platform="simulated")]
    assert [platform.name for platform in gather(paths).platforms] == [
        "native_posix_64",
        "simulated",
    ]


def test_an_unknown_platform_is_called_unknown(write: Write) -> None:
    # The board named in the hello is known, but a hello of an unknown board is not.
    path = write("a.jsonl", *READY, platform="somebodys")
    path.write_text(
        path.read_text(encoding="utf-8").replace("native_posix_64", "board_of_somebody"),
        encoding="utf-8",
    )
    assert gather([path]).platforms[0].identity.reality is Reality.UNKNOWN


def test_traces_of_one_scenario_are_told_apart(write: Write) -> None:
    stories = gather([write("x/E1.jsonl", *READY), write("y/E1.jsonl", *READY)]).stories
    assert [story.label for story in stories] == [
        f"addresses-come-and-go ({folder})" for folder in "xy"
    ]


def test_a_shrunk_trace_belongs_to_the_one_it_was_made_of(write: Write, failing: Path) -> None:
    kept = [record for record in READY if record.get("name") != "L4_CONNECTED"]
    shrunk = write("shrunk/failing.min.jsonl", *kept, scenario="E2")
    (story,) = gather([failing, shrunk]).stories
    assert story.shortest is not None
    assert story.shortest.commands == ("up 1", "addr4 1 add 192.0.2.1")
    assert replay(story) == f"cmhil replay {shrunk} -t native_posix_64"
    (alone,) = gather([shrunk]).stories
    assert alone.shortest is None


def test_a_changed_verdict_is_noticed(write: Write) -> None:
    (story,) = gather([write("a.jsonl", *READY, {"k": "verdict", "verdict": "fails"})]).stories
    assert (story.recorded, str(story.outcome)) == ("fails", "conforms")


def test_no_trace_and_no_trace_at_all(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no trace"):
        gather([tmp_path])
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"k":"header"}\nnonsense\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"broken\.jsonl:2"):
        gather([broken])
