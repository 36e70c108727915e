"""What gcov counted, as it is told."""

import shutil
import subprocess
from pathlib import Path

import pytest

from connmgr_hil.conformance.code import Reached, logged, ranges, reached
from connmgr_hil.report.html import render_html
from connmgr_hil.vocabulary.errors import UsageError

SOURCE = """\
int main(int count, char **words)
{
	if (count > 1) {
		return 3;
	}
	return 0;
}
"""


@pytest.fixture
def build(tmp_path: Path) -> Path:
    if not (shutil.which("gcc") and shutil.which("gcov")):
        pytest.skip("needs gcc and gcov")
    source = tmp_path / "mine.c"
    source.write_text(SOURCE)
    folder = tmp_path / "build"
    folder.mkdir()
    command = ["gcc", "--coverage", "-c", str(source), "-o", "mine.o"]
    subprocess.run(command, cwd=folder, check=True)
    subprocess.run(["gcc", "--coverage", "mine.o", "-o", "mine"], cwd=folder, check=True)
    return folder


def test_lines_and_branches_of_a_run(build: Path) -> None:
    subprocess.run([build / "mine"], check=True)
    (found,) = reached(build, ("*/mine.c",))
    assert (found.name, found.missing, found.half) == ("mine.c", (4,), (3,))
    assert found.reached == found.lines - 1
    assert found.taken == found.branches - 1
    assert reached(build, ("mine.c",)) == [found]
    assert reached(build) == []
    with pytest.raises(UsageError, match=r"matches other\.c(?s:.*)1 C files were counted"):
        reached(build, ("mine.c", "other.c"))


def test_what_a_log_message_branches_on_does_not_count() -> None:
    text = 'int a;\n\tNET_DBG("one %d",\n\t\tf(a));\n\tif (a) {\n\tLOG_ERR("two");\n'
    assert logged(text) == {2, 3, 5}


def test_each_run_adds(build: Path) -> None:
    subprocess.run([build / "mine"], check=True)
    subprocess.run([build / "mine", "more"], check=False)
    (found,) = reached(build, ("*/mine.c",))
    assert (found.missing, found.half) == ((), ())


def test_nothing_was_counted(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing was counted"):
        reached(tmp_path)


def test_numbers_are_told_shortly() -> None:
    assert ranges([1, 2, 3, 7, 9, 10]) == "1-3, 7, 9-10"
    assert ranges([]) == ""


def test_the_page_shows_it_beside_the_requirements() -> None:
    from connmgr_hil.report import gather

    trace = Path(__file__).parents[1] / "traces" / "native_posix_64" / "E1.jsonl"
    code = [Reached("/z/conn_mgr_monitor.c", 100, 98, 40, 38, (12, 13), (20,))]
    page = render_html(gather([trace]), code=code)
    assert "98 of 100" in page
    assert "12-13" in page
    assert "C that was reached" not in render_html(gather([trace]))
