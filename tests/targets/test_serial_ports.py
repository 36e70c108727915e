"""From what is plugged in to the board that is meant."""

import pytest

from connmgr_hil.targets.board_port import BoardPort
from connmgr_hil.targets.serial_ports import SerialPort, choose_port
from connmgr_hil.vocabulary.errors import UsageError

K64F = "0d28:0204"
FIRST = SerialPort("/dev/ttyACM0", K64F, "0240A", "DAPLink", "1-2.1")
SECOND = SerialPort("/dev/ttyACM1", K64F, "0240B", "DAPLink", "1-2.2")
OTHER = SerialPort("/dev/ttyUSB0", "0403:6001", "A50285BI", "FT232R", "1-3")
PLAIN = SerialPort("/dev/ttyAMA0", "", "", "UART")
ALL = (FIRST, SECOND, OTHER, PLAIN)


@pytest.mark.parametrize(
    ("wanted", "usb", "ports", "chosen"),
    [
        ("", K64F, (FIRST, OTHER, PLAIN), FIRST),
        ("", K64F, (OTHER, PLAIN), None),
        ("", "", ALL, None),
        ("usb:0240B", K64F, ALL, SECOND),
        ("usb:1-2.1", K64F, ALL, FIRST),
        ("usb:A50285BI", K64F, ALL, OTHER),
        ("usb:0240C", K64F, ALL, None),
        ("usb:", K64F, (PLAIN,), None),
    ],
)
def test_the_board_that_is_meant(
    wanted: str, usb: str, ports: tuple[SerialPort, ...], chosen: SerialPort | None
) -> None:
    assert choose_port(wanted, usb, ports) is chosen


def test_two_of_a_kind_are_listed_not_guessed() -> None:
    with pytest.raises(UsageError, match=r"(?s)ttyACM0 \(serial 0240A, at 1-2.1\); .*ttyACM1"):
        choose_port("", K64F, ALL)


def test_a_server_is_the_same_board_however_it_is_spoken_to() -> None:
    addresses = ("socket://h:7", "tcp:h:7", "rfc2217://h:7", "rfc2217://h:7?ign_set_control")
    assert {BoardPort(each, "").identity for each in addresses} == {"h:7"}
