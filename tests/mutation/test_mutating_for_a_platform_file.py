"""Mutants are judged on a platform of somebody's own, which a file describes."""

from pathlib import Path

import pytest

from connmgr_hil.cli.main import run

PLATFORM = Path(__file__).parents[2] / "examples" / "minimal" / "native.toml"


def test_those_who_judge_find_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """They are processes of their own; the image alone, without its build folder, does not do for them."""
    image = tmp_path / "builds" / "minimal" / "zephyr" / "zephyr.exe"
    image.parent.mkdir(parents=True)
    image.touch(0o755)
    monkeypatch.setenv("CMHIL_BUILD_DIR", str(tmp_path / "builds"))
    source = tmp_path / "some.c"
    source.write_text("int f(void)\n{\n\treturn 0;\n}\n")
    options = ["--only-field", "--jobs", "1", "--out", str(tmp_path / "out")]
    assert run(["mutate", str(source), "-t", str(PLATFORM), *options]) == 2
    assert "nothing was built for minimal" in capfd.readouterr().err


def test_a_slip_is_told_before_anything_is_built(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "some.c"
    source.write_text("int f(void)\n{\n\treturn 0;\n}\n")
    options = ["--scenario", "no-such-one", "--out", str(tmp_path / "out")]
    assert run(["mutate", str(source), "-t", str(PLATFORM), *options]) == 2
    assert "'no-such-one'" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()
