"""Scenarios: readable checks, written once and run on every target."""

import functools
import importlib.util
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from connmgr_hil.files import open_regular
from connmgr_hil.model import Profile
from connmgr_hil.model.profiles import current_name
from connmgr_hil.targets import Target
from connmgr_hil.vocabulary.errors import BadInput, ConnMgrHilError, HarnessError, UsageError
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.requirements import ORDER, requirements

from .bench import Bench, IfaceLacking
from .families import families
from .needs import FAST_LINE, Needs

Body = Callable[[Bench], None]
_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Scenario:
    """One scenario: what it shows (`requirements`), what it needs, and how it goes.

    `needs` are role letters and features: `boot` (a device that was just restarted), `ipv4` and `ipv6` (found in its code), `room2`, `no-own-auto`, `dad`, `no-dad`, `queue5`, `queue64`,
    `autodown`, `no-autodown`, `boot-trap`, `boot-ready`; `dhcp`, `fast-line` and the standard stimuli, of the rig; `stock` for those that go
    through upstream's own shell and only there, `events` if they need its event monitor.
    """

    name: str
    title: str
    requirements: tuple[str, ...]
    body: Body
    needs: tuple[str, ...] = ()
    since: str = "P34"
    until: str = ORDER[-1]

    @property
    def source(self) -> str:
        """Where it is defined: file and line; the file of an included scenario is relative to the package's folder."""
        file = self._file.relative_to(_PACKAGE.parent) if self.is_included else self._file
        return f"{file}:{inspect.unwrap(self.body).__code__.co_firstlineno}"

    @property
    def is_included(self) -> bool:
        """Whether it is one of this package's."""
        return self._file.is_relative_to(_PACKAGE)

    @property
    def _file(self) -> Path:
        return Path(inspect.unwrap(self.body).__code__.co_filename)

    @property
    def judges(self) -> bool:
        """Whether only the scenario can judge what it sees: the model does not know upstream's shell."""
        return "stock" in self.needs

    @property
    def asked_for(self) -> "Scenario":
        """The same scenario, selected by name: it may take any time."""
        return replace(self, needs=tuple(each for each in self.needs if each != FAST_LINE))

    def obstacle(
        self,
        hello: Hello,
        ifaces: tuple[IfaceFacts, ...],
        profile: Profile,
        target: Target | None = None,
    ) -> str:
        """Return why this scenario cannot run on a device, or an empty string."""
        needs = Needs(self.needs, self.since, self.until)
        return needs.obstacle(hello, ifaces, profile, target)


def obstacle_everywhere(
    scenario: Scenario, devices: Iterable[tuple[Hello, tuple[IfaceFacts, ...], Profile]]
) -> str:
    """Return why none of some devices can run a scenario, or an empty string; also where there is no device."""
    obstacles = [scenario.obstacle(*device) for device in devices]
    return obstacles[0] if obstacles and all(obstacles) else ""


_REGISTRY: dict[str, Scenario] = {}


def scenario(
    name: str,
    *requirement_ids: str,
    needs: tuple[str, ...] = (),
    since: str = "P34",
    until: str = ORDER[-1],
) -> Callable[[Body], Body]:
    """Register a function as a scenario; the first line of its docstring is the title."""

    def register(body: Body) -> Body:
        ids = tuple(f"REQ-{each.removeprefix('REQ-')}" for each in requirement_ids)
        unknown = [each for each in ids if each not in requirements()]
        if unknown or name in _REGISTRY or not body.__doc__:
            raise HarnessError(
                f"scenario {name!r} has a duplicate name, an unknown requirement or no title",
                str(unknown),
            )
        title = body.__doc__.splitlines()[0].rstrip(".")
        used = tuple(each for each in families(body) if each not in needs)
        unusual = ("boot-trap", "boot-ready", *(("dad",) if "ipv6" in used else ()))
        usual = tuple(f"no-{each}" for each in unusual if each not in needs)
        profiles = current_name(since), current_name(until)
        _REGISTRY[name] = Scenario(name, title, ids, body, (*usual, *used, *needs), *profiles)
        return body

    return register


def registered() -> dict[str, Scenario]:
    """Return all scenarios by name, in the order of the files."""
    from . import scenarios  # noqa: F401, PLC0415  (importing them registers them)

    return dict(_REGISTRY)


def load(path: Path) -> list[Scenario]:
    """Register the scenarios of a user's file, and return them.

    Raises `BadInput` naming the file when it cannot be read or run, or has none; a mistake in a
    scenario's own code is told the same way when it runs.
    """
    with open_regular(path, "a file of scenarios"):
        pass  # a pipe would be waited for
    before = set(registered())
    spec = importlib.util.spec_from_file_location(f"scenarios_in_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BadInput("this is not a Python file", str(path))
    try:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    except (Exception, SystemExit) as error:
        raise BadInput(f"{path}: its scenarios cannot be loaded", _told(error)) from error
    new = [name for name in _REGISTRY if name not in before]
    if not new:
        remedy = "begin with 'cmhil new scenario NAME'"
        raise BadInput(f"{path}: no function is marked with @scenario", "none", remedy)
    for name in new:
        _REGISTRY[name] = replace(_REGISTRY[name], body=_guarded(_REGISTRY[name].body, path))
    return [_REGISTRY[name] for name in new]


def _guarded(body: Body, path: Path) -> Body:
    """Report mistakes in a user's scenario as the user's, not as ours."""

    @functools.wraps(body)
    def guarded(bench: Bench) -> None:
        try:
            body(bench)
        except ConnMgrHilError as error:
            if isinstance(error, IfaceLacking) or not isinstance(error, HarnessError | UsageError):
                raise
            where = f"{path}: scenario {body.__name__!r}: {error.wanted}"
            raise BadInput(where, error.seen, error.remedy) from error
        except (Exception, SystemExit) as error:
            where = f"{path}: the scenario '{body.__name__}' has a mistake"
            raise BadInput(where, _told(error)) from error

    return guarded


def _told(error: BaseException) -> str:
    if isinstance(error, ConnMgrHilError):
        return f"{error.wanted}: {error.seen}"
    return f"{type(error).__name__}: {error}"
