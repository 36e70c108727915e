"""`cmhil learn`: the automaton of an iface, learned by experiment, compared with the model's."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .output import write_json
from .target_options import before_option, budget_option, json_option, out_option, target_choice

if TYPE_CHECKING:
    from connmgr_hil.learning import Learned
    from connmgr_hil.targets import Choice
    from connmgr_hil.vocabulary.stimuli import Words

_MOST_SHOWN = 5


@click.command()
@target_choice
@click.option(
    "--iface",
    default="A",
    show_default=True,
    metavar="IFACE",
    help="The iface: role letter, name or number.",
)
@click.option(
    "--inputs",
    metavar="A,B,…",
    help="The inputs, separated by commas: names such as 'up' or 'wait', or commands of the probe.",
)
@before_option
@budget_option
@click.option(
    "--queries",
    type=click.IntRange(1),
    default=20_000,
    show_default=True,
    metavar="N",
    help="Maximum number of input sequences.",
)
@click.option(
    "--states",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    metavar="N",
    help="Maximum number of states.",
)
@click.option(
    "--tests",
    type=click.IntRange(0),
    default=200,
    show_default=True,
    metavar="N",
    help="Number of random sequences that test the result.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="S",
    help="Seed of the random sequences.",
)
@out_option
@json_option
def learn(
    choice: "Choice",
    iface: str,
    inputs: str | None,
    before: "tuple[Words, ...]",
    budget: float,
    queries: int,
    states: int,
    tests: int,
    seed: int,
    out: Path | None,
    json_file: Path | None,
) -> int:
    """Learn the automaton of a bound iface by experiment, and compare it with the model's.

    Writes device, model and difference as DOT and as Markdown with a Mermaid diagram. Exit codes: 0 they are equal, 1 they differ, 4 not certain.

    \b
    cmhil learn -t simulated
    cmhil learn -t native --before 'defect timeout_retried on'
    cmhil learn -t native --inputs 'up,down,connect,wait,ignore,watch'
    """
    from connmgr_hil.files import RunFolder
    from connmgr_hil.learning import Budget, drawing, learn as learn_iface
    from connmgr_hil.learning.inputs import USUAL
    from connmgr_hil.targets import folder_name

    alphabet = _names(inputs) if inputs is not None else USUAL
    bench = choice.open()
    folder = out or Path("out", "learn", folder_name(choice.target))
    click.echo(f"learning {iface} of {bench.platform.description}: {', '.join(alphabet)}")
    with bench:
        bench.claim()
        with RunFolder(folder, folder) as kept:
            learned = learn_iface(
                bench,
                folder,
                iface=iface,
                inputs=alphabet,
                before=before,
                limits=Budget(queries, budget, states, tests),
                seed=seed,
            )
            kept.unfinished = learned.interrupted
            files = drawing.write(learned, folder)
    if json_file is not None:
        write_json(json_file, learned.as_json())
    click.echo("\n".join(_lines(learned, bench.asked)))
    for path in files:
        click.echo(f"  drawn:         {path}")
    return learned.exit_code


def _names(inputs: str) -> tuple[str, ...]:
    return tuple(name for each in inputs.split(",") if (name := each.strip()))


def _lines(learned: "Learned", device: tuple[str, ...]) -> list[str]:
    asked = (
        f"{learned.queries} words asked, {learned.remembered} remembered; {learned.steps} inputs, "
        f"{learned.resets} resets, {learned.restarts} restarts, {learned.rounds} guesses, "
        f"{learned.seconds:.1f} s"
    )
    found = (
        f"{learned.name}: the device has {len(learned.device.rows)} states, "
        f"the model ({learned.profile}) {len(learned.reference.rows)}"
    )
    lines = [asked, found]
    if learned.unfinished:
        lines.append(f"the device's automaton is not complete: {learned.unfinished}")
    if learned.ambiguous:
        lines.append(f"in {learned.ambiguous} places the model allows more than one answer")
    if learned.interrupted:
        return [*lines, "VERDICT  none (interrupted)"]
    if not learned.divergences:
        return [*lines, "EQUAL" if not learned.unfinished else "no difference found so far"]
    for each in learned.divergences[:_MOST_SHOWN]:
        lines += [
            f"after  {' · '.join(each.word)}",
            f"  device:        {each.first}",
            f"  model:         {each.second}",
        ]
    if len(learned.divergences) > _MOST_SHOWN:
        lines.append(f"and {len(learned.divergences) - _MOST_SHOWN} more, see the drawing")
    if not learned.confirmed:
        return [
            *lines,
            "the first did not show again on a restarted device: a reset may leave something behind",
        ]
    sequence = " · ".join(" ".join(words) for words in learned.sequence)
    replay = shlex.join(["cmhil", "replay", str(learned.minimal), *device])
    if learned.failure:
        lines += learned.failure.lines()
    else:
        lines.append("  the checker accepts this run: the model allows it, too")
    return [
        *lines,
        f"  shortest sequence:  {sequence}",
        f"  replay:        {replay}",
        "DIFFERENT" if learned.differs else "not shown to be different",
    ]
