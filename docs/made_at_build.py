"""Pages that are made from the code when the documentation is built, so that they cannot disagree with it.

MkDocs calls `on_page_markdown` for each page and `on_post_build` at the end (see `hooks` in mkdocs.yml).
"""

import inspect
import re
import typing
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
from robot.libdoc import libdoc  # type: ignore[import-untyped]
from robot.libdocpkg import LibraryDocumentation  # type: ignore[import-untyped]

import connmgr_hil
from connmgr_hil.cli.main import cmhil
from connmgr_hil.conformance.scenario import registered
from connmgr_hil.model import profile_of
from connmgr_hil.resources import zephyr_app_dir
from connmgr_hil.trace import read_records
from connmgr_hil.transport.deadlines import DEADLINES
from connmgr_hil.vocabulary.commands import COMMANDS
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import AnyRecord, HelloSeen, Provenance
from connmgr_hil.vocabulary.requirements import ORDER, Requirement, requirements

_LIBRARY = "connmgr_hil.robot.ConnMgrLibrary"
_TRACES = Path(__file__).parents[1] / "tests" / "traces"
_KEYWORDS = "reference/keywords-in-full.html"
_CHAPTERS = {
    "MON": "Monitoring",
    "IGN": "Ignoring and watching",
    "RSD": "Resending the status",
    "EVT": "Events and their delivery",
    "CTL": "Control",
    "AUTO": "Automations",
    "BULK": "Bulk calls",
    "IMP": "Any connectivity implementation",
    "IDLE": "Idle timeout",
    "SH": "The shell `net cm`",
    "LIFE": "Life of the device",
}


def _command_line() -> str:
    def pages(command: click.Command, context: click.Context) -> Iterator[str]:
        yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                yield from pages(inner, _context(inner, name, context))

    return "\n".join(pages(cmhil, _context(cmhil, "cmhil", None)))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(command, info_name=name, parent=parent, terminal_width=96)


def _protocol() -> str:
    text = (zephyr_app_dir() / "PROTOCOL.md").read_text(encoding="utf-8")
    return text.partition("\n")[2]


def _commands() -> str:
    lines = ["| command | what it does | |", "| --- | --- | --- |"]
    for kind in COMMANDS.values():
        usages = "<br>".join(f"`{usage}`" for usage in kind.usages).replace("|", "\\|")
        since = f"since {kind.since}" if kind.since != ORDER[0] else ""
        notes = ", ".join(filter(None, ("only asks" if kind.asks else "", since)))
        lines.append(f"| {usages} | {_cell(kind.help)} | {notes} |")
    arguments = dict.fromkeys(
        argument
        for kind in COMMANDS.values()
        for form in kind.forms
        for argument in form.arguments
        if argument.name != "|".join(argument.choices)
    )
    lines += ["", "| argument | what it is |", "| --- | --- |"]
    lines += [f"| {_cell(each.name)} | {_cell(each.wanted)} |" for each in arguments]
    return "\n".join(lines)


def _keywords() -> str:
    rows = [
        f"| {each.name} | {_cell(' · '.join(map(str, each.args)))} | {_cell(each.short_doc)} |"
        for each in LibraryDocumentation(_LIBRARY).keywords
    ]
    return "\n".join(["| keyword | arguments | what it does |", "| --- | --- | --- |", *rows])


def _shown_by(requirement: Requirement, by_requirement: dict[str, list[str]]) -> str:
    named = ", ".join(by_requirement.get(requirement.id, ["none"]))
    return "every scenario" if requirement.in_every_run else named


def _requirements() -> str:
    by_requirement: dict[str, list[str]] = {}
    for scenario in registered().values():
        for ident in scenario.requirements:
            by_requirement.setdefault(ident, []).append(scenario.name)
    lines = []
    for chapter, members in groupby(requirements().values(), lambda each: each.id.split("-")[1]):
        lines += [f"\n## {_CHAPTERS[chapter]} (REQ-{chapter})\n"]
        lines += [
            "| id | requirement | class | since | scenarios |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {each.id} | {_cell(each.sentence)} | {each.kind} | {each.since} "
            f"| {_cell(_shown_by(each, by_requirement))} |"
            for each in members
        ]
    return "\n".join(lines)


def _trace() -> str:
    lines = []
    for kind in (*typing.get_args(AnyRecord), Hello, IfaceFacts, Provenance):
        title = f'"k": "{kind.__struct_config__.tag}"' if kind.__struct_config__.tag else ""
        lines += [f"\n## {kind.__name__}\n", f"`{title}`\n" * bool(title)]
        lines += [
            inspect.getdoc(kind) or "",
            "",
            "| field | type | default |",
            "| --- | --- | --- |",
        ]
        for field in msgspec.structs.fields(kind):
            if field.name != "h":
                needed = field.default is field.default_factory is msgspec.NODEFAULT
                default = "required" if needed else f"`{_plain(field)}`"
                lines.append(f"| `{field.name}` | {_cell(_type(field.type))} | {default} |")
    return "\n".join(lines)


