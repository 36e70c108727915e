"""What an iface is follows from what drives it, as the hello says, and not from its name."""

from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.checker import Checker, Outcome
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.facts import IfaceFacts, role_indexes
from connmgr_hil.vocabulary.observations import HelloSeen

SIMULATED = IfaceFacts(index=1, name="wlan7", l2="DUMMY", bound=True, impl="SIMCONN", sim=True)


@pytest.mark.parametrize("name", ["bound0", "wlan7", "free0"])
def test_what_the_simulated_implementation_drives_is_known_whatever_its_name(name: str) -> None:
    assert not structs.replace(SIMULATED, name=name).is_real


@pytest.mark.parametrize("name", ["bound0", "modem", "auto0"])
def test_what_something_else_drives_is_not_known_though_it_is_named_alike(name: str) -> None:
    assert structs.replace(SIMULATED, name=name, impl="MODEM", sim=False).is_real
    assert IfaceFacts(index=1, name=name, l2="ETHERNET", bound=False).is_real


def test_roles_of_an_application_that_names_its_ifaces_otherwise() -> None:
    """Only what no application moves by itself has one."""
    ifaces = (SIMULATED, IfaceFacts(index=2, name="x", l2="DUMMY", bound=False))
    hello = next(each for each in read_records(TRACE) if isinstance(each, HelloSeen)).facts
    assert role_indexes(hello, ifaces) == {"U": 2}


TRACE = Path(__file__).parents[1] / "traces" / "native_posix_64" / "E1.jsonl"


def _renamed(hello: HelloSeen) -> HelloSeen:
    named = tuple(structs.replace(each, name=f"n{each.index}") for each in hello.ifaces)
    return structs.replace(hello, ifaces=named)


@pytest.mark.parametrize("trace", ["E1", "Q20", "X5", "Y10"])
def test_a_trace_is_judged_alike_whatever_its_ifaces_are_called(
    trace: str, recorded_traces: Path
) -> None:
    path = recorded_traces / f"{trace}.jsonl"
    checker = Checker()
    for record in read_records(path):
        checker.feed(_renamed(record) if isinstance(record, HelloSeen) else record)
    assert checker.finish().outcome is Outcome.CONFORMS
