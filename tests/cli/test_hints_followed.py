"""Every command that an error, a report or a run tells to give is given: it exists, and so does all that it names."""

import ast
import html
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from test_hints import ROOT, SOURCES

from connmgr_hil.cli.main import cmhil, run
from connmgr_hil.mutation.results import survivors
from connmgr_hil.pytest_plugin.device import _known
from connmgr_hil.resources import platforms_dir
from connmgr_hil.targets import find_platform, require_order
from connmgr_hil.targets.preflight import _readable
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from connmgr_hil.vocabulary.facts import Hello

COMMANDS = cmhil.list_commands(click.Context(cmhil))  # type: ignore[attr-defined]
_WORD = r"(?:'[^'\n]*'|[^\s,;()'`<&])+"
_TOLD = re.compile(rf"\bcmhil (?:{'|'.join(COMMANDS)})\b(?: {_WORD})*")
_GIVEN_AS_A_LIST = {
    "cli/bisect.py": "tests/cli/test_bisect.py gives it",
    "cli/build.py": "build",
    "cli/closing.py": "verify",
    "cli/learn.py": "learn",
    "cli/shrink.py": "shrink",
    "cli/walk.py": "walk",
    "conformance/bisection.py": "tests/report/test_issue.py gives them",
    "conformance/findings.py": "verify",
    "pytest_plugin/hooks.py": "pytest",
    "targets/opening.py": "image",
}
"""Where a command is put together word by word, and what below prints it."""

_AT_ONCE = {
    *("check", "compare", "coverage", "docs", "doctor", "platforms", "replay", "report"),
    *("requirements", "scenarios", "shrink"),
}
"""Given for real wherever they are told; the others are, where their target is simulated."""

_STANDS_FOR = {"NAME": "my_own", "PORT": "/dev/null", "PATH": "zephyr.exe"}


class Told:
    """What was printed by something that went wrong, and the commands in it."""

    def __init__(self, text: str) -> None:
        self.text = html.unescape(text)

    def commands(self) -> list[list[str]]:
        return [shlex.split(found[0].rstrip(".:")) for found in _TOLD.finditer(self.text)]


