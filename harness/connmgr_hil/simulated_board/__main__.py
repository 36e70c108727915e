"""Start a simulated board: ``python -m connmgr_hil.simulated_board --help``."""

import argparse
import hashlib
import signal
import sys
from itertools import count
from pathlib import Path
from typing import NoReturn

from .board import Board, Configuration, new_nonce
from .defects import KNOWN
from .life import Reboot
from .profile import PROFILES
from .terminal import Terminal


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m connmgr_hil.simulated_board",
        description="A simulated board on a pseudo terminal, whose name is printed at start.",
    )
    parser.add_argument(
        "--profile",
        choices=list(PROFILES),
        default="P34",
        help="releases of Zephyr to imitate; by default P34",
    )
    parser.add_argument("--queue", type=int, default=64, help="length of the event queue")
    parser.add_argument("--dad", action="store_true", help="duplicate address detection")
    parser.add_argument("--no-auto-down", action="store_true", help="no automatic admin-down")
    parser.add_argument(
        "--dormant-in-init",
        action="store_true",
        help="ifaces become dormant in the implementation's init, not in their own",
    )
    parser.add_argument(
        "--boot-ready",
        action="store_true",
        help="free1 is auto-started and has an address before the monitor starts",
    )
    parser.add_argument(
        "--real-time",
        action="store_true",
        help="time passes as on a board, and the shell starts in human mode",
    )
    parser.add_argument(
        "--defect", action="append", default=[], metavar="NAME", help="a seeded defect (repeatable)"
    )
    parser.add_argument("--nonce", help="hexadecimal; random if not given")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.defect if name not in KNOWN]
    if unknown:
        parser.error(f"unknown defect {unknown[0]!r}; known are: {', '.join(KNOWN)}")
    if arguments.queue < 1:
        parser.error("--queue must be at least 1")
    if arguments.nonce is not None:
        try:
            int(arguments.nonce, 16)
        except ValueError:
            parser.error(f"--nonce must be hexadecimal, not {arguments.nonce!r}")
    return arguments


def _build_id(arguments: argparse.Namespace) -> str:
    """A digest of the board's own sources and of what would be its Kconfig."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    fixed = (arguments.profile, arguments.queue, arguments.dad)
    switches = (arguments.no_auto_down, arguments.dormant_in_init, arguments.boot_ready)
    digest.update(repr((*fixed, *switches)).encode())
    return digest.hexdigest()[:16]


class PowerCut(BaseException):
    """The board lost its power, and has it again."""


def _cut_power(*_: object) -> NoReturn:
    raise PowerCut


def _new_terminal() -> Terminal:
    terminal = Terminal()
    sys.stdout.write(f"uart connected to pseudotty: {terminal.name}\n")
    sys.stdout.flush()
    return terminal


def main() -> None:
    """Run boards, one boot after the other, until the process is told to end.

    SIGHUP cuts the power: whatever the board was doing, it restarts on a new terminal.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, _cut_power)
    arguments = _parse()
    terminal = _new_terminal()
    configuration = Configuration(
        profile=PROFILES[arguments.profile](),
        queue_length=arguments.queue,
        dad=arguments.dad,
        auto_down=not arguments.no_auto_down,
        dormant_in_init=arguments.dormant_in_init,
        boot_ready=arguments.boot_ready,
        defects=frozenset(arguments.defect),
        build=_build_id(arguments),
        granted=not arguments.real_time,
    )
    for boot in count():
        try:
            Board(configuration, terminal, new_nonce(arguments.nonce, boot)).run()
        except Reboot:
            continue
        except PowerCut:
            terminal.close()
            terminal = _new_terminal()


if __name__ == "__main__":
    main()
