"""`cmhil new`: templates that run, to be changed by the user."""

import re
import shutil
from pathlib import Path

import click

from connmgr_hil.vocabulary.errors import BadInput, RigFault, UsageError

_SCENARIO = '''\
"""Scenarios of our own:  cmhil verify -t simulated --scenarios {file}"""

from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.scenario import scenario


# The name, then the requirements that it shows ('REQ-' is optional). needs=("A", "dad", ...) lists what the
# device must have; otherwise the scenario does not run, and says why.
@scenario("{name}", "REQ-MON-001")
def {function}(b: Bench) -> None:
    """The first address makes an iface ready."""
    # A command of the probe, with a role letter for the iface, and everything that it must show.
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
    b.do("addr4 U add 192.0.2.1", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")
    # Device time. No observation is listed, so nothing may happen meanwhile.
    b.wait(5)
    b.state("U", admin=True, oper="up")
'''

_PLATFORM = """\
# Our platform. Check it with:  cmhil platforms --check {file}
name = "{name}"
description = "{name}, on a serial port"
kind = "board"

# Ifaces that the application must have; a board's own ifaces may come before them.
ifaces = ["bound0", "bound1", "plain0", "free0", "free1", "auto0"]

[zephyr]
board = "{board}"
# board_v2 = "{board}/soc"      # its name since Zephyr 3.7 (hardware model 2)
# toolchain = "gnuarmemb"       # instead of the Zephyr SDK
# modules = ["cmsis_6|cmsis"]           # to build Zephyr without a west workspace

[console]
baud = 115200
# A receive ring of 64 bytes overflows if bytes come too fast: write this many at once, then pause.
pace_bytes = 32
# usb = "0d28:0204"             # vendor and product of its serial port, to find it

[time]
# By how much a timer may be early or late.
tolerance_seconds = 0.05

# How to bring it back if the command 'reboot' does not help, in this order.
# [reset]
# line = [{{ rts = true, seconds = 0.2 }}, {{ rts = false }}]
# power = ["uhubctl", "-a", "cycle", "-p", "2"]
# reflash = ["cmhil", "flash", "-p", "./{file}", "--force"]

# How 'west flash' flashes it.
# [flash]
# runner = "pyocd"

# Actions on the device from outside, by a command or by the person at the terminal.
# [stimuli.link-down]
# description = "The network cable is pulled"
# command = ["usbrelay", "BENCH_1=0"]

# [stimuli.link-up]
# description = "The network cable is plugged in"
# operator = "plug in the network cable"
"""


@click.group()
def new() -> None:
    """Create a scenario, a platform file or an application.

    \b
    cmhil new scenario my-timeout
    cmhil new platform my_board --like frdm_k64f
    cmhil new application my_modem
    """


@new.command("scenario")
@click.argument("name")
def new_scenario(name: str) -> None:
    """Write NAME.py with a scenario that runs, and show how to run it."""
    _check(name)
    function = name.replace("-", "_").lower()
    path = Path(f"{function}.py")
    _write(path, _SCENARIO.format(name=name, function=function, file=path))
    click.echo(f"wrote {path}\n  run it:  cmhil verify -t simulated --scenarios {path}")


@new.command("platform")
@click.argument("name")
@click.option("--board", metavar="BOARD", help="Zephyr's name of the board; by default NAME.")
@click.option("--like", metavar="PLATFORM", help="Start with a copy of this platform.")
def new_platform(name: str, board: str | None, like: str | None) -> None:
    """Write NAME.toml, which describes a board or an emulator, and show how to use it."""
    from connmgr_hil.targets import find_platform, read_platform

    _check(name)
    path = Path(f"{name}.toml")
    if like is None:
        _write(path, _PLATFORM.format(name=name, board=board or name, file=path))
    else:
        _write(path, _copied(find_platform(like).name, name, board))
    platform = read_platform(path)
    click.echo(f"wrote {path}\n  check it:  cmhil platforms --check {path}")
    if platform.kind != "simulated":
        click.echo(f"  build it:  cmhil build -p ./{path}")
    if platform.kind == "board":
        click.echo(f"  flash it:  cmhil flash -p ./{path}")
    port = " --port /dev/serial/by-id/..." if platform.kind == "board" else ""
    click.echo(f"  run it:    cmhil verify -t ./{path}{port}")


@new.command("application")
@click.argument("name")
def new_application(name: str) -> None:
    """Write a folder NAME: an application with its own connectivity implementation, and the probe in its build."""
    from connmgr_hil.resources import examples_dir

    _check(name)
    folder = Path(name)
    if folder.exists():
        raise UsageError(
            f"cannot write {folder}", "the folder exists", "use another name, or remove it"
        )
    file = folder / f"{name}.toml"
    try:
        shutil.copytree(examples_dir() / "minimal", folder)
        described = (folder / "native.toml").rename(file)
        file.write_text(_renamed(described.read_text(encoding="utf-8"), name), encoding="utf-8")
    except OSError as error:
        raise RigFault(f"cannot write {folder}", str(error), "choose another folder") from error
    click.echo(f"wrote {folder}: its implementation is in {folder / 'src' / 'main.c'}")
    click.echo(f"  build it:  cmhil build -p ./{file}")
    click.echo(f"  run it:    cmhil verify -t ./{file}")


def _renamed(text: str, name: str) -> str:
    return re.sub(r'^name = ".*"$', f'name = "{name}"', text, count=1, flags=re.MULTILINE)


def _copied(like: str, name: str, board: str | None) -> str:
    from connmgr_hil.resources import platforms_dir

    text = (platforms_dir() / f"{like}.toml").read_text(encoding="utf-8")
    text = _renamed(text, name)
    if board:
        text = re.sub(r'^board = ".*"$', f'board = "{board}"', text, count=1, flags=re.MULTILINE)
        text = re.sub(r'^board_v2 = ".*"\n', "", text, count=1, flags=re.MULTILINE)
    return f"# Started as a copy of {like}.\n{text}"


def _check(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise BadInput(
            "a name must have letters, digits, '-' and '_', and begin with a letter", name
        )


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(
            f"cannot write {path}", "the file exists", "use another name, or remove it"
        ) from error
    except OSError as error:
        raise RigFault(f"cannot write {path}", str(error)) from error
