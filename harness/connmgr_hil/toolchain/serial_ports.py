"""Lists serial ports by what is plugged in, not by the order in which it was."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SerialPort:
    """A serial port; `usb` is `vendor:product` in hexadecimal, empty when it is not on USB.

    `device` is the stable name below /dev/serial/by-id where there is one.
    """

    device: str
    usb: str
    serial_number: str
    description: str


def serial_ports() -> list[SerialPort]:
    """Return the serial ports of this machine that something is plugged into."""
    from serial.tools import list_ports  # noqa: PLC0415 - slow to import, seldom needed

    stable = {str(link.resolve()): str(link) for link in _by_id()}
    return [
        SerialPort(
            stable.get(port.device, port.device),
            "" if port.vid is None else f"{port.vid:04x}:{port.pid:04x}",
            port.serial_number or "",
            port.description or "",
        )
        for port in sorted(list_ports.comports())
        if port.vid is not None or not port.device.startswith("/dev/ttyS")
    ]


def _by_id() -> list[Path]:
    folder = Path("/dev/serial/by-id")
    return sorted(folder.iterdir()) if folder.is_dir() else []
