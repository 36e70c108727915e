"""Describes where evidence comes from."""

import shlex
from collections.abc import Iterator

from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.observations import Provenance


def in_words(origin: Provenance, tool: str = "") -> dict[str, str]:
    """Return what is known of where evidence comes from: the image, the Zephyr tree and the run, each in a line."""
    told = {
        "image": ", ".join(_image(origin)),
        "zephyr": ", ".join(_zephyr(origin)),
        "run": ", ".join(filter(None, (tool, origin.host and f"on {origin.host}", origin.date))),
        "command": shlex.join(origin.command),
    }
    return {name: on_one_line(text) for name, text in told.items() if text}


def _image(origin: Provenance) -> Iterator[str]:
    if origin.image:
        yield origin.image
        yield f"SHA-256 {origin.digest[:16]}"
        yield f"built {origin.built}"


def _zephyr(origin: Provenance) -> Iterator[str]:
    if origin.release:
        yield f"{origin.release} at {origin.zephyr}" if origin.zephyr else origin.release
        yield f"commit {origin.commit[:12]}" if origin.commit else "no git"
        if origin.changed:
            yield "with changes that are not committed"
