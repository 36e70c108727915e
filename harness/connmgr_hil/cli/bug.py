"""What a user sees after a bug in cmhil: two sentences, and a file with the details."""

import platform
import sys
import tempfile
import traceback
from pathlib import Path

import click

from connmgr_hil import __version__
from connmgr_hil.vocabulary.errors import ExitCode


def report_bug(error: BaseException) -> ExitCode:
    """Write the traceback of an unexpected error to a file and say where it is.

    Return the exit code of a failed rig: nothing is known about the device.
    """
    story = (
        f"cmhil {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"arguments: {sys.argv[1:]}\n\n" + "".join(traceback.format_exception(error))
    )
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="cmhil-bug-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write(story)
        where = str(Path(file.name))
    except OSError:
        where = "nowhere: no temporary file could be written"
    click.echo(
        "cmhil: this is a bug in cmhil, not a result about your device\n"
        f"  seen: {type(error).__name__}: {str(error)[:200]}\n"
        "  next: please report it with the file below\n"
        f"  log:  {where}",
        err=True,
    )
    return ExitCode.RIG
