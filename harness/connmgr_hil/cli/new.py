"""`cmhil new`: templates that run, to be changed by the user."""

import re
import shutil
from pathlib import Path

import click

from connmgr_hil.vocabulary.errors import BadInput, RigFault, UsageError


@click.group()
def new() -> None:
    """Create a scenario, a platform file or an application.

    \b
    cmhil new scenario my-timeout
    cmhil new platform my_board --like frdm_k64f
    cmhil new application my_modem
    """


@new.command("scenario")
@click.argument("name")
def new_scenario(name: str) -> None:
    """Write NAME.py with a scenario that runs, and show how to run it."""
    _check(name)
    function = name.replace("-", "_").lower()
    path = Path(f"{function}.py")
    _write(path, _filled("scenario.py", name=name, function=function, file=path))
    click.echo(f"wrote {path}\n  run it:  cmhil verify -t simulated --scenarios {path}")


@new.command("platform")
@click.argument("name")
@click.option("--board", metavar="BOARD", help="Zephyr's name of the board; by default NAME.")
@click.option("--like", metavar="PLATFORM", help="Start with a copy of this platform.")
def new_platform(name: str, board: str | None, like: str | None) -> None:
    """Write NAME.toml, which describes a board or an emulator, and show how to use it."""
    from connmgr_hil.targets import find_platform, read_platform

    _check(name)
    path = Path(f"{name}.toml")
    if like is None:
        _write(path, _filled("platform.toml", name=name, board=board or name, file=path))
    else:
        _write(path, _copied(find_platform(like).name, name, board))
    platform = read_platform(path)
    click.echo(f"wrote {path}\n  check it:  cmhil platforms --check {path}")
    if platform.kind != "simulated":
        click.echo(f"  build it:  cmhil build -p ./{path}")
    if platform.kind == "board":
        click.echo(f"  flash it:  cmhil flash -p ./{path}")
    port = " --port /dev/serial/by-id/..." if platform.kind == "board" else ""
    click.echo(f"  run it:    cmhil verify -t ./{path}{port}")


@new.command("application")
@click.argument("name")
def new_application(name: str) -> None:
    """Write a folder NAME: an application with its own connectivity implementation, and the probe in its build."""
    from connmgr_hil.resources import examples_dir

    _check(name)
    folder = Path(name)
    if folder.exists():
        raise UsageError(
            f"cannot write {folder}", "the folder exists", "use another name, or remove it"
        )
    file = folder / f"{name}.toml"
    try:
        shutil.copytree(examples_dir() / "minimal", folder)
        described = (folder / "native.toml").rename(file)
        file.write_text(_renamed(described.read_text(encoding="utf-8"), name), encoding="utf-8")
    except OSError as error:
        raise RigFault(f"cannot write {folder}", str(error), "choose another folder") from error
    click.echo(f"wrote {folder}: its implementation is in {folder / 'src' / 'main.c'}")
    click.echo(f"  build it:  cmhil build -p ./{file}")
    click.echo(f"  run it:    cmhil verify -t ./{file}")


def _filled(template: str, **values: object) -> str:
    from connmgr_hil.files.templates import templates

    return (
        templates("connmgr_hil.cli", "templates").get_template(f"{template}.jinja").render(values)
    )


def _renamed(text: str, name: str) -> str:
    return re.sub(r'^name = ".*"$', f'name = "{name}"', text, count=1, flags=re.MULTILINE)


def _copied(like: str, name: str, board: str | None) -> str:
    from connmgr_hil.resources import platforms_dir

    text = (platforms_dir() / f"{like}.toml").read_text(encoding="utf-8")
    text = _renamed(text, name)
    if board:
        text = re.sub(r'^board = ".*"$', f'board = "{board}"', text, count=1, flags=re.MULTILINE)
        text = re.sub(r'^board_v2 = ".*"\n', "", text, count=1, flags=re.MULTILINE)
    return f"# Started as a copy of {like}.\n{text}"


def _check(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise BadInput(
            "a name must have letters, digits, '-' and '_', and begin with a letter", name
        )


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(
            f"cannot write {path}", "the file exists", "use another name, or remove it"
        ) from error
    except OSError as error:
        raise RigFault(f"cannot write {path}", str(error)) from error