Print = Callable[..., Told]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder whose name needs quotes, with platform files in another such."""
    here = tmp_path / "all of it"
    boards = here / "my boards"
    boards.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("CMHIL_BUILD_DIR", str(here / "no builds"))
    monkeypatch.setenv("CMHIL_TIME_SCALE", "1")  # an option would change it for all that follow
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    for name, like in (("broken", "simulated"), ("none", "native_posix_64"), ("k", "frdm_k64f")):
        text = (platforms_dir() / f"{like}.toml").read_text()
        text = text.replace(f'name = "{like}"', f'name = "{name}"', 1)
        if like == "simulated":
            defect = '[emulator]\narguments = ["--defect", "timeout_in_ms"]\n\n[time]'
            text = text.replace("[time]", defect, 1)
        (boards / f"{name}.toml").write_text(text)
    return here


@pytest.fixture
def printed(capfd: pytest.CaptureFixture[str]) -> Print:
    def give(*arguments: str, code: int = 2) -> Told:
        ended = run(list(arguments))
        shown = capfd.readouterr()
        assert ended == code, shown
        return Told(shown.out + shown.err)

    return give


def follow(words: list[str]) -> None:
    """Give a command that was told. Where it would build or needs a board, see that all that it names is there."""
    _, name, *arguments = words
    command = cmhil.get_command(click.Context(cmhil), name)
    assert command is not None
    if not arguments and any(each.required for each in command.params):
        return  # it is only named
    arguments = [_STANDS_FOR.get(each, each) for each in arguments]
    if name == "new":
        assert run([name, *arguments]) == 0
        return
    given = command.make_context(name, list(arguments)).params
    target = str(given.get("target") or given.get("platform") or "native")
    platform = None if target in ("native", "TARGET") else find_platform(target)
    assert platform is None or given.get("variant", "") in {"", *platform.variants}
    if name in _AT_ONCE or (name == "verify" and platform and platform.kind == "simulated"):
        assert run([name, *arguments]) in (0, 1, 4), words


def failing(printed: Print) -> Path:
    printed(
        "verify",
        "-t",
        "my boards/broken.toml",
        "--scenario",
        "timeout-takes-down",
        "--out",
        "a run",
        code=1,
    )
    return Path("a run")


def by_verify(printed: Print) -> Iterator[Told]:
    yield printed(
        "verify", "-t", "my boards/broken.toml", "--scenario", "timeout-takes-down", code=1
    )


def by_walk(printed: Print) -> Iterator[Told]:
    yield printed(
        *("walk", "-t", "my boards/broken.toml", "--walks", "9", "--seed", "1", "--stop-at", "1"),
        code=1,
    )


def by_shrink(printed: Print) -> Iterator[Told]:
    trace = failing(printed) / "timeout-takes-down.jsonl"
    yield printed("shrink", str(trace), "-t", "my boards/broken.toml", "--confirm", "1", code=1)
    assert run(["replay", str(trace), "-t", "simulated"]) == 0
    yield printed("shrink", "out/replay/timeout-takes-down.jsonl", "-t", "simulated")


def by_learn(printed: Print) -> Iterator[Told]:
    words = ("--inputs", "up,out of reach,connect,advance 10000", "--tests", "0")
    yield printed("learn", "-t", "my boards/broken.toml", *words, code=1)


def by_reports(printed: Print) -> Iterator[Told]:
    folder = str(failing(printed))
    files = {"html": "a page.html", "junit": "j.xml", "markdown": "m.md"}
    options = [word for pair in files.items() for word in (f"--{pair[0]}", pair[1])]
    printed("report", folder, *options, code=0)
    for file in files.values():
        told = Told(Path(file).read_text())
        assert "replay" in [words[1] for words in told.commands()], file
        yield told
    assert run(["replay", f"{folder}/timeout-takes-down.jsonl", "-t", "simulated"]) == 0
    yield printed("report", "out/replay", "--issue", "i.md")
    yield printed("report", folder, "--issue", "i.md")
    real = Path("as if real", "timeout-takes-down.jsonl")
    real.parent.mkdir()
    trace = Path(folder, real.name).read_text()
    real.write_text(trace.replace('"simulated"', '"native_posix_64"'))
    printed("report", str(real), "--issue", "i.md", code=0)
    yield Told(Path("i.md").read_text())
    Path("bisect.json").write_text("{}")
    yield printed("report", ".")


def by_image(printed: Print) -> Iterator[Told]:
    for words in (
        ("verify", "-t", "my boards/none.toml"),
        ("verify", "-t", "my boards/none.toml", "--variant", "dad"),
        ("verify", "-t", "native"),
        ("verify", "-t", "renode_frdm_k64f"),
        ("flash", "-p", "my boards/k.toml"),
        ("verify", "-t", "simulated", "--image", "x"),
        ("verify", "-t", "simulated", "--dialect", "stock"),
    ):
        yield printed(*words)
    Path("zephyr").mkdir()
    Path("zephyr/zephyr.elf").touch()
    yield printed("verify", "-t", "qemu_esp32c3", "--image", "zephyr/zephyr.elf")


def by_build(printed: Print, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    monkeypatch.setattr("connmgr_hil.cli.build.build_platform", lambda *_, **__: None)
    for name in ("my boards/none.toml", "my boards/k.toml", "native_sim"):
        told = printed(
            "build", "-p", name, "--variant", "dad" if name != "my boards/k.toml" else "", code=0
        )
        assert ["cmhil", "verify", "-t", name] in [words[:4] for words in told.commands()]
        yield told
    assert "cmhil flash" in printed("build", "-p", "frdm_k64f", code=0).text


def by_names(printed: Print) -> Iterator[Told]:
    yield printed("verify", "-t", "simulated", "--scenario", "no-such-thing")
    yield printed("verify", "-t", "no-such-kind:thing")
    yield printed("docs", "no-such-page")
    yield printed("requirements", "no-such-thing")
    Path("no summary.json").write_text("{}")
    yield printed("compare", "no summary.json", "no summary.json")
    Path("run").mkdir()
    Path("run/summary.json").write_text("[]")
    yield printed("verify", "-t", "simulated", "--failed", "--out", "run")
    Path("empty.py").touch()
    yield printed("verify", "-t", "simulated", "--scenarios", "empty.py")
    traces = ROOT / "tests" / "traces" / "native_posix_64" / "E1.jsonl"
    yield printed("coverage", "--code", "run", str(traces))
    Path("x.c").touch()
    with pytest.raises(BadInput) as no_result:
        survivors(Path("no summary.json"))
    yield Told(str(no_result.value))
    yield printed("mutate", "x.c", "-t", "my boards/none.toml", "--only-field")
    Path("map.yml").write_text("- {platform: my_own, serial: /dev/null}\n")
    yield printed("verify", "--hardware-map", "map.yml")
    yield printed(
        "verify", "-t", "my boards/k.toml", "--port", "/dev/no-such", "--time-scale", "0.01", code=3
    )


def by_new(printed: Print) -> Iterator[Told]:
    for words in (
        ("scenario", "of-mine"),
        ("platform", "mine"),
        ("platform", "b", "--like", "frdm_k64f"),
        ("application", "my_modem"),
    ):
        yield printed("new", *words, code=0)


def by_doctor(printed: Print) -> Iterator[Told]:
    yield printed("doctor", code=0)


def by_preflight(printed: Print) -> Iterator[Told]:
    for heard in (b"*** Booting MCUboot v2 ***\r\n", b"*** Booting Zephyr OS build v3.4.0 ***\r\n"):
        yield Told(str(_readable(heard)))


def by_checks(printed: Print) -> Iterator[Told]:
    with pytest.raises(UsageError) as no_order:
        require_order(
            Hello(proto=1, app="", zephyr="", connmgr="", board="", build="", nonce="", coop=False),
            "it",
        )
    with pytest.raises(UsageError) as no_requirement:
        _known("REQ-NONE-001")
    yield Told(f"{no_order.value}\n{no_requirement.value}")


def by_pytest(printed: Print) -> Iterator[Told]:
    Path("test_it.py").write_text(
        "def test_it(cm):\n    cm.do('sim A mode never')\n    cm.do('up A')\n    cm.do('timeout A 1')\n"
        "    cm.do('connect A')\n    cm.advance(0.5)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--cm-platform", "my boards/broken.toml", "test_it.py"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1, ended.stdout
    yield Told(ended.stdout)


SOURCES_OF_HINTS: dict[str, tuple[Callable[..., Iterator[Told]], tuple[str, ...]]] = {
    "verify": (by_verify, ()),
    "walk": (by_walk, ()),
    "shrink": (by_shrink, ("see 'cmhil check'; a failure",)),
    "learn": (by_learn, ()),
    "reports": (
        by_reports,
        (
            *("see 'cmhil check'", "'cmhil bisect GOOD BAD -t TARGET'", "'cmhil shrink' finds"),
            *("is not what 'cmhil bisect' wrote", "platform shows: 'cmhil verify -t native'"),
        ),
    ),
    "image": (
        by_image,
        (
            "name a platform that does: 'cmhil platforms'",
            "cmhil verify -t native --image PATH",
            "build with cmhil build",
        ),
    ),
    "build": (by_build, ()),
    "names": (
        by_names,
        (
            *(
                "'cmhil scenarios' lists them",
                "'cmhil docs' lists them",
                "'cmhil docs python' shows how a package adds one",
                "'cmhil requirements' lists them",
                "that 'cmhil verify' wrote",
            ),
            *("'cmhil new scenario NAME'", "--variant coverage, then cmhil verify"),
            *(
                "not a result of 'cmhil mutate'",
                "'cmhil new platform NAME'",
                "'cmhil doctor' lists the ports",
            ),
        ),
    ),
    "new": (
        by_new,
        (
            *("cmhil verify -t simulated --scenarios", "cmhil platforms --check"),
            *(
                "cmhil build -p ./",
                "cmhil flash -p ./",
                "cmhil verify -t ./",
            ),
        ),
    ),
    "doctor": (by_doctor, ("cmhil verify -t ",)),
    "preflight": (by_preflight, ("the image (cmhil flash)", "(cmhil build, cmhil flash)")),
    "checks": (by_checks, ("'cmhil shell' drives", "see 'cmhil requirements'")),
    "pytest": (by_pytest, ()),
}
"""What prints hints, and parts of those that stand in the sources as one text."""

NOT_HERE = {
    "then flash it, and cmhil verify -t": "only where a compiler for boards is",
    "build it again with 'cmhil build'": "only beside an image that has lost a part",
    "or name another compiler": "only where no compiler for boards is",
}


@pytest.mark.parametrize("name", SOURCES_OF_HINTS)
def test_what_is_told_can_be_done(
    name: str, printed: Print, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, parts = SOURCES_OF_HINTS[name]
    more = (monkeypatch,) if name == "build" else ()
    texts = []
    for told in source(printed, *more):
        assert told.commands(), told.text
        for words in told.commands():
            follow(words)
        texts.append(told.text)
    assert not [part for part in parts if part not in "\n".join(texts)]


def _sites() -> Iterator[tuple[str, str]]:
    """Yield where the sources name a command in a text that is printed, and the text."""
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        where = str(path.relative_to(ROOT / "harness")).removeprefix("connmgr_hil/")
        other = {
            id(each)
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword) and node.arg in ("help", "metavar", "epilog")
            for each in ast.walk(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr | ast.JoinedStr):
                other |= {id(each) for each in ast.iter_child_nodes(node)}  # docstrings, and parts
            if id(node) in other:
                continue
            if isinstance(node, ast.JoinedStr):
                parts = (
                    each.value if isinstance(each, ast.Constant) else "…" for each in node.values
                )
                yield where, "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield where, node.value
            elif isinstance(node, ast.List) and ast.unparse(node).startswith("['cmhil'"):
                yield where, "[cmhil]"


def test_no_hint_is_left_out() -> None:
    known = [*NOT_HERE, *(part for _, parts in SOURCES_OF_HINTS.values() for part in parts)]
    lists = set()
    for where, text in _sites():
        if text == "[cmhil]":
            lists.add(where)
        elif _TOLD.search(text) and where not in ("pytest_plugin/hooks.py", "cli/main.py"):
            assert any(part in text for part in known), f"{where}: nothing here prints {text!r}"
    assert lists == set(_GIVEN_AS_A_LIST)
