"""The probe's reset in place of a restart: used where it does, never trusted where it does not."""

import re
from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.run import check, verify
from connmgr_hil.conformance.scenario import Scenario
from connmgr_hil.conformance.selection import choose
from connmgr_hil.conformance.session import Session
from connmgr_hil.targets import open_target
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import NotAsBooted, Unmet
from connmgr_hil.vocabulary.observations import Header, HelloSeen, Stimulus


def note(trace: Path) -> str:
    header = next(iter(read_records(trace)))
    assert isinstance(header, Header)
    return header.note


def restart_counts(report_restarts: dict[str, int]) -> tuple[int, int]:
    return report_restarts.get("restart", 0), report_restarts.get("probe's reset", 0)


def test_scenarios_run_on_one_start_with_a_trace_each_that_is_judged_the_same(
    tmp_path: Path,
) -> None:
    chosen = choose(["loss", "timeouts", "two-ifaces", "options", "flags"])
    target = open_target("simulated")
    report = verify(target, tmp_path, scenarios=chosen, soft_reset=True)
    assert [each.outcome for each in report.results] == [Outcome.CONFORMS] * 5
    assert restart_counts(report.restarts()) == (1, 4)
    nonces = set()
    for each in report.results:
        assert each.trace is not None
        hello = next(r for r in read_records(each.trace) if isinstance(r, HelloSeen))
        nonces.add(hello.facts.nonce)
    assert len(nonces) == 1, "it has booted once"
    again = check([tmp_path])
    assert {each.name: each.outcome for each in again.results} == {
        each.name: each.outcome for each in report.results
    }


def test_a_scenario_about_the_boot_gets_one(tmp_path: Path) -> None:
    chosen = choose(["loss", "boot", "resend-at-start", "flags"])
    report = verify(open_target("simulated"), tmp_path, scenarios=chosen, soft_reset=True)
    assert [each.outcome for each in report.results] == [Outcome.CONFORMS] * 4
    by = {each.name: each.restarted_by for each in report.results}
    # What resend repeats before anything happened is known after a boot alone.
    assert by["boot"] == by["resend-at-start"] == "restart"
    assert by["flags"] == "probe's reset"


def test_a_scenario_that_looks_at_the_boot_gets_one_though_it_does_not_say_so(
    tmp_path: Path,
) -> None:
    def looks(bench: Bench) -> None:
        bench.do("up A", "connect(A) IF_ADMIN_UP(A)")
        assert "L4_CONNECTED" not in [event.name for event in bench.booted]

    own = Scenario("own", "Looks at the boot", ("REQ-AUTO-001",), looks)
    report = verify(
        open_target("simulated"), tmp_path, scenarios=[*choose(["loss"]), own], soft_reset=True
    )
    assert [each.restarted_by for each in report.results] == ["restart", "restart"]
    assert [each.outcome for each in report.results] == [Outcome.CONFORMS] * 2
    assert "this run is about its boot" in note(tmp_path / "own.jsonl")


def test_after_a_scenario_that_does_not_conform_comes_a_restart(tmp_path: Path) -> None:
    def misses(bench: Bench) -> None:
        bench.do("up A", "connect(A) IF_ADMIN_UP(A)")
        raise Unmet("the impossible", "the usual")

    wrong = Scenario("wrong", "Wants the impossible", ("REQ-AUTO-001",), misses)
    chosen = [*choose(["loss"]), wrong, *choose(["flags"])]
    report = verify(open_target("simulated"), tmp_path, scenarios=chosen, soft_reset=True)
    held, missed, flags = report.results
    assert held.outcome is flags.outcome is Outcome.CONFORMS
    assert missed.outcome is Outcome.INCONCLUSIVE
    assert missed.restarted_by == flags.restarted_by == "restart"
    assert re.match(
        "restarted; after the probe's reset: INCONCLUSIVE", note(tmp_path / "wrong.jsonl")
    )


def test_a_device_that_is_gone_does_not_come_back(tmp_path: Path) -> None:
    with open_target("simulated") as target:
        with Session(target, tmp_path / "first.jsonl") as first:
            first.execute(("up", "1"))
        assert first.is_reusable
        target.stop()
        second = Session(target, tmp_path / "second.jsonl", after=first)
        with pytest.raises(NotAsBooted, match="did not come back"), second:
            pass
        with Session(target, tmp_path / "third.jsonl") as third:
            third.execute(("up", "1"))
        assert third.verdict is not None
        assert third.verdict.outcome is Outcome.CONFORMS


def test_what_only_brings_a_device_back_shows_nothing(tmp_path: Path) -> None:
    with open_target("simulated") as target:
        with Session(target, tmp_path / "first.jsonl") as first:
            first.execute(("up", "1"))
        with Session(target, tmp_path / "second.jsonl", after=first) as second:
            assert not second.stimulated
            second.execute(("up", "1"))
            assert second.stimulated
            assert 0 < second.wire_bytes < first.wire_bytes + second.wire_bytes
        given = [r.words[0] for r in read_records(second.path) if isinstance(r, Stimulus)]
        assert given == ["reset", "advance", "state", "up"]


@pytest.mark.parametrize("renewed", [False, True])
def test_the_order_of_listeners_after_a_reset_is_what_came_before(
    tmp_path: Path, renewed: bool
) -> None:
    with (
        open_target("simulated") as target,
        Session(target, tmp_path / "order.jsonl") as session,
    ):
        if renewed:
            session.execute(("listen", "early", "del"))
            session.execute(("listen", "early", "add"))
        session.execute(("reset",))
        session.execute(("up", "1"))
        session.judge()
    assert session.verdict is not None
    assert session.verdict.outcome is Outcome.CONFORMS


@pytest.mark.parametrize(
    ("variant", "name"),
    [("", "boot"), ("dormant_in_init", "boot-trap"), ("boot_ready", "boot-ready")],
)
def test_the_boot_is_what_is_done_in_a_scenario_about_it(
    tmp_path: Path, variant: str, name: str
) -> None:
    target = open_target("simulated", variant=variant)
    (result,) = verify(target, tmp_path, scenarios=choose([name])).results
    assert result.outcome is Outcome.CONFORMS, result.reason
