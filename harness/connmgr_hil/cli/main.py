"""Finds and loads the requested command, and turns errors into exit codes."""

import contextlib
import errno
import importlib
import os
import sys

import click

from connmgr_hil import __version__
from connmgr_hil.vocabulary.errors import ConnMgrHilError, ExitCode, HarnessError

from .bug import report_bug
from .interrupting import heed_interrupts, interrupted, nothing_to_report
from .promised import Promised
from .streams import secure_streams

_COMMANDS = {
    "doctor": "Check what is installed and what is missing.",
    "platforms": "List the platforms that firmware can be built for and run on.",
    "scenarios": "List the scenarios, with the requirements of each.",
    "requirements": "List and search the requirements.",
    "build": "Build the Zephyr application for a platform.",
    "flash": "Flash a build to a board.",
    "verify": "Run the conformance scenarios on a target and judge them.",
    "check": "Judge recorded traces again, without a device.",
    "compare": "Say what changed between two runs, or two releases.",
    "bisect": "Find the first commit of Zephyr that makes a target fail.",
    "report": "Make an HTML page, JUnit or Markdown from traces.",
    "coverage": "Show which requirements traces cover, by platform, and which not.",
    "walk": "Give random commands and judge everything the device shows.",
    "campaign": "Spread walks and defect runs over cores or machines.",
    "learn": "Learn the automaton of an iface and compare it with the model's.",
    "shrink": "Find the shortest command sequence that shows a failure.",
    "replay": "Give the commands of a trace to a device again.",
    "defects": "Switch on seeded defects and see whether the suite catches them.",
    "mutate": "Mutate C files and see whether the suite notices.",
    "shell": "Send commands to a device by hand.",
    "new": "Create a scenario, a platform file or an application.",
    "anonymize": "Remove host name, paths and command line from traces.",
    "docs": "Read and search the documentation.",
    "completion": "Print the script for completion in your shell.",
}
"""Each has a module of the same name; the first lines are repeated here so that `--help` need not
load them all."""


_JUDGES = [[name] for name in ("verify", "check", "walk", "campaign", "learn", "replay")]
"""They print a verdict even if they are interrupted before there is anything to judge."""

_UNFINISHED = {ExitCode.RIG, ExitCode.INTERRUPTED}

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class _Commands(click.Group):
    """A group that imports a command when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of first use."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command by its name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(importlib.import_module(f".{cmd_name}", __package__), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 conforms, 1 the device fails, 2 usage, 3 the rig failed, "
    "4 inconclusive, 130 interrupted. Start with 'cmhil doctor'.",
)
@click.version_option(__version__, prog_name="cmhil")
def cmhil() -> None:
    """Test Zephyr's Connection Manager on real, emulated and simulated devices.

    The harness drives firmware with the probe over its UART; a reference model judges everything that the device reports.

    \b
    cmhil verify -t simulated                     a first verdict, without Zephyr
    cmhil report out/verify --html report.html    the result as a page
    cmhil build -p native_sim_64                  Zephyr as a native executable
    cmhil verify -t native                        a verdict on it
    """


def run(arguments: list[str] | None = None) -> int:
    """Run `cmhil` with these arguments (by default those of the process); return its exit code.

    No exception leaves this function. An unfinished run removes the result files of an earlier run that it would have replaced.
    """
    words = sys.argv[1:] if arguments is None else arguments
    promised = Promised(words)
    code = _ran(words)
    if code in _UNFINISHED:
        with contextlib.suppress(OSError):
            promised.forget_earlier()
    return code


def _ran(arguments: list[str]) -> int:
    try:
        result = cmhil.main(
            args=arguments, prog_name="cmhil", standalone_mode=False, color=_colour()
        )
        code = int(result) if isinstance(result, int) else ExitCode.CONFORMS
        sys.stdout.flush()
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        if arguments[:1] in _JUDGES:
            click.echo("VERDICT  none (interrupted)")
        _say("interrupted")
        return ExitCode.INTERRUPTED
    except HarnessError as error:
        return report_bug(error)
    except ConnMgrHilError as error:
        _say(f"{click.style('cmhil:', bold=True)} {error}")
        return ExitCode.INTERRUPTED if interrupted() else error.exit_code
    except SystemExit as ending:
        if isinstance(ending.__context__, OSError):  # click takes any broken pipe for the output's
            return report_bug(ending.__context__)
        return ExitCode.USAGE if ending.code else ExitCode.CONFORMS  # it has answered a completion
    except OSError as error:
        return _output_lost(error)
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback on the terminal
        return report_bug(error)
    return code


def _output_lost(error: OSError) -> int:
    """Return the exit code for a full disk; any other error is a bug."""
    if error.errno not in _NO_ROOM:
        return report_bug(error)
    sys.stdout = None
    if interrupted():
        return ExitCode.INTERRUPTED
    _say(
        f"cmhil: the output could not be written\n  seen: {error}\n  next: free some space and run again"
    )
    return ExitCode.RIG


def _say(text: str) -> None:
    """Print to standard error, if it is still open."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True, color=_colour())


def _colour() -> bool | None:
    """Return False if NO_COLOR is set (https://no-color.org), else None: colour on a terminal."""
    return False if os.environ.get("NO_COLOR") else None


def main() -> None:
    """Run `cmhil` and exit."""
    secure_streams()
    heed_interrupts()
    code = run()
    nothing_to_report()
    sys.exit(code)
