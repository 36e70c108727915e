"""The requirements are all there, and every scenario refers to what exists."""

import re
from collections import Counter

import pytest
from msgspec import structs

from connmgr_hil.conformance.former_names import names_of, present_name
from connmgr_hil.conformance.scenario import Scenario, registered, scenario
from connmgr_hil.conformance.selection import choose
from connmgr_hil.vocabulary.errors import BadInput, HarnessError, UsageError
from connmgr_hil.vocabulary.expectation import parse
from connmgr_hil.vocabulary.facts import ROLES
from connmgr_hil.vocabulary.requirements import ORDER, requirements
from model.play import world

SCENARIOS = registered()
# As many as the specification has in its section 7.
AREAS = {
    "MON": 40, "IGN": 17, "RSD": 9, "EVT": 20, "CTL": 52, "AUTO": 24, "BULK": 19, "IMP": 18,
    "IDLE": 6, "SH": 8, "LIFE": 6,
}  # fmt: skip


def test_every_requirement_is_there_once() -> None:
    assert len(requirements()) == 219 == sum(AREAS.values())
    assert Counter(ident.split("-")[1] for ident in requirements()) == AREAS
    for area, count in AREAS.items():
        numbers = sorted(
            int(ident.rpartition("-")[2]) for ident in requirements() if f"-{area}-" in ident
        )
        assert numbers == list(range(1, count + 1))


@pytest.mark.parametrize("ident", requirements())
def test_a_requirement_is_whole(ident: str) -> None:
    requirement = requirements()[ident]
    assert requirement.id == ident
    assert re.fullmatch(r"REQ-[A-Z]+-\d{3}", ident)
    assert requirement.kind in ("N", "B", "Q", "R")
    for text in (
        requirement.sentence,
        requirement.source,
        requirement.stimulus,
        requirement.observe,
    ):
        assert text.strip() == text != ""


def test_a_requirement_applies_from_its_profile_on() -> None:
    families = requirements()["REQ-MON-031"]
    assert tuple(name for name in ORDER if families.applies_to(name)) == ORDER[1:]
    assert all(requirements()["REQ-MON-001"].applies_to(name) for name in ORDER)
    assert not requirements()["REQ-IDLE-001"].applies_to("P42")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_sound(name: str) -> None:
    each = SCENARIOS[name]
    assert each.name == name
    assert re.fullmatch(r"[A-Za-z0-9-]+", name), "it names a file"
    assert each.requirements
    assert set(each.requirements) <= requirements().keys()
    assert len(set(each.requirements)) == len(each.requirements)
    assert each.title
    assert not each.title.endswith(".")
    assert each.since in ORDER
    assert each.until in ORDER
    assert ORDER.index(each.since) <= ORDER.index(each.until)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_runs_somewhere_and_says_why_not_elsewhere(name: str) -> None:
    each = SCENARIOS[name]
    obstacles = [
        each.obstacle(device.hello, device.ifaces, device.profile)
        for profile in ORDER
        for device in _builds(profile)
    ]
    assert "" in obstacles or any("variant" in text for text in obstacles)
    assert all(
        re.match(r"(needs|is about|not observable through) ", text) for text in obstacles if text
    )


def _builds(profile: str) -> list[object]:
    plain = world(profile)
    stock = structs.replace(plain.hello, dialect="stock", track=len(plain.ifaces))
    trap = tuple(structs.replace(facts, dormant_in_init=True) for facts in plain.ifaces)
    return [
        plain,
        world(profile, dad=True),
        world(profile, both=True),
        world(profile, queue=5),
        world(profile, autodown=False),
        type(plain).of(plain.hello, trap, plain.profile),
        type(plain).of(stock, plain.ifaces, plain.profile),
    ]


def test_a_scenario_of_a_requirement_applies_where_the_requirement_does() -> None:
    """A scenario for an old profile cannot show what only newer releases do."""
    for each in SCENARIOS.values():
        firsts = [ORDER.index(requirements()[ident].since) for ident in each.requirements]
        assert min(firsts) <= ORDER.index(each.until), each.name


