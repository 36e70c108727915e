"""`cmhil replay`: a trace's commands again, on any target."""

from pathlib import Path

import click

from .target_options import target_options


@click.command()
@click.argument("trace", type=click.Path(path_type=Path), metavar="TRACE")
@target_options
@click.option(
    "--times", type=click.IntRange(1, 1000), default=1, metavar="N", help="So many times."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="The new trace.")
def replay(
    trace: Path,
    target: str,
    image: Path | None,
    variant: str,
    port: str,
    wait: float,
    any_build: bool,
    times: int,
    out: Path | None,
) -> int:
    """Give the commands of a trace to a freshly started device, and judge what it shows.

    \b
    cmhil replay out/shrink/walk-1-0.min.jsonl -t native
    cmhil replay out/shell/simulated.jsonl -t simulated --times 10
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from connmgr_hil.checker import Outcome  # noqa: PLC0415 - slow to import
    from connmgr_hil.conformance import shrinker  # noqa: PLC0415
    from connmgr_hil.conformance.replaying import recorded_in  # noqa: PLC0415
    from connmgr_hil.targets import open_target  # noqa: PLC0415

    recorded = recorded_in(trace)
    path = out or Path("out", "replay", f"{trace.stem}.jsonl")
    failed = 0
    with open_target(
        target, image=image, variant=variant, port=port, wait=wait, any_build=any_build
    ) as bench:
        for _ in range(times):
            failure = shrinker.replay(
                bench,
                recorded.commands,
                path,
                note=f"replay of {trace.name}",
                strict=recorded.is_sound,
            )
            if failure is not None:
                failed += 1
                click.echo("\n".join(failure.lines()))
    outcome = Outcome.FAILS if failed else Outcome.CONFORMS
    click.echo(f"VERDICT  {outcome}    {failed} of {times} failed; the trace is {path}")
    return outcome.exit_code
