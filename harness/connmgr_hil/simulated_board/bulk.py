"""The bulk calls: one operation on all ifaces, with the first status that is not 0 as result."""

from typing import TYPE_CHECKING

from .kernel import Steps
from .net_if import NetIf

if TYPE_CHECKING:
    from .board import Board


class Bulk:
    """conn_mgr_all_if_up, _down, _connect and _disconnect."""

    def __init__(self, board: "Board") -> None:
        self._ifs = board.ifs
        self._monitor = board.monitor
        self._control = board.control
        self._defects = board.defects
        self._log = board.log

    def run(self, operation: str, skip_ignored: bool) -> Steps[int]:
        """`operation` is up, down, connect or disconnect; connect takes everything up first."""
        status = 0
        phases = ["up", "connect"] if operation == "connect" else [operation]
        ifaces = self._ifs.all
        if "bulk-backwards" in self._defects:
            ifaces = ifaces[::-1]
        for phase in phases:
            for iface in ifaces:
                if phase != operation and self._leaves_down(iface):
                    continue
                one = yield from self._act(phase, iface, skip_ignored)
                if one:
                    self._log(
                        "err", "conn_mgr_conn", f"{phase} failed for iface {iface.index}: {one}"
                    )
                    if status == 0 or "bulk-last-error" in self._defects:
                        status = one
                    if "bulk-stops-at-error" in self._defects:
                        return status
        return status

    def _leaves_down(self, iface: NetIf) -> bool:
        return "bulk-connect-bound-only" in self._defects and not self._control.is_bound(iface)

    def _act(self, phase: str, iface: NetIf, skip_ignored: bool) -> Steps[int]:
        if "bulk-skips-always" in self._defects:
            skip_ignored = True
        if "bulk-skips-never" in self._defects:
            skip_ignored = False
        if skip_ignored and (yield from self._monitor.is_ignored(iface)):
            return 0
        if phase == "up":
            if iface.admin_up and "bulk-up-repeats" not in self._defects:
                return 0
            return (yield from self._ifs.up(iface))
        if phase == "down":
            return (yield from self._ifs.down(iface)) if iface.admin_up else 0
        if not self._control.is_bound(iface):
            if phase == "disconnect" and "bulk-disconnect-downs-all" in self._defects:
                yield from self._ifs.down(iface)
            return 0
        if phase == "connect":
            return (yield from self._control.connect(iface))
        return (yield from self._control.disconnect(iface))
