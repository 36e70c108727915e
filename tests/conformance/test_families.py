"""What a scenario uses of IPv4 and IPv6 is found in its code, and it is not run where that is not built in."""

import pytest
from msgspec import structs

from connmgr_hil.conformance.scenario import registered
from connmgr_hil.vocabulary.facts import Hello
from model.play import world

WHERE = world()


def _obstacle(name: str, hello: Hello) -> str:
    return registered()[name].obstacle(hello, WHERE.ifaces, WHERE.profile)


@pytest.mark.parametrize(
    ("name", "ipv4", "ipv6"),
    [
        ("addresses-come-and-go", True, True),
        ("first-ipv6-address", False, True),
        ("address-limits", True, False),
        ("link-local-ipv6", False, True),
        ("unbound-refused", False, False),
        ("repeated-admin", False, False),
    ],
)
def test_a_scenario_needs_the_families_that_it_uses(name: str, ipv4: bool, ipv6: bool) -> None:
    assert not _obstacle(name, WHERE.hello)
    assert ("needs IPv4" in _obstacle(name, structs.replace(WHERE.hello, ipv4=False))) is ipv4
    assert ("needs IPv6" in _obstacle(name, structs.replace(WHERE.hello, ipv6=False))) is ipv6


def test_without_ipv6_most_scenarios_still_run() -> None:
    hello = structs.replace(WHERE.hello, ipv6=False)
    usual = [name for name in registered() if not _obstacle(name, WHERE.hello)]
    there = [name for name in usual if not _obstacle(name, hello)]
    assert len(usual) - 20 < len(there) < len(usual)
