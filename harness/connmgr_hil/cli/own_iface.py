"""What a run showed about the user's connectivity implementation, requirement by requirement."""

from collections.abc import Iterable, Iterator

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.results import ScenarioResult
from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.requirements import requirements

_PREFIX = "REQ-IMP-"


def of_own_iface(results: Iterable[ScenarioResult]) -> Iterator[str]:
    """Yield what was shown of the implementation bound to role R, what was not, and what is missing to show it.

    Yields nothing if no implementation is bound, since no scenario about it ran.
    """
    about = [
        each for each in results if any(name.startswith(_PREFIX) for name in each.requirements)
    ]
    if not any(each.outcome and each.name.startswith("imp-") for each in about):
        return
    shown = _named(each for each in about if each.outcome is Outcome.CONFORMS)
    shown -= {name for each in about for name in each.broken}
    numbers = ", ".join(name.removeprefix(_PREFIX) for name in sorted(shown)) or "nothing"
    yield f"  own iface:     {_PREFIX}* shown: {numbers}"
    for name in sorted(_named(about) - shown):
        whose = [each for each in about if name in each.requirements]
        ran = [each for each in whose if each.outcome not in (None, Outcome.CONFORMS)]
        why = f"see {ran[0].name}, which did not conform" if ran else whose[0].reason
        yield f"    not shown:   {name}  {requirements()[name].sentence}"
        yield f"      {on_one_line(why)}"


def _named(results: Iterable[ScenarioResult]) -> set[str]:
    return {name for each in results for name in each.requirements if name.startswith(_PREFIX)}
