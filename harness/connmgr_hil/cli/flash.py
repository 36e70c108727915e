"""`cmhil flash`: flashes the built application to a board."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .target_options import platform_option, port_options, variant_option

if TYPE_CHECKING:  # slow to import
    from connmgr_hil.targets import BoardTarget
    from connmgr_hil.toolchain.flashing import Flashing


@click.command()
@platform_option
@variant_option
@port_options
@click.option(
    "--runner", default="", metavar="RUNNER", help="The runner of west, if not the platform's."
)
@click.option(
    "--board-id",
    default="",
    metavar="ID",
    help="The board, by the serial number of its debug probe.",
)
@click.option("--force", is_flag=True, help="Flash even if the board already has the build.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- RUNNER-ARG...]")
def flash(
    platform: str,
    variant: str,
    port: str,
    wait: float,
    runner: str,
    board_id: str,
    force: bool,
    arguments: tuple[str, ...],
) -> None:
    """Flash a build to a board with 'west flash', unless the board already has it.

    Compares with the build that the board reports, or else with the last one flashed from here.

    \b
    cmhil flash -p frdm_k64f
    cmhil flash -p frdm_k64f --runner pyocd --board-id 0240000034544e45
    cmhil flash -p nrf9160dk --port usb:960012345 -- --recover
    """
    flash_board(platform, variant, port, wait, runner, board_id, arguments, force=force)


def flash_board(
    platform: str,
    variant: str = "",
    port: str = "",
    wait: float = 0.0,
    runner: str = "",
    board_id: str = "",
    arguments: Sequence[str] = (),
    *,
    force: bool = False,
) -> None:
    """Flash a build to a board, unless the board already has it.

    `wait` is how many seconds to wait for other users of the board. Raises `UsageError` if there is no such build and
    `RigFault` where it is not written.
    """
    from connmgr_hil.targets import BoardTarget, find_platform, variant_of
    from connmgr_hil.targets.board_lock import BoardLock
    from connmgr_hil.targets.board_port import BoardPort
    from connmgr_hil.toolchain import flashing as writing

    chosen = find_platform(platform)
    variant = variant_of(platform, variant)
    place = BoardPort(port, chosen.console.usb)
    reachable = bool(port) or place.is_there()
    plan = writing.plan_flash(
        chosen,
        named=platform,
        variant=variant,
        runner=runner,
        board_id=board_id or (place.probe if reachable else ""),
        arguments=arguments,
    )
    board = place.identity if reachable else f"{chosen.name} {board_id}".strip()
    lock = BoardLock(board)
    lock.acquire(wait)
    try:
        target = BoardTarget(chosen, port, lock=lock) if reachable else None
        if not force and (why := _has_it(target, plan, writing.remembered(board))):
            click.echo(f"nothing to write: {why}; --force flashes it anyway")
            return
        # Until it is written, the content of the board is unknown.
        writing.remember(board, "")
        click.echo("running    " + " ".join(plan.command))
        began = time.monotonic()
        log = writing.run_flash(plan, chosen.flash.seconds)
        writing.remember(board, plan.digest)
        click.echo(f"written    {plan.image}  ({time.monotonic() - began:.0f} s, log {log})")
    finally:
        lock.release()


def _has_it(target: "BoardTarget | None", plan: "Flashing", digest: str) -> str:
    hello = target.identify() if target else None
    if hello is not None and plan.build_id:
        return f"the board says it runs build {hello.build}" if hello.build == plan.build_id else ""
    return "it was written to this board last" if digest == plan.digest else ""
