"""What a test or a user's scenario may hold of the requirements that it names: no more than our own scenarios could show on this build."""

from dataclasses import replace

from connmgr_hil.model import World
from connmgr_hil.vocabulary.facts import ROLES
from connmgr_hil.vocabulary.requirements import requirements

from .former_names import present_name
from .needs import RIG
from .scenario import Scenario, registered


def out_of_reach(scenario: str, named: tuple[str, ...], world: World) -> frozenset[str]:
    """Return those of the requirements that a scenario or test names which it cannot hold, even if it conforms.

    These are known quirks, which only a scenario that looks for them can tell from what is right, and those for which all of our own
    scenarios need another build or release.
    """
    known = registered().get(present_name(scenario))
    if known and known.is_included:
        return frozenset()
    return frozenset(each for each in named if _is_quirk(each) or _needs_another(each, world))


def _is_quirk(requirement: str) -> bool:
    known = requirements().get(requirement)
    return known is not None and known.kind == "Q"


def _needs_another(requirement: str, world: World) -> bool:
    about = [
        each
        for each in registered().values()
        if each.is_included and requirement in each.requirements
    ]
    return bool(about) and all(
        _of_the_build(each, world).obstacle(world.hello, world.ifaces, world.profile)
        for each in about
    )


def _of_the_build(scenario: Scenario, world: World) -> Scenario:
    """Return a scenario without needs that only the rig can meet and, if another application runs, without ifaces of the sample application: a test may add its own."""
    others = RIG if world.is_sample else (*RIG, *ROLES)
    return replace(scenario, needs=tuple(each for each in scenario.needs if each not in others))
