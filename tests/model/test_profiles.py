"""Which semantics follow from what a device says of itself."""

import dataclasses

import pytest
from msgspec import structs

from connmgr_hil.model import PROFILES, profile_for, profile_named, profile_of
from connmgr_hil.vocabulary.errors import UsageError
from model.play import world

RELEASES = {
    "3.4": "P34", "3.6.1": "P34", "3.7": "P37", "4.1": "P37", "4.2.0": "P42", "4.3": "P43",
    "4.4": "P44", "4.4.1": "P44", "4.5": "P45", "5.0": "P45",
}  # fmt: skip


@pytest.mark.parametrize(("release", "name"), RELEASES.items())
def test_a_profile_follows_from_the_release(release: str, name: str) -> None:
    assert profile_for(release).name == name


@pytest.mark.parametrize("release", ["3.3", "2.7.1", "4", "main"])
def test_what_is_no_release_with_a_connection_manager_is_refused(release: str) -> None:
    with pytest.raises(UsageError):
        profile_for(release)


def test_4_4_is_as_4_3_for_all_that_can_be_seen() -> None:
    renamed = dataclasses.replace(PROFILES["P43"], name="P44", since=(4, 4))
    assert renamed == PROFILES["P44"]


def test_the_old_name_of_p45_is_understood() -> None:
    assert profile_named("P26") is PROFILES["P45"]
    assert profile_named("P44") is PROFILES["P44"]
    assert profile_named("P99") is None


@pytest.mark.parametrize(
    ("app", "zephyr", "connmgr", "name"),
    [
        ("1.0.0", "4.4.0", "4.4", "P44"),
        ("1.0.0", "3.4.99", "4.4", "P44"),
        ("1.1.0", "4.1.99", "4.4", "P44"),  # a back-port, named by its build
        ("1.0.0", "4.1.99", "4.4", "P45"),  # known by NO_CONFIGURATION, when that had no release
        ("1.0.0", "4.1.99", "4.3", "P43"),
        ("1.1.0", "4.4.99", "4.5", "P45"),
    ],
)
def test_an_old_probe_called_the_state_of_4_5_4_4(
    app: str, zephyr: str, connmgr: str, name: str
) -> None:
    hello = structs.replace(world().hello, app=app, zephyr=zephyr, connmgr=connmgr)
    assert profile_of(hello).name == name
