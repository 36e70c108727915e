"""The simulated board is held to the real one: the same commands, the same observations."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.comparing import differences
from connmgr_hil.conformance.session import Session
from connmgr_hil.model import profile_of
from connmgr_hil.targets import Target, open_target
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.observations import HelloSeen, Stimulus

pytestmark = pytest.mark.slow

TRACES = Path(__file__).parent.parent / "traces"
FOLDERS = (
    "native_posix_64",
    "native_dad",
    "native_queue5",
    "native_no_auto_down",
    "native_dormant_in_init",
    "native_boot_ready",
    "native_p37",
    "native_p42",
    "native_p43",
    "native_p44",
    "native_p26",
)
# The kernel of these is 4.1, which removes its link-local address at oper-down; the board's is 3.4.
NEWER_KERNEL = {
    ("native_p42", "X8"),
    ("native_p42", "Y7"),
    ("native_p43", "X8"),
    ("native_p43", "Y7"),
    ("native_p44", "X8"),
    ("native_p44", "Y7"),
    ("native_p26", "X8"),
    ("native_p26", "Y7"),
}
CASES = [
    pytest.param(path, id=f"{folder}-{path.stem}")
    for folder in FOLDERS
    for path in sorted((TRACES / folder).glob("*.jsonl"))
    if not path.stem.startswith("rules-") and (folder, path.stem) not in NEWER_KERNEL
]


def arguments_for(hello: HelloSeen) -> tuple[str, ...]:
    """The arguments that make the simulated board what the recorded device was."""
    facts, ifaces = hello.facts, hello.ifaces
    chosen = ["--profile", profile_of(facts).name, "--queue", str(facts.queue)]
    switches = {
        "--dad": facts.dad,
        "--no-auto-down": not facts.autodown,
        "--dormant-in-init": any(each.dormant_in_init for each in ifaces),
        "--boot-ready": any(each.auto and not each.bound for each in ifaces),
    }
    return (*chosen, *(switch for switch, on in switches.items() if on))


@pytest.fixture(scope="module")
def boards() -> Iterator[dict[tuple[str, ...], Target]]:
    targets: dict[tuple[str, ...], Target] = {}
    yield targets
    for target in targets.values():
        target.stop()


@pytest.mark.parametrize("path", CASES)
def test_simulated_board_shows_what_zephyr_showed(
    path: Path, boards: dict[tuple[str, ...], Target], tmp_path: Path
) -> None:
    real = read_trace(path).records
    hello = next(record for record in real if isinstance(record, HelloSeen))
    arguments = arguments_for(hello)
    if arguments not in boards:
        boards[arguments] = open_target("simulated", arguments=arguments)
    mine = tmp_path / "simulated.jsonl"
    with Session(boards[arguments], mine) as session:
        for record in real:
            if isinstance(record, Stimulus):
                session.execute(record.words)
    assert differences(real, read_trace(mine).records) == []
