"""`cmhil doctor`: what is installed and what is missing."""

import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from connmgr_hil.vocabulary.errors import ExitCode

from .output import print_table, write_json
from .target_options import json_option

if TYPE_CHECKING:
    from connmgr_hil.targets import Platform

_ORDER = ("simulated", "native", "qemu", "renode", "board")


@click.command()
@click.option(
    "-p",
    "--platform",
    "wanted",
    multiple=True,
    metavar="PLATFORM",
    help="Fail with exit code 3 unless this platform can be built here (repeatable).",
)
@json_option
@click.option(
    "--map",
    "map_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the boards that are plugged in as a hardware map, for twister and 'cmhil verify'.",
)
def doctor(wanted: tuple[str, ...], json_file: Path | None, map_file: Path | None) -> int:
    """Check what is installed and what is missing, and how to get it."""
    from connmgr_hil.files import replace_file
    from connmgr_hil.targets import find_platform, known_platforms
    from connmgr_hil.targets.board_lock import boards_in_use
    from connmgr_hil.targets.hardware_map import draft_map
    from connmgr_hil.targets.serial_ports import serial_ports
    from connmgr_hil.toolchain.machine import examine, lacking

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
        click.echo("No serial port: no board is plugged in, or this user may not access it.")
    if in_use:
        click.echo()
        print_table(("BOARD IN USE", "BY"), [(each.board, str(each)) for each in in_use])
    remedies = _remedies(findings, missing)
    if remedies:
        click.echo("\nTo get what is missing:")
    for remedy, names in remedies.items():
        click.echo(f"  {remedy}\n      for {', '.join(names)}")
    click.echo("\nWhat you can do now:")
    renode = any(each.found for each in findings if each.name in ("Renode", "pyrenode3"))
    possible = list(_possible(chosen, missing, renode=renode))
    for line in possible or ["nothing with these platforms until that is installed"]:
        click.echo(f"  {line}")
    if json_file is not None:
        write_json(json_file, _document(findings, missing, ports, in_use))
    if map_file is not None:
        replace_file(map_file, draft_map(ports))
        click.echo(f"\nwrote {map_file}: check the runner of each board")
    blocked = bool(wanted) and any(missing.values())
    return ExitCode.RIG if blocked else ExitCode.CONFORMS


def _remedies(findings: list[Any], missing: dict[str, list[Any]]) -> dict[str, list[str]]:
    """Return each remedy once, with the names of what it provides."""
    remedies: dict[str, dict[str, None]] = {}
    for each in (*(each for each in findings if not each.found), *chain(*missing.values())):
        remedies.setdefault(each.remedy, {})[each.name] = None
    return {remedy: list(names) for remedy, names in remedies.items()}


def _possible(
    chosen: "dict[str, Platform]", missing: dict[str, list[Any]], *, renode: bool
) -> Iterator[str]:
    """Yield the commands that work on this machine now: one for each kind of target."""
    told: set[str] = set()
    for name, platform in sorted(chosen.items(), key=lambda each: _ORDER.index(each[1].kind)):
        if missing[name] or platform.kind in told:
            continue
        if platform.kind == "qemu" and not shutil.which(platform.emulator.program):
            continue
        if platform.kind == "renode" and not renode:
            continue
        told.add(platform.kind)
        if platform.kind == "simulated":
            yield f"cmhil verify -t {name}"
        elif platform.kind == "board":
            yield f"cmhil build -p {name}; then flash it, and cmhil verify -t {name} --port PORT"
        else:
            yield f"cmhil verify -t {name} --build"


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
