"""Event codes: 32 bits with a command number up to 4.1, 64 bits with a command bit from 4.2."""

from .profile import Profile

# Layer (2, 3, 4 as 1, 2, 3) and layer code in the 32-bit and in the 64-bit layout.
_FAMILIES: dict[str, tuple[int, int, int]] = {
    "iface": (1, 0x001, 1),
    "conn": (1, 0x207, 2),
    "ipv4": (2, 0x004, 3),
    "ipv6": (2, 0x060, 4),
    "l4": (3, 0x114, 5),
    "private": (1, 0x301, 7),
}
EARLY_FAMILIES = ("iface", "conn", "ipv4", "ipv6", "l4")

_COMMON: dict[str, dict[str, int]] = {
    "iface": {"IF_DOWN": 1, "IF_UP": 2, "IF_ADMIN_DOWN": 3, "IF_ADMIN_UP": 4},
    "conn": {"CONN_IF_TIMEOUT": 1, "CONN_IF_FATAL_ERROR": 2},
    "ipv4": {
        "IPV4_ADDR_ADD": 1,
        "IPV4_ADDR_DEL": 2,
        "IPV4_MADDR_ADD": 3,
        "IPV4_MADDR_DEL": 4,
        "IPV4_MCAST_JOIN": 10,
        "IPV4_MCAST_LEAVE": 11,
        "IPV4_ROUTER_ADD": 5,
        "IPV4_ROUTER_DEL": 6,
        "IPV4_DHCP_START": 7,
        "IPV4_DHCP_BOUND": 8,
        "IPV4_DHCP_STOP": 9,
    },
    "ipv6": {
        "IPV6_ADDR_ADD": 1,
        "IPV6_ADDR_DEL": 2,
        "IPV6_MADDR_ADD": 3,
        "IPV6_MADDR_DEL": 4,
        "IPV6_MCAST_JOIN": 7,
        "IPV6_MCAST_LEAVE": 8,
        "IPV6_PREFIX_ADD": 5,
        "IPV6_PREFIX_DEL": 6,
        "IPV6_ROUTER_ADD": 9,
        "IPV6_ROUTER_DEL": 10,
        "IPV6_ROUTE_ADD": 11,
        "IPV6_ROUTE_DEL": 12,
        "IPV6_DAD_SUCCEED": 13,
        "IPV6_DAD_FAILED": 14,
    },
    "l4": {"L4_CONNECTED": 1, "L4_DISCONNECTED": 2},
    "private": {"PRIVATE": 1},
}


class Codes:
    """The names and codes that a profile has, and the masks over them."""

    def __init__(self, profile: Profile) -> None:
        self._wide = profile.wide_codes
        commands = {family: dict(names) for family, names in _COMMON.items()}
        l4 = commands["l4"]
        if profile.counts_families:
            commands["ipv4"].update(IPV4_ACD_SUCCEED=12, IPV4_ACD_FAILED=13)
            l4.update(
                L4_IPV4_CONNECTED=3,
                L4_IPV4_DISCONNECTED=4,
                L4_IPV6_CONNECTED=5,
                L4_IPV6_DISCONNECTED=6,
            )
        l4.update(DNS_SERVER_ADD=len(l4) + 1, DNS_SERVER_DEL=len(l4) + 2)
        if profile.idle_timeout:
            commands["conn"]["CONN_IF_IDLE_TIMEOUT"] = 3
        if profile.has_no_configuration_event:
            commands["conn"]["CONN_IF_NO_CONFIGURATION"] = 4
        self.code: dict[str, int] = {}
        self.family: dict[str, str] = {}
        for family, names in commands.items():
            for name, number in names.items():
                self.code[name] = self._encode(family, number)
                self.family[name] = family
        self.name = {code: name for name, code in self.code.items()}
        self._layer_shift, self._code_shift = (60, 52) if self._wide else (28, 16)
        self._layer_mask = 3
        self._code_mask = 0x7F if self._wide else 0x7FF
        self._command_mask = (1 << 52) - 1 if self._wide else 0xFFFF

    def _encode(self, family: str, command: int) -> int:
        layer, narrow, wide = _FAMILIES[family]
        if self._wide:
            return 3 << 62 | layer << 60 | wide << 52 | 1 << (command - 1)
        return 3 << 30 | layer << 28 | narrow << 16 | command

    def mask(self, *names: str) -> int:
        """The OR of the codes of these events; those the profile has not are left out."""
        mask = 0
        for name in names:
            mask |= self.code.get(name, 0)
        return mask

    def family_mask(self, family: str) -> int:
        """The OR of the codes of all events of a family."""
        return self.mask(*(name for name, of in self.family.items() if of == family))

    def _split(self, code: int) -> tuple[int, int, int]:
        return (
            code >> self._layer_shift & self._layer_mask,
            code >> self._code_shift & self._code_mask,
            code & self._command_mask,
        )

    def admits(self, all_masks: int, code: int) -> bool:
        """Whether an event is queued at all, given the OR of the masks of all callbacks."""
        return all(
            has & wanted == wanted
            for has, wanted in zip(self._split(all_masks), self._split(code), strict=True)
        )

    def matches(self, mask: int, code: int) -> bool:
        """Whether a callback with this mask is called for this event."""
        layer, family, command = self._split(code)
        of_layer, of_family, of_command = self._split(mask)
        if layer != of_layer or family != of_family:
            return False
        return not command or not of_command or bool(command & of_command)
