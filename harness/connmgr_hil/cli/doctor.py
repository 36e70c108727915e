"""`cmhil doctor`: what this machine has and lacks."""

from pathlib import Path
from typing import Any

import click

from connmgr_hil.vocabulary.errors import ExitCode

from .output import print_table, write_json


@click.command()
@click.option(
    "-p",
    "--platform",
    "wanted",
    multiple=True,
    metavar="PLATFORM",
    help="Fail with exit code 3 unless this platform can be built here (repeatable).",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE")
def doctor(wanted: tuple[str, ...], json_file: Path | None) -> int:
    """Say what this machine has and what it lacks, and how to get that."""
    from connmgr_hil.targets import find_platform, known_platforms  # noqa: PLC0415
    from connmgr_hil.targets.board_lock import boards_in_use  # noqa: PLC0415
    from connmgr_hil.targets.serial_ports import serial_ports  # noqa: PLC0415
    from connmgr_hil.toolchain.machine import examine, lacking  # noqa: PLC0415

    chosen = {name: find_platform(name) for name in wanted} or known_platforms()
    findings = examine()
    missing = {name: lacking(platform) for name, platform in chosen.items()}
    ports = serial_ports()
    in_use = boards_in_use()

    print_table(
        ("", "TOOL", "FOUND", "FOR"),
        [
            ("ok" if each.found else "--", each.name, each.detail or "missing", each.needed_for)
            for each in findings
        ],
    )
    click.echo()
    print_table(
        ("", "PLATFORM", "CAN BE BUILT"),
        [
            ("--" if lacks else "ok", name, _verdict(lacks, chosen[name].zephyr is None))
            for name, lacks in missing.items()
        ],
    )
    click.echo()
    if ports:
        print_table(
            ("SERIAL PORT", "USB", "SERIAL", "DESCRIPTION"),
            [
                (each.device, each.usb or "-", each.serial_number or "-", each.description)
                for each in ports
            ],
        )
    else:
        click.echo("No serial port: no board is plugged in, or this user may not see it.")
    if in_use:
        click.echo()
        print_table(("BOARD IN USE", "BY"), [(each.board, str(each)) for each in in_use])
    remedies = dict.fromkeys(f"  {each.name}: {each.remedy}" for each in findings if not each.found)
    remedies |= dict.fromkeys(
        f"  {each.name}: {each.remedy}" for lacks in missing.values() for each in lacks
    )
    if remedies:
        click.echo("\nTo get what is missing:\n" + "\n".join(remedies))
    if json_file is not None:
        write_json(json_file, _document(findings, missing, ports, in_use))
    blocked = bool(wanted) and any(missing.values())
    return ExitCode.RIG if blocked else ExitCode.CONFORMS


def _verdict(lacks: list[Any], nothing_to_build: bool) -> str:
    if nothing_to_build:
        return "nothing to build"
    return "no: " + ", ".join(each.name for each in lacks) if lacks else "yes"


def _document(
    findings: list[Any], missing: dict[str, list[Any]], ports: list[Any], in_use: list[Any]
) -> Any:
    return {
        "findings": [
            {
                "name": each.name,
                "found": each.found,
                "detail": each.detail,
                "needed_for": each.needed_for,
                "remedy": each.remedy,
            }
            for each in findings
        ],
        "platforms": {
            name: {"buildable": not lacks, "missing": [each.name for each in lacks]}
            for name, lacks in missing.items()
        },
        "serial_ports": ports,
        "boards_in_use": in_use,
    }
