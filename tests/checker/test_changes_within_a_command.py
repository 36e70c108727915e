"""Implementations that remove their addresses and leave their link in callbacks, in the midst of a command.

Recorded from real Zephyr on `examples/minimal` with an implementation that has addresses of its own.
"""

from collections.abc import Iterator

import pytest

from checker.forks import judge, recorded_by_hand
from connmgr_hil.checker import Outcome
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen

NAMES = [
    # Its disconnect callback removes an address, then becomes dormant, while another context waits.
    "address_leaves_in_disconnect",
    # Its listener hears of admin-down when the iface is admin-up again.
    "address_leaves_when_admin_down_is_heard",
    # Its disconnect callback becomes dormant, then removes two addresses, before the automation hears of it.
    "addresses_leave_after_the_link",
    # It has not heard of admin-down when the iface is taken admin-up, so its link is still there.
    "link_outlives_an_unheard_admin_down",
]


@pytest.mark.parametrize("name", NAMES)
def test_it_conforms(name: str) -> None:
    assert judge(recorded_by_hand(name)).outcome is Outcome.CONFORMS


@pytest.mark.parametrize("name", NAMES)
def test_every_event_of_zephyr_is_needed(name: str) -> None:
    """What the Connection Manager itself raises in between is judged as exactly as ever."""
    records = recorded_by_hand(name)
    for place in _of_zephyr(records):
        less = [*records[:place], *records[place + 1 :]]
        assert judge(less).outcome is not Outcome.CONFORMS, records[place]


def _of_zephyr(records: list[AnyRecord]) -> Iterator[int]:
    for place, record in enumerate(records):
        if isinstance(record, EventSeen) and record.name.startswith(("IF_ADMIN", "L4_")):
            yield place
