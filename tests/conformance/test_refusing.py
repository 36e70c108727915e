"""Whose fault it is when a device refuses a command."""

import pytest

from connmgr_hil.conformance.refusing import insist_understood
from connmgr_hil.vocabulary.errors import NotUnderstood, WrongDevice
from connmgr_hil.vocabulary.observations import Reply


def answer(bad: str) -> Reply:
    return Reply(id=1, t=0, t0=0, status="-EINVAL", values={"bad": bad})


def test_an_iface_without_its_knobs_is_another_device() -> None:
    """Were it only not understood, all that needs the simulated implementation would be left out, and the rest conform."""
    with pytest.raises(WrongDevice, match="lists iface 2 with sim=1"):
        insist_understood(("sim", "2", "mode", "sync"), answer("iface"))


@pytest.mark.parametrize("bad", ["command", "value", "unsupported"])
def test_a_word_that_an_older_image_does_not_know(bad: str) -> None:
    with pytest.raises(NotUnderstood, match=f"bad={bad}"):
        insist_understood(("sim", "2", "mode", "sync"), answer(bad))
