"""What a build has: families, room for addresses, configurations for them."""

import pytest
from msgspec import structs

from checker.forks import judge
from connmgr_hil.checker import Outcome
from connmgr_hil.model import World
from connmgr_hil.model.profiles import PROFILES
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    Header,
    HelloSeen,
    Reply,
    Stimulus,
)
from model.play import world

UNSAID = {"room4": 0, "room6": 0, "cfg4": 0, "cfg6": 0}
"""What an older hello says of room: nothing."""


def other(**features: bool | int | str) -> World:
    """Return an application that is not the sample's, with three ifaces that nothing is bound to."""
    hello = structs.replace(world().hello, ifaces=3, track=3, **(UNSAID | features))
    ifaces = tuple(
        IfaceFacts(index=index, name=f"d{index}", l2="DUMMY", bound=False) for index in (1, 2, 3)
    )
    return World.of(hello, ifaces, PROFILES["P34"])


def conforms(where: World, script: str) -> bool:
    """Judge commands for addresses, `1 192.0.2.1` adds one, `-` before it removes it; `!` behind it: refused; `?`: not built in."""
    records: list[AnyRecord] = [Header(), HelloSeen(t=0, facts=where.hello, ifaces=where.ifaces)]
    if where.is_sample:
        boot = [(index, "init") for index in (1, 2, 3, 6, 9)] + [(6, "connect")]
        records += [CallSeen(t=0, iface=index, op=op) for index, op in boot]
    for number, line in enumerate(script.split(","), 1):
        iface, address, *mark = line.split()
        verb = "del" if address.startswith("-") else "add"
        text = address.lstrip("-")
        version = 6 if ":" in text else 4
        records.append(Stimulus(id=number, words=(f"addr{version}", iface, verb, text)))
        status, values = "0", {}
        if mark:
            status = "-EINVAL"
            values = {"bad": "unsupported"} if mark == ["?"] else {}
        else:
            event = Event(f"IPV{version}_ADDR_{verb.upper()}")
            records.append(
                EventSeen(
                    t=0, listener="early", name=event, code=where.codes[event], iface=int(iface),
                    admin=False, oper=False,
                )
            )  # fmt: skip
        records.append(Reply(t=0, id=number, t0=0, status=status, values=values))
    return judge(records).outcome is Outcome.CONFORMS


FOUR = "1 192.0.2.1,1 192.0.2.2,1 192.0.2.3,1 192.0.2.4"


@pytest.mark.parametrize(
    ("features", "script", "right"),
    [
        ({"ipv6": False}, "1 2001:db8::1 ?", True),
        ({"ipv6": False}, "1 2001:db8::1", False),
        # What the hello says is built in cannot be refused as not built in, and what is not, only as that.
        ({}, "1 2001:db8::1 ?", False),
        ({}, "1 192.0.2.1,1 192.0.2.2 ?", False),
        ({"ipv6": False}, "1 2001:db8::1 !", False),
        ({"ipv4": False}, "1 192.0.2.1 ?", True),
        ({"cfg6": 3}, "1 2001:db8::1 ?", False),
        ({"room4": 3, "cfg4": 3}, "1 192.0.2.1,1 192.0.2.2,1 192.0.2.3,1 192.0.2.4 !", True),
        ({"room4": 3, "cfg4": 3}, FOUR, False),
        ({"room4": 4, "cfg4": 3}, "1 192.0.2.1,1 192.0.2.2 !", False),
        ({"room4": 8, "cfg4": 3}, FOUR + ",1 192.0.2.5", True),
        ({"room6": 1, "cfg6": 3}, "1 2001:db8::1,1 2001:db8::2 !,1 -2001:db8::1,1 2001:db8::2", True),
        # An older hello says nothing: it is learnt.
        ({}, "1 192.0.2.1,1 192.0.2.2 !", True),
        ({}, "1 192.0.2.1 !", False),
        ({}, FOUR + ",1 192.0.2.5,1 192.0.2.6 !", True),
        ({}, "1 192.0.2.1,1 192.0.2.2 !,2 192.0.2.3,2 192.0.2.4", False),
        ({}, "1 192.0.2.1,1 192.0.2.2 !,2 192.0.2.3,2 192.0.2.4 !", True),
        ({}, "1 192.0.2.1,1 192.0.2.2,2 192.0.2.3,2 192.0.2.4 !", False),
        ({}, "1 192.0.2.1,1 192.0.2.2 !,1 2001:db8::1,1 2001:db8::2", True),
        # Fewer configurations than ifaces.
        ({"cfg4": 1, "room4": 4}, "2 192.0.2.1,1 192.0.2.2 !,1 192.0.2.2 !,2 192.0.2.3", True),
        ({"cfg4": 1, "room4": 4}, "2 192.0.2.1,1 192.0.2.2", False),
        ({"cfg4": 2, "room4": 4}, "2 192.0.2.1,1 192.0.2.2 !", False),
        ({"cfg4": 3, "room4": 4}, "2 192.0.2.1,1 192.0.2.2 !", False),
        ({}, "2 192.0.2.1,1 192.0.2.2 !,1 192.0.2.2 !", True),
        ({}, "2 192.0.2.1,1 192.0.2.2 !,1 192.0.2.2", False),
        # Another iface that was up may have it, without an address.
        ({"zephyr": "3.4.99", "cfg4": 1, "room4": 4}, "1 192.0.2.1 !", False),
        ({"zephyr": "4.1.99", "cfg4": 1, "room4": 4}, "1 192.0.2.1 !,1 192.0.2.1 !", True),
        ({"zephyr": "4.1.99", "cfg4": 1, "room4": 4}, "1 192.0.2.1 !,1 192.0.2.1", False),
        ({"zephyr": "4.1.99", "cfg4": 1, "room4": 4}, "2 192.0.2.1,1 192.0.2.2", False),
        ({"zephyr": "4.1.99", "cfg4": 3, "room4": 4}, "2 192.0.2.1,1 192.0.2.2 !", False),
    ],
)  # fmt: skip
def test_a_build_takes_what_it_has_room_for(
    features: dict[str, bool | int | str], script: str, right: bool
) -> None:
    assert conforms(other(**features), script) is right


def test_the_sample_has_the_room_that_it_says() -> None:
    assert conforms(world(), FOUR + ",1 192.0.2.5 !")
    assert not conforms(world(), FOUR + ",1 192.0.2.5")
    assert not conforms(world(), "1 192.0.2.1,1 192.0.2.2,1 192.0.2.3,1 192.0.2.4 !")
    assert conforms(world(room4=3, cfg4=10), "1 192.0.2.1,1 192.0.2.2,1 192.0.2.3,1 192.0.2.4 !")


@pytest.mark.parametrize("room", [1, 3, 4, 8])
def test_the_room_of_a_sample_that_says_none_is_learnt(room: int) -> None:
    taken = ",".join(f"1 192.0.2.{number + 1}" for number in range(room))
    assert conforms(world(**UNSAID), f"{taken},1 192.0.2.9 !,2 192.0.2.10")
    assert not conforms(world(**UNSAID), f"{taken},1 192.0.2.9 !,1 192.0.2.10")
