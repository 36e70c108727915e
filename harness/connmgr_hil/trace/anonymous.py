"""Removes from a trace what it reveals about the machine that recorded it."""

from pathlib import Path, PurePath

import msgspec
from msgspec import structs

from connmgr_hil.files import read_whole, replace_file
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.observations import Header, Provenance

_MOST_BYTES = 1_000_000_000


def anonymized(path: Path) -> bool:
    """Rewrite a trace without host, paths and command line; tell whether there were any. Raises `BadInput` for what is no trace."""
    first, feed, rest = read_whole(path, "a trace", _MOST_BYTES).partition(b"\n")
    try:
        header = msgspec.json.decode(first, type=Header)
    except msgspec.DecodeError as error:
        raise BadInput(f"{path}:1 is not the header of a trace", str(error)) from error
    if header.origin is None or header.origin == _without_place(header.origin):
        return False
    header = structs.replace(header, origin=_without_place(header.origin))
    replace_file(path, msgspec.json.encode(header) + feed + rest)
    return True


def _without_place(origin: Provenance) -> Provenance:
    image = PurePath(origin.image).name
    return structs.replace(origin, image=image, zephyr="", host="", command=(), device=())