def _plain(field: msgspec.structs.FieldInfo) -> str:
    default = field.default
    if default is msgspec.NODEFAULT:
        default = field.default_factory()
    return msgspec.json.encode(default).decode()


def _type(kind: Any) -> str:
    if isinstance(kind, type) and not typing.get_args(kind):
        return kind.__name__
    return re.sub(r"\b(?:\w+\.)+(?=[A-Z])", "", str(kind))


def _cell(text: str) -> str:
    """Return text as it may stand in a table."""
    return re.sub(r"([|*_<\[\]`\\])", r"\\\1", " ".join(text.split()))


def _deadlines() -> str:
    rows = [f"| {each.name} | {each.unscaled:g} s | {each.about} |" for each in DEADLINES]
    return "\n".join(
        ["| name | length | what must have happened by then |", "| --- | --- | --- |", *rows]
    )


class _Recorded(NamedTuple):
    """A folder of traces that were recorded from one build."""

    zephyr: str
    profile: str
    board: str
    build: str
    folder: str
    verdicts: tuple[str, ...]


def _recorded(folder: Path) -> _Recorded:
    """Read what a folder's traces say of their device, and how each run ended."""
    paths = sorted(folder.glob("*.jsonl"))
    hello = next(
        each for path in paths for each in read_records(path) if isinstance(each, HelloSeen)
    )
    facts = hello.facts
    ends = (path.read_text(encoding="utf-8").rstrip().rpartition("\n")[2] for path in paths)
    verdicts = tuple(msgspec.json.decode(end).get("verdict", "not judged") for end in ends)
    return _Recorded(
        facts.zephyr, profile_of(facts).name, facts.board, _build(hello),
        folder.name, verdicts,
    )  # fmt: skip


def _build(hello: HelloSeen) -> str:
    """Return in what a build differs from the sample application's usual one."""
    facts, ifaces = hello.facts, hello.ifaces
    own = [each for each in ifaces if each.is_real]
    told = {
        "upstream's shell, no probe": facts.dialect == "stock",
        "IPv4 only": not facts.ipv6,
        "IPv6 only": not facts.ipv4,
        f"room for {facts.room4} IPv4 addresses": facts.room4 not in (0, 4),
        f"IPv4 for {facts.cfg4} ifaces only": 0 < facts.cfg4 < len(ifaces),
        "duplicate address detection": facts.dad,
        "no automatic admin-down": not facts.autodown,
        f"event queue of {facts.queue}": facts.queue < 64 and facts.dialect != "stock",
        "own iface: " + ", ".join(sorted({each.l2 for each in own})): bool(own),
        "1 iface" if len(ifaces) == 1 else f"{len(ifaces)} ifaces": not own
        and len(ifaces) != 9
        and facts.dialect != "stock",
        "dormant too late": any(each.dormant_in_init for each in ifaces),
        "an iface ready at start": any(each.auto and each.name == "free1" for each in ifaces),
    }
    return "; ".join(name for name, holds in told.items() if holds) or "as usual"


def _releases() -> str:
    """Tell, release by release, on what was run and how it ended: from the traces alone."""
    folders = (each for each in sorted(_TRACES.iterdir()) if any(each.glob("*.jsonl")))
    lines = []
    every = sorted(map(_recorded, folders))
    for (zephyr, profile), members in groupby(every, lambda each: each[:2]):
        lines += [
            f"\n## Zephyr {zephyr}, judged as {profile}\n",
            "| board | build | runs | verdict | in `tests/traces` |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {_cell(each.board)} | {_cell(each.build)} | {len(each.verdicts)} "
            f"| {', '.join(sorted(set(each.verdicts)))} | `{each.folder}` |"
            for each in members
        ]
    return "\n".join(lines)


_MADE: dict[str, Callable[[], str]] = {
    "deadlines": _deadlines,
    "command-line": _command_line,
    "protocol": _protocol,
    "commands": _commands,
    "trace": _trace,
    "keywords": _keywords,
    "requirements": _requirements,
    "releases": _releases,
}


def on_config(config: Any) -> Any:
    """Say below each page which version it is about."""
    config["copyright"] = f"connmgr-hil {connmgr_hil.__version__}"
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put what is made from the code where a page says `<!-- made: NAME -->`."""
    return re.sub(r"<!-- made: ([\w-]+) -->", lambda match: _MADE[match[1]](), markdown)


def on_post_build(config: Any, **_: Any) -> None:
    """Write the keywords' own page beside ours."""
    libdoc(_LIBRARY, str(Path(config["site_dir"]) / _KEYWORDS), quiet=True)
