"""A device on a freshly started target, without trace and judge."""

from connmgr_hil.device import Device, Expected, Sink
from connmgr_hil.targets import Target, require_ifaces


def start_device(target: Target, sink: Sink, *, build: str = "") -> Device:
    """Start a target, tell its boot to `sink`, and see to it that it is the device that was meant."""
    platform = target.platform
    # A native image is chosen by its path, and may be of any of the native boards.
    boards = platform.boards if platform.kind in {"qemu", "renode", "board"} else ()
    device = Device(
        target.start(),
        sink,
        expected=Expected(boards, build),
        pace=platform.pace,
        shell_first=not target.granted,
    )
    device.attach(start="boot")
    require_ifaces(platform, device.ifaces, target.name)
    return device
