"""Reasons why a record that the model does not explain may not be a failure of the device."""

from collections.abc import Iterable

from connmgr_hil.vocabulary.observations import AnyRecord, Reply
from connmgr_hil.vocabulary.parsing import is_known

from .hypothesis import Hypothesis
from .search import Search


def excuse(record: AnyRecord, search: Search, hypotheses: Iterable[Hypothesis]) -> str:
    """Return what excuses a record, empty if nothing does.

    The device may have been given another command than the model thinks: the model does not know a command, or the probe, perhaps an older
    one, does not. And the model does not follow everything.
    """
    strange = [each.words for each in search.commands if not is_known(each.words)]
    if strange:
        return f"no model knows what '{' '.join(strange[0])}' does"
    if isinstance(record, Reply) and "bad" in record.values:
        said = " ".join(search.words(record.id))
        return f"the device did not understand '{said}': bad={record.values['bad']}"
    if any(iface.impl.block_ms for each in hypotheses for iface in each.state.ifaces):
        return "an implementation that blocks (block_ms) makes others wait, which the model does not follow"
    return ""