def test_most_of_what_can_be_reached_has_a_scenario() -> None:
    """What P34 normatively demands of any device, and the sample application can show."""
    covered = {ident for each in SCENARIOS.values() for ident in each.requirements}
    # Address lifetimes, DHCP and DAD with a second host need a network; the rest needs other builds.
    elsewhere = {
        "REQ-MON-015", "REQ-MON-027", "REQ-MON-029", "REQ-MON-040", "REQ-BULK-015", "REQ-LIFE-005",
        "REQ-LIFE-006",
    }  # fmt: skip
    wanted = {
        ident
        for ident, each in requirements().items()
        if each.since == "P34"
        and each.kind in ("N", "B")
        and not ident.startswith("REQ-SH")
        and not each.in_every_run
    }
    assert wanted - covered - elsewhere == set()


def test_firmware_without_the_probe_runs_only_what_goes_through_its_shell() -> None:
    plain = world("P37")
    stock = structs.replace(plain.hello, dialect="stock", track=len(plain.ifaces))
    runs = {
        name for name, each in SCENARIOS.items()
        if not each.obstacle(stock, plain.ifaces, plain.profile)
    }  # fmt: skip
    assert runs == {name for name in SCENARIOS if name.startswith("stock-")}
    shown = {ident for name in runs for ident in SCENARIOS[name].requirements}
    assert {f"REQ-SH-{number:03}" for number in range(1, 9)} <= shown
    deaf = structs.replace(stock, events=False)
    obstacle = SCENARIOS["stock-ready"].obstacle(deaf, plain.ifaces, plain.profile)
    assert obstacle == "needs a shell that shows events (CONFIG_NET_MGMT_EVENT_MONITOR)"


def test_a_missing_iface_is_an_obstacle() -> None:
    device = world()
    without = tuple(facts for facts in device.ifaces if facts.name != ROLES["S"])
    needs = SCENARIOS["highest-index"]
    assert needs.obstacle(device.hello, without, device.profile) == "needs iface stubborn0 (role S)"


def test_scenarios_are_chosen_by_name_requirement_and_pattern() -> None:
    assert [each.name for each in choose(["two-ifaces"])] == ["two-ifaces"]
    assert choose([]) == list(SCENARIOS.values())
    assert {each.name for each in choose(["dad*"])} == {
        each for each in SCENARIOS if each.startswith("dad")
    }
    chosen = choose(["REQ-MON-001"])
    assert chosen
    assert all("REQ-MON-001" in each.requirements for each in chosen)
    names = [each.name for each in choose(["two-ifaces", "two-*"])]
    assert len(names) == len(set(names))
    with pytest.raises(UsageError) as caught:
        choose(["two-ifaces", "no-such"])
    assert "no-such" in caught.value.seen
    assert "'cmhil scenarios' lists them" in caught.value.remedy


def test_former_names_still_select() -> None:
    assert [each.name for each in choose(["Q7", "x8B"])] == ["timeout-takes-down", "dad-removed"]
    assert {present_name(each) for name in SCENARIOS for each in names_of(name)} == set(SCENARIOS)
    for name in SCENARIOS:
        assert not re.fullmatch(r"[A-Z]\d+[a-z]?(-.*)?", name), (
            "a name says what a scenario is about"
        )


def test_a_scenario_is_registered_once_with_known_requirements() -> None:
    def body(_bench: object) -> None:
        """Do nothing."""

    with pytest.raises(HarnessError):
        scenario("two-ifaces", "MON-001")(body)
    with pytest.raises(HarnessError, match="REQ-MON-999"):
        scenario("brand-new", "MON-999")(body)
    assert "brand-new" not in registered()
    assert isinstance(registered()["two-ifaces"], Scenario)


def test_a_broken_expectation_is_found_when_it_is_read() -> None:
    with pytest.raises(BadInput):
        parse("IF_UP(U")
