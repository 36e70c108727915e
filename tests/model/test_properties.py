"""What holds for the model whatever is done to a device."""

import random

import pytest
from hypothesis import given, settings, strategies as st

from connmgr_hil.model import Model, Successor, World
from connmgr_hil.model.monitor import is_ready
from connmgr_hil.model.observed import Owed
from connmgr_hil.model.state import CHANGED, READY, READY4, READY6, SET4, SET6, UP, Iface
from connmgr_hil.vocabulary.stimuli import FLAGS
from model.commands import LINK_LOCAL, V4, V6, any_iface, sequences
from model.play import Play, world

# The inner loop takes the oldest, that of the wide event codes, and the newest.
SLOW = pytest.mark.slow
PROFILES = (
    "P34",
    pytest.param("P37", marks=SLOW),
    "P42",
    pytest.param("P43", marks=SLOW),
    "P44",
)
anything = settings(deadline=None, derandomize=True, max_examples=40)


def play(world_: World, commands: list[str], seed: int = 0) -> tuple[Play, list[list[Owed]]]:
    """Play commands, with outcomes chosen by chance, until the model predicts a storm."""
    chance = random.Random(seed)
    device = Play(world_, chance.choice)
    shown = []
    for command in commands:
        shown.append(device.do(command))
        if device.stormed:
            break
    return device, shown


def alternates(names: list[str], first: str, second: str) -> bool:
    """Tell whether two kinds of events take turns, the first one first."""
    turns = [name for name in names if name in (first, second)]
    return turns == [(first, second)[place % 2] for place in range(len(turns))]


@pytest.mark.parametrize("profile", PROFILES)
@anything
@given(commands=sequences(), seed=st.integers(0, 99))
def test_events_alternate(profile: str, commands: list[str], seed: int) -> None:
    """REQ-EVT-001, REQ-EVT-002, REQ-EVT-010."""
    device, shown = play(world(profile, queue=500), commands, seed)
    events = [
        each
        for group in shown
        for each in group
        if each.kind == "event" and each.key[0] == "early" and each.rule != "resend"
    ]
    names = [str(each.key[1]) for each in events]
    assert alternates(names, "L4_CONNECTED", "L4_DISCONNECTED")
    assert alternates(names, "L4_IPV4_CONNECTED", "L4_IPV4_DISCONNECTED")
    assert alternates(names, "L4_IPV6_CONNECTED", "L4_IPV6_DISCONNECTED")
    for facts in device.world.ifaces:
        own = [str(each.key[1]) for each in events if each.key[2] == facts.index]
        assert alternates(own, "IF_UP", "IF_DOWN")
        first = ("IF_ADMIN_DOWN", "IF_ADMIN_UP") if facts.auto else ("IF_ADMIN_UP", "IF_ADMIN_DOWN")
        assert alternates(own, *first)


def computed_word(iface: Iface, *, families: bool) -> int:
    """Compute the monitor's word from `net_if`'s view (REQ-MON-034)."""
    word = UP * iface.oper
    word |= SET4 * any(each.counts for each in iface.a4)
    word |= SET6 * any(each.counts for each in iface.a6)
    word |= iface.word & ~(UP | SET4 | SET6 | READY | READY4 | READY6)
    ready = is_ready(iface._replace(word=word))
    word |= READY * ready
    if families:
        word |= READY4 * (ready and bool(word & SET4)) | READY6 * (ready and bool(word & SET6))
    return word


@pytest.mark.parametrize("profile", PROFILES)
@anything
@given(commands=sequences(), seed=st.integers(0, 99))
def test_the_monitor_mirrors_net_if(profile: str, commands: list[str], seed: int) -> None:
    device, _ = play(world(profile, queue=500), commands, seed)
    if device.stormed:
        return
    families = device.profile.families
    for iface in device.state.ifaces:
        assert iface.word == computed_word(iface, families=families)
        assert not iface.word & CHANGED
        assert iface.oper == (iface.admin and iface.carrier and not iface.dormant)
    ready = [iface for iface in device.state.ifaces if iface.word & READY]
    assert device.state.counts[0] == len(ready)


@pytest.mark.parametrize("queue", [5, 64])
@pytest.mark.parametrize("profile", PROFILES)
@anything
@given(commands=sequences(index=any_iface, addresses=V4 + V6 + LINK_LOCAL), seed=st.integers(0, 99))
def test_nothing_hangs_or_crashes(profile: str, queue: int, commands: list[str], seed: int) -> None:
    """Illegal ifaces, bursts, hooks, full queues: every command is answered once, and time goes on."""
    device, shown = play(world(profile, queue=queue), commands, seed)
    for command, group in zip(commands, shown, strict=False):
        replies = [each for each in group if each.kind == "reply"]
        if not device.stormed:
            assert group[-1:] == replies
            assert len(replies) == 1
            index = next((word for word in command.split()[1:] if word in ("0", "10", "99")), "")
            if command.split()[0] in ("up", "down", "connect", "disconnect") and index:
                assert replies[0].key == ("-EINVAL",)
                assert dict(replies[0].values) == {"bad": "iface"}


@anything
@given(commands=sequences())
def test_dad_comes_to_an_end(commands: list[str]) -> None:
    device, _ = play(world("P34", dad=True, queue=500), commands)
    if device.stormed:
        return
    device.run("advance 9000000")
    for iface in device.state.ifaces:
        assert not (iface.oper and any(each.state == "t" for each in iface.a6))


@pytest.mark.parametrize("profile", PROFILES)
@anything
@given(commands=sequences())
def test_a_step_depends_on_nothing_but_state_and_move(profile: str, commands: list[str]) -> None:
    """Two models, one asked before, give equal answers, each outcome once."""
    device, other = Play(world(profile)), Model(world(profile))
    for command in commands:
        words = tuple(command.split())
        state = device.state
        once: tuple[Successor, ...] = device.model.step(state, words)
        assert device.model.step(state, words) is once
        assert other.step(state, words) == once
        assert len(set(once)) == len(once)
        device.do(command)
        if device.stormed:
            break


@anything
@given(commands=sequences(bursts=False, hooks=False))
def test_settings_change_only_by_the_api(commands: list[str]) -> None:
    """REQ-CTL-030, REQ-CTL-033: flags and timeouts are those that were set last."""
    device = Play(world(queue=500))
    flags = dict.fromkeys(range(1, 10), 0)
    timeouts = dict.fromkeys(range(1, 10), 0)
    for command in commands:
        shown = device.do(command)
        words = command.split()
        words = words[2:] if words[0] == "on" else words
        if words[0] in ("flag", "timeout") and shown[-1].key == ("0",):
            index = int(words[1])
            if words[0] == "timeout":
                timeouts[index] = int(words[2])
            else:
                flag = FLAGS.index(words[2]) if words[2] in FLAGS else int(words[2])
                bit = 1 << flag
                flags[index] = flags[index] | bit if words[3] == "on" else flags[index] & ~bit
        if device.stormed:
            break
    for index, iface in enumerate(device.state.ifaces, 1):
        assert flags[index] == iface.flags
        assert timeouts[index] == iface.timeout
