"""Building mutants beside the user's build, in a small ninja project."""

import shutil
import subprocess
from pathlib import Path

import pytest

from connmgr_hil.mutation.mutants import Mutant
from connmgr_hil.mutation.overlay import Overlay
from connmgr_hil.toolchain.building import Build
from connmgr_hil.vocabulary.errors import UsageError

MANIFEST = """\
rule cc
  command = gcc $FLAGS $INCLUDES -c $in -o $out
rule link
  command = gcc $in -o $out
build two.o: cc {source} || order
  FLAGS = -g -Os
  INCLUDES =  -I.
build main.o: cc {main}
  FLAGS = -g
build order: phony
build zephyr/zephyr.exe: link main.o two.o
default zephyr/zephyr.exe
"""

pytestmark = pytest.mark.skipif(
    not (shutil.which("ninja") and shutil.which("gcc")), reason="needs ninja and gcc"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "the tree"
    folder.mkdir()
    (folder / "two.h").write_text("int two(void);\n")
    (folder / "two.c").write_text('#include "two.h"\n\nint two(void)\n{\n\treturn 2;\n}\n')
    (folder / "main.c").write_text("int two(void);\nint main(void) { return two(); }\n")
    return folder / "two.c"


@pytest.fixture
def overlay(tmp_path: Path, source: Path) -> Overlay:
    folder = tmp_path / "build"
    (folder / "zephyr").mkdir(parents=True)
    spelled = [str(each).replace(" ", "$ ") for each in (source, source.parent / "main.c")]
    text = MANIFEST.format(source=spelled[0], main=spelled[1])
    (folder / "build.ninja").write_text(text)
    build = Build(
        "small", "", "", "", folder, folder / "zephyr" / "zephyr.exe", tmp_path,
        (("true",), ("ninja", "-C", str(folder))), ("again", str(tmp_path)),
    )  # fmt: skip
    (folder / ".cmhil-configured").write_text('["again", "' + str(tmp_path) + '"]')
    made = Overlay(build, (source,))
    made.prepare()
    return made


def returning(source: Path, value: str) -> Mutant:
    return Mutant(str(source), 5, "value", "\treturn 2;", f"\treturn {value};")


def status(overlay: Overlay) -> int:
    return subprocess.run([overlay.image], check=False).returncode


def test_a_mutant_runs_and_the_sources_stay(overlay: Overlay, source: Path) -> None:
    before = source.read_bytes()
    mutant = returning(source, "7")
    digest, complaint = overlay.compile(mutant)
    assert digest
    assert not complaint
    assert not overlay.is_unchanged(mutant, digest)
    assert not overlay.link()
    assert status(overlay) == 7
    assert source.read_bytes() == before
    assert sorted(each.name for each in source.parent.iterdir()) == ["main.c", "two.c", "two.h"]


def test_equal_object_code_is_no_change(overlay: Overlay, source: Path) -> None:
    mutant = returning(source, "1 + 1")
    digest, _ = overlay.compile(mutant)
    assert overlay.is_unchanged(mutant, digest)


def test_equal_mutants_have_one_digest(overlay: Overlay, source: Path) -> None:
    assert overlay.compile(returning(source, "3")) == overlay.compile(returning(source, "2 + 1"))


def test_what_the_compiler_refuses(overlay: Overlay, source: Path) -> None:
    digest, complaint = overlay.compile(returning(source, "nothing"))
    assert not digest
    assert "nothing" in complaint
    assert overlay.compile(returning(source, "7"))[0]


def test_a_file_that_is_not_built_is_refused(overlay: Overlay, source: Path) -> None:
    other = source.parent / "other.c"
    other.write_text("")
    with pytest.raises(UsageError, match="is not part of this build"):
        Overlay(overlay._build, (other,)).prepare()
