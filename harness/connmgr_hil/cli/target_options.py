"""Options that several commands share."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path

import click

from .parameter_types import Finite, OutputFile

Function = Callable[..., int | None]


def _targets(context: click.Context, option: click.Parameter, begun: str) -> list[str]:
    """Complete the name of a target; files are left to the shell."""
    del context, option
    from connmgr_hil.resources import platforms_dir

    names = ("native", *sorted(path.stem for path in platforms_dir().glob("*.toml")))
    return [name for name in names if name.startswith(begun)]


platform_option = click.option(
    "-p",
    "--platform",
    required=True,
    metavar="PLATFORM",
    help="The platform; 'cmhil platforms' lists them.",
)
variant_option = click.option(
    "--variant",
    default="",
    metavar="NAME",
    help="The configuration to use; 'cmhil platforms' lists them.",
)


def time_scale_option(function: Function) -> Function:
    """Add --time-scale to a command."""
    return click.option(
        "--time-scale",
        type=Finite(0.01, 1000),
        metavar="N",
        expose_value=False,
        callback=_scale_time,
        help="Multiply all host timeouts by N, for a slow rig. Device time does not change.",
    )(function)


def _scale_time(context: click.Context, option: click.Parameter, scale: float | None) -> None:
    del context, option
    if scale is not None:
        from connmgr_hil.transport.deadlines import set_time_scale

        set_time_scale(scale)


def port_options(function: Function) -> Function:
    """Add --port and --wait to a command."""
    for option in (
        click.option(
            "--wait",
            type=Finite(min=0),
            default=0.0,
            metavar="SECONDS",
            help="How long to wait for a board that is in use.",
        ),
        click.option(
            "--port",
            default="",
            metavar="PORT",
            help="Serial port of a board: a path, usb:SERIAL, or rfc2217://HOST:PORT. "
            "By default the only one with the platform's USB identity.",
        ),
    ):
        function = option(function)
    return function


def target_options(function: Function) -> Function:
    """Add --target and related options to a command."""
    return _target_options(function, required=True)


def optional_target_options(function: Function) -> Function:
    """Add an optional --target and related options to a command."""
    return _target_options(function, required=False)


def _target_options(function: Function, *, required: bool) -> Function:
    function = time_scale_option(port_options(function))
    for option in (
        click.option(
            "--any-build",
            is_flag=True,
            help="Accept a board whose build differs from the one in the build folder or --image.",
        ),
        variant_option,
        click.option(
            "--image",
            type=click.Path(path_type=Path),
            metavar="PATH",
            help="The image to run. Flash it to a board first.",
        ),
        click.option(
            "-t",
            "--target",
            required=required,
            metavar="TARGET",
            help="A platform ('cmhil platforms'), 'native', the path of a platform file, labgrid:PLACE, or KIND:NAME of a plug-in.",
            shell_complete=_targets,
        ),
    ):
        function = option(function)
    return function


def target_choice(function: Function) -> Function:
    """Add --target and related options to a command, which gets them as one `choice`."""

    @wraps(function)
    def packed(
        *arguments: object,
        target: str,
        image: Path | None,
        variant: str,
        port: str,
        any_build: bool,
        wait: float,
        **options: object,
    ) -> int | None:
        from connmgr_hil.targets import Choice, insist_on_board

        insist_on_board(target, options_of_boards(port, wait, any_build=any_build))
        choice = Choice(target, image, variant, port, any_build, wait)
        return function(*arguments, choice=choice, **options)

    return target_options(packed)


def options_of_boards(port: str, wait: float, *, any_build: bool) -> list[str]:
    """Return those of the shared options that are given and mean nothing but to a board."""
    given = {"--port": port, "--wait": wait, "--any-build": any_build}
    return [option for option, value in given.items() if value]


def dialect_option(function: Function) -> Function:
    """Add --dialect to a command."""
    return click.option(
        "--dialect",
        type=click.Choice(["probe", "stock"]),
        default="probe",
        show_default=True,
        help="stock: firmware without the probe, through upstream's own 'net cm' shell (4.0 or newer).",
    )(function)


known_option = click.option(
    "--known",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Known deviations (TOML): failures that match are reported and do not count.",
)

most_inconclusive_option = click.option(
    "--most-inconclusive",
    type=Finite(0, 100),
    default=1.0,
    show_default=True,
    metavar="PERCENT",
    help="The share of walks that may be inconclusive.",
)
"""With a larger share the whole run is inconclusive (`connmgr_hil.conformance.share`)."""


def _commands(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, ...], ...]:
    del context, option
    from connmgr_hil.vocabulary.parsing import validate

    commands = tuple(tuple(command.split()) for command in given)
    for words in commands:
        validate(words)
    return commands


before_option = click.option(
    "--before",
    multiple=True,
    metavar="COMMAND",
    callback=_commands,
    help="A command to give at the start of each run, such as 'defect timeout_in_ms on' (repeatable).",
)
"""Raises `BadInput` for an unknown command."""

out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for traces and results.",
)
json_option = click.option(
    "--json",
    "json_file",
    type=OutputFile(),
    metavar="FILE",
    help="Also write the result as JSON.",
)
steps_option = click.option(
    "--steps",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    metavar="N",
    help="Commands in each walk.",
)
seed_option = click.option(
    "--seed", type=int, metavar="S", help="The same seed gives the same walks."
)
budget_option = click.option(
    "--budget",
    type=Finite(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Time limit of the search.",
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Number of processes, each with its own device or build; by default one for each core.",
)
