"""Lists serial ports by what is plugged in, not by the order of plugging."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.vocabulary.errors import UsageError


@dataclass(frozen=True)
class SerialPort:
    """A serial port; `usb` is `vendor:product` in hexadecimal, empty when it is not on USB.

    `location` is where on the bus. `device` is the stable name below /dev/serial/by-id if there is one.
    """

    device: str
    usb: str
    serial_number: str
    description: str
    location: str = ""


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
            port.location or "",
        )
        for port in sorted(list_ports.comports())
        if port.vid is not None or not port.device.startswith("/dev/ttyS")
    ]


def _by_id() -> list[Path]:
    folder = Path("/dev/serial/by-id")
    return sorted(folder.iterdir()) if folder.is_dir() else []


def choose_port(wanted: str, usb: str, ports: Sequence[SerialPort]) -> SerialPort | None:
    """Return the port that a user means, or None when none such is plugged in now.

    `wanted` is `usb:SERIAL` (a serial number), `usb:LOCATION` (such as `1-2.3`), or empty for the only port with the
    platform's `usb` identity. Raises `UsageError` with a list when several fit.
    """
    if wanted:
        name = wanted.removeprefix("usb:")
        fitting = [
            each for each in ports if each.usb and name in {each.serial_number, each.location}
        ]
        fitting = [each for each in fitting if usb in {"", each.usb}] or fitting
    else:
        fitting = [each for each in ports if usb and each.usb == usb]
    if len(fitting) > 1:
        raise UsageError(
            f"several boards are at {wanted or f'usb {usb}'}",
            "; ".join(
                f"{p.device} (serial {p.serial_number or '-'}, at {p.location or '-'})"
                for p in fitting
            ),
            "name one: --port usb:SERIAL, --port usb:LOCATION or --port /dev/serial/by-id/…",
        )
    return fitting[0] if fitting else None
