"""A platform and all its variants, built and run one after the other, with one verdict."""

from collections.abc import Callable
from pathlib import Path

import click

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.results import RunReport, ScenarioResult
from connmgr_hil.files import replace_file
from connmgr_hil.report import gather, render_html
from connmgr_hil.targets import Platform, Target, find_platform, spelled
from connmgr_hil.toolchain.building import native_to_build
from connmgr_hil.vocabulary.errors import ConnMgrHilError, UsageError
from connmgr_hil.vocabulary.escaping import on_one_line

from .build import build_platform
from .plan import RunPlan, introduce

PAGE = "report.html"


def verify_variants(
    name: str, opened: Callable[[str, str], Target], order: RunPlan, out: Path
) -> RunReport:
    """Build and run a platform and all its supported variants, each with its own folder of traces, and write one page about all.

    A variant that this machine cannot build is named and left out. One that fails to build or run counts as a fault of the rig.
    """
    platform = native_to_build() if spelled(name) == "native" else find_platform(name)
    # A platform file that was named by its path is opened by it again.
    named = platform.name if spelled(name) == "native" else name
    whole = RunReport(platform.name)
    supported = sorted(name for name, each in platform.variants.items() if each.supported)
    for variant in ("", *supported):
        label = f"{platform.name}, variant {variant}" if variant else platform.name
        click.secho(f"\n== {label}", bold=True)
        try:
            if not _built(platform, variant):
                continue
            with opened(named, variant) as bench:
                bench.claim()
                introduce(bench)
                part = order.run(bench, out / (variant or "plain"))
        except ConnMgrHilError as error:
            title = "It can be built and started"
            start = ScenarioResult("start", title, (), Outcome.RIG, str(error))
            part = RunReport(platform.name, results=[start])
        part.target = label
        whole.builds.append(part)
        whole.results += part.results
        whole.wall_seconds += part.wall_seconds
        whole.interrupted = part.interrupted
        whole.stopped = part.stopped or (order.stop and part.outcome is not Outcome.CONFORMS)
        if whole.interrupted or whole.stopped:
            break
    if any(each.trace for each in whole.results):
        replace_file(out / PAGE, render_html(gather([out]), folder=out))
        click.echo(f"\npage: {out / PAGE}")
    return whole


def _built(platform: Platform, variant: str) -> bool:
    """Build, where there is something to build; tell whether this machine can."""
    if platform.zephyr is None:
        return True
    builder = find_platform(platform.build_name) if platform.renode else platform
    try:
        build_platform(builder, variant=variant)
    except UsageError as error:
        click.echo(f"  not here: {on_one_line(error.wanted)}: {on_one_line(error.seen)}")
        return False
    return True
