"""Which mutants a C file has."""

from pathlib import Path

import pytest

from connmgr_hil.mutation.mutants import Mutant, mutants_of

SOURCE = """\
#define LIMIT 3
/* a comment that says return 1; */
static int add(struct net_if *iface, int idx)
{
	k_mutex_lock(&lock, K_FOREVER);

	if (iface_states[idx] & CONN_MGR_IF_IGNORED) {
		iface_states[idx] |= CONN_MGR_IF_CHANGED;
	}

	k_work_cancel_delayable(&timer);
	NET_ERR("failed: %d",
		add(iface, 1));
	return 0;
}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "some.c"
    path.write_text(SOURCE)
    return path


def changes(source: Path, line: int, operator: str) -> set[str]:
    return {
        each.after.strip()
        for each in mutants_of(source, ("field",))
        if each.line == line and each.operator == operator
    }


def test_the_mistakes_of_this_field(source: Path) -> None:
    assert changes(source, 5, "lock dropped") == {";"}
    assert changes(source, 5, "does not wait") == {"k_mutex_lock(&lock, K_NO_WAIT);"}
    assert changes(source, 7, "another name") == {"if (iface_states[idx] & CONN_MGR_IF_CHANGED) {"}
    assert changes(source, 7, "wrong iface") == {
        "if (iface_states[0] & CONN_MGR_IF_IGNORED) {",
        "if (iface_states[idx + 1] & CONN_MGR_IF_IGNORED) {",
    }
    assert changes(source, 8, "bit set for cleared") == {
        "iface_states[idx] &= ~CONN_MGR_IF_CHANGED;"
    }
    assert changes(source, 11, "timer not cancelled") == {";"}
    assert "return -EIO;" in changes(source, 14, "return value replaced")


def test_comments_directives_and_logs_stay(source: Path) -> None:
    lines = {each.line for each in mutants_of(source, ("field",))}
    assert lines <= {3, 5, 7, 8, 11, 14}


def test_each_mutant_once_and_with_a_name_of_its_own(source: Path) -> None:
    mutants = mutants_of(source, ("field",))
    assert len({each.name for each in mutants}) == len(mutants)
    assert len({(each.line, " ".join(each.after.split())) for each in mutants}) == len(mutants)


def test_a_mutant_changes_its_line_alone(source: Path) -> None:
    mutant = Mutant(str(source), 14, "return value replaced", "\treturn 0;", "\treturn 1;")
    assert mutant.applied(SOURCE) == SOURCE.replace("return 0;", "return 1;")


def test_the_general_operators_of_universalmutator(source: Path) -> None:
    pytest.importorskip("universalmutator")
    made = mutants_of(source, ("universal",))
    assert made
    assert all(each.generator == "universal" and each.line not in (1, 2, 12, 13) for each in made)
