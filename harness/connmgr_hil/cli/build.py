"""`cmhil build`: the application, for a platform."""

import shlex
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

import click

from connmgr_hil.vocabulary.escaping import on_one_line

from .output import fancy, show_line, wipe_line
from .target_options import platform_option, variant_option

if TYPE_CHECKING:
    from connmgr_hil.targets import Platform

_OFTEN, _SELDOM = 0.1, 15.0
"""Seconds between two signs of life."""


@click.command(context_settings={"ignore_unknown_options": False})
@platform_option
@variant_option
@click.option(
    "--board",
    default="",
    metavar="BOARD",
    help="Zephyr's name of the board, if not the platform's.",
)
@click.option("--pristine", is_flag=True, help="Delete an earlier build first.")
@click.option("-v", "--verbose", is_flag=True, help="Show the output of the build.")
@click.argument("cmake_arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- CMAKE-ARG...]")
def build(
    platform: str,
    variant: str,
    board: str,
    pristine: bool,
    verbose: bool,
    cmake_arguments: tuple[str, ...],
) -> None:
    """Build the Zephyr application for a platform, into out/build/PLATFORM[-VARIANT].

    Uses west in a west workspace, and otherwise CMake with ZEPHYR_BASE.
    CMHIL_BUILD_DIR replaces out/build.

    \b
    cmhil build -p native_sim_64
    cmhil build -p native_sim_64 --variant dad
    cmhil build -p frdm_k64f -- -DCONFIG_DEBUG=y
    """
    from connmgr_hil.targets import find_platform, variant_of

    described = find_platform(platform)
    variant = variant_of(platform, variant)
    build_platform(
        described,
        variant=variant,
        board=board,
        pristine=pristine,
        say=click.echo if verbose else None,
        cmake_arguments=cmake_arguments,
    )
    options = ["--variant", variant] if variant else []
    if described.kind == "board":
        click.echo(f"next: {shlex.join(['cmhil', 'flash', '-p', platform, *options])}")
    click.echo(f"next: {shlex.join(['cmhil', 'verify', '-t', platform, *options])}")


class Alive:
    """Shows that a build goes on: on a terminal one line that changes, in a file a line now and then."""

    def __init__(self) -> None:
        self._moving = fancy()
        self._began = self._told = time.monotonic()

    def __call__(self, line: str) -> None:
        """Take a line that the build prints."""
        now = time.monotonic()
        if now - self._told < (_OFTEN if self._moving else _SELDOM):
            return
        self._told = now
        text = f"  {now - self._began:3.0f} s  {on_one_line(line)}"
        if self._moving:
            show_line(text)
        else:
            click.echo(text[:100])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        wipe_line()


def build_target(target: str, variant: str) -> None:
    """Build what a target runs. Raises as `plan_build` and `run_build` do."""
    from connmgr_hil.targets import find_platform, spelled
    from connmgr_hil.toolchain.building import native_to_build

    native = spelled(target) == "native"
    platform = native_to_build() if native else find_platform(target)
    if platform.build_name != platform.name:
        platform = find_platform(platform.build_name)
    build_platform(platform, variant=variant)


def build_platform(
    platform: "Platform",
    *,
    variant: str = "",
    board: str = "",
    pristine: bool = False,
    say: Callable[[str], object] | None = None,
    cmake_arguments: Sequence[str] = (),
) -> None:
    """Build the application for a platform, and tell what is built with what."""
    from connmgr_hil.toolchain.building import plan_build, run_build

    plan = plan_build(platform, variant=variant, board=board, cmake_arguments=cmake_arguments)
    click.echo(f"board      {plan.board}")
    click.echo(f"zephyr     {plan.zephyr}")
    click.echo(f"toolchain  {plan.toolchain}")
    click.echo(f"log        {plan.log}")
    began = time.monotonic()
    with Alive() as alive:
        image = run_build(plan, pristine=pristine, say=say or alive)
    click.echo(f"image      {image}  ({time.monotonic() - began:.0f} s)")
