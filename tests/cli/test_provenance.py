"""Where evidence comes from stands in everything that tells of it; an image older than its sources is told."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.conformance.origin import in_words
from connmgr_hil.report import gather, render_html, render_junit
from connmgr_hil.targets import open_target
from connmgr_hil.toolchain.provenance import (
    STAMP,
    keep_state,
    newer_sources,
    provenance,
    state_of,
)
from connmgr_hil.toolchain.zephyr_tree import read_tree
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.observations import Provenance


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    base = tmp_path / "zephyr"
    base.mkdir()
    (base / "VERSION").write_text("VERSION_MAJOR = 4\nVERSION_MINOR = 2\nPATCHLEVEL = 0\n")
    return base


def git(base: Path, *arguments: str) -> str:
    who = {
        f"GIT_{role}_{what}": "a@b"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    return subprocess.run(
        ["git", "-C", str(base), *arguments],
        env=os.environ | who,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_a_tree_tells_its_commit_and_whether_it_was_changed(tree: Path) -> None:
    assert state_of(read_tree(tree)).commit == ""
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "first")
    clean = state_of(read_tree(tree))
    assert (clean.release, clean.commit, clean.changed) == (
        "4.2.0",
        git(tree, "rev-parse", "HEAD"),
        False,
    )
    (tree / "VERSION").write_text((tree / "VERSION").read_text() + "\n")
    assert state_of(read_tree(tree)).changed is True


def test_a_tree_inside_another_repository_has_no_commit_of_its_own(tree: Path) -> None:
    git(tree.parent, "init", "-q")
    git(tree.parent, "add", ".")
    git(tree.parent, "commit", "-qm", "first")
    assert state_of(read_tree(tree)).commit == ""


def test_a_build_that_is_older_than_a_source_is_noticed(tmp_path: Path, tree: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.c").write_text('#include "a.h"\nint main(void) { return A; }\n')
    (source / "a.h").write_text("#define A 0\n")
    build = tmp_path / "build"
    (build / "zephyr").mkdir(parents=True)
    (build / "build.ninja").write_text(
        "rule cc\n deps = gcc\n depfile = $out.d\n command = gcc -MD -MF $out.d -o $out $in\n"
        f"build zephyr/zephyr.exe: cc {source}/a.c\n"
    )
    subprocess.run(["ninja", "-C", str(build)], check=True, capture_output=True)
    image = build / "zephyr" / "zephyr.exe"
    keep_state(build, tree)
    assert json.loads((build / STAMP).read_text())["release"] == "4.2.0"
    assert newer_sources(image) == []
    later = image.stat().st_mtime + 100
    os.utime(source / "a.h", (later, later))
    assert newer_sources(image) == [source / "a.h"]
    os.utime(build / STAMP, (later + 1, later + 1))
    assert newer_sources(image) == [], "the build found it unchanged"
    assert newer_sources(tmp_path / "elsewhere" / "zephyr" / "zephyr.exe") == []


def test_a_run_tells_where_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/cmhil", "verify", "-t", "simulated"])
    chosen = ["-t", "simulated", "--scenario", "addresses-come-and-go"]
    assert run(["verify", *chosen, "--out", str(tmp_path)]) == 0
    assert "  command  cmhil verify -t simulated\n" in capsys.readouterr().out
    origin = read_trace(tmp_path / "addresses-come-and-go.jsonl").header.origin
    assert origin is not None
    assert origin.command == ("cmhil", "verify", "-t", "simulated")
    assert origin.device == ("-t", "simulated")
    assert origin.host
    assert origin.image == ""
    assert json.loads((tmp_path / "summary.json").read_text())["origin"]["host"] == origin.host
    evidence = gather([tmp_path])
    for page in (render_html(evidence), render_junit(evidence)):
        assert origin.date in page
        assert "cmhil verify -t simulated" in page


def test_all_of_an_image_is_said() -> None:
    digest = hashlib.sha256(b"").hexdigest()
    told = in_words(
        Provenance(
            image="out/z.elf",
            digest=digest,
            built="2026-01-02T03:04:05Z",
            zephyr="/z",
            release="4.2.0",
            commit="0123456789abcdef",
            changed=True,
            command=("cmhil", "verify", "a b\x1b"),
        )
    )
    assert told["image"] == f"out/z.elf, SHA-256 {digest[:16]}, built 2026-01-02T03:04:05Z"
    assert told["zephyr"] == "4.2.0 at /z, commit 0123456789ab, with changes that are not committed"
    assert "\x1b" not in told["command"]


def test_a_stamp_counts_for_no_later_image(tmp_path: Path, tree: Path) -> None:
    image = tmp_path / "build" / "zephyr" / "zephyr.exe"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"image")
    image.chmod(0o755)
    keep_state(tmp_path / "build", tree)
    target = open_target("native_sim_64", image=image)
    assert provenance(target).release == "4.2.0"
    assert provenance(target).digest == hashlib.sha256(b"image").hexdigest()
    later = image.stat().st_mtime + 100
    os.utime(image, (later, later))
    assert provenance(target).release == "", "somebody built it anew, from who knows what"
    cache = tmp_path / "build" / "CMakeCache.txt"
    cache.write_text(f"ZEPHYR_BASE:PATH={tree}\n")
    os.utime(image, (later + 1, later + 1))
    assert provenance(target).zephyr == str(tree)
