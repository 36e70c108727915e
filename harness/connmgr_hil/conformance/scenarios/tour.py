"""The tour: every transition of the model, as generated commands (`connmgr_hil.conformance.touring`)."""

import re
import tomllib
from importlib import resources

from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.needs import FAST_LINE
from connmgr_hil.conformance.scenario import Body, scenario
from connmgr_hil.vocabulary.facts import ROLES


def _goes(title: str, commands: tuple[str, ...]) -> Body:
    def body(b: Bench) -> None:
        b.follow(commands)

    body.__doc__ = f"{title}."
    return body


_OF_THE_SAMPLE = re.compile(r"\b(?:sim|lose|fatal|l2-enable)\b")
"""Commands that only the sample application has, whatever iface they are given for; it is known by its iface A."""


def _needs(text: str) -> tuple[str, ...]:
    named = {*re.findall(r"\b[A-Z]\b", text)} & {*ROLES}
    letters = sorted(named | {"A"} if _OF_THE_SAMPLE.search(text) else named)
    families = tuple(f"ipv{each}" for each in "46" if f"addr{each}" in text)
    return (*letters, *families, FAST_LINE)


for _name, _part in tomllib.loads(
    resources.files("connmgr_hil.conformance").joinpath("tour.toml").read_text(encoding="utf-8")
).items():
    _commands = tuple(re.split(r"\s*\|\s*", _part["commands"].strip()))
    _register = scenario(
        f"tour-{_name}", *_part["requirements"].split(), needs=_needs(_part["commands"])
    )
    _register(_goes(_part["title"], _commands))
