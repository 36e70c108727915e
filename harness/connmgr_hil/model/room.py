"""Space for addresses: how many an iface accepts, and whether it gets a configuration for them.

Both are facts of the build (`CONFIG_NET_IF_UNICAST_IPV4_ADDR_COUNT`, `CONFIG_NET_IF_MAX_IPV4_COUNT`, and those of IPv6), which
the hello of a newer probe reports. For an older probe they are learned from the first refusal. Configurations are
assigned on request, and never returned (`net_if_config_ipv4_get` in `subsys/net/ip/net_if.c`).
"""

from .kernel import Kernel

_HAS = {4: 1, 6: 2}
_LACKS = {4: 4, 6: 8}


def has_room(kernel: Kernel, index: int, version: int, held: int) -> bool:
    """Tell whether an iface with this many addresses of a family accepts another; both are possible while this is unknown."""
    if not _has_configuration(kernel, index, version, held):
        return False
    most = kernel.world.hello.room(version)
    if most:
        return held < most
    place = 0 if version == 4 else 1
    room, taken = kernel.rooms[place]
    if room:
        return held < room
    if held >= max(1, taken) and kernel.choose(2):
        kernel.put_room(place, held, taken)
        return False
    if held >= taken:
        kernel.put_room(place, 0, held + 1)
    return True


def _has_configuration(kernel: Kernel, index: int, version: int, held: int) -> bool:
    world = kernel.world
    there = world.hello.configurations(version)
    if held or there >= len(world.ifaces):
        return True
    given = kernel.iface(index).given
    if given & (_HAS[version] | _LACKS[version]):
        return bool(given & _HAS[version])
    others = sum(
        bool(kernel.iface(other).given & _HAS[version])
        for other in kernel.indexes
        if other != index
    )
    # Real ifaces may have theirs, and without an address one takes it as soon as it is up.
    early = version == 6 or world.hello.takes_configuration_when_up
    perhaps = len(kernel.indexes) - 1 if early else others + len(world.reals)
    refused = perhaps >= max(1, there) and (
        bool(there and others >= there) or kernel.choose(2) == 1
    )
    kernel.put(index, given=given | (_LACKS if refused else _HAS)[version])
    return not refused
