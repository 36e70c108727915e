"""Begins traces: the one place where a header is made, with the limits by which it is judged."""

from pathlib import Path

from msgspec import structs

from connmgr_hil import __version__
from connmgr_hil.checker import Limits
from connmgr_hil.targets import Target
from connmgr_hil.toolchain.provenance import provenance
from connmgr_hil.trace import TraceWriter
from connmgr_hil.vocabulary.observations import AnyRecord, Header


def limits_for(target: Target) -> Limits:
    """Return how exactly times are judged on a target."""
    late = round(target.platform.time.tolerance_seconds * 1e6)
    return Limits(late=late, jitter=0 if target.granted else 50_000)


def begin_trace(
    path: Path, target: Target, about: Header | None = None
) -> tuple[TraceWriter, AnyRecord]:
    """Create a trace of a target, and return its writer and the header as written.

    `about` tells what the run is for; tool, target and tolerances are filled in here. Raises `RigFault`
    when the file cannot be written.
    """
    limits = limits_for(target)
    header = structs.replace(
        about or Header(),
        tool=f"connmgr-hil {__version__}",
        target=target.name,
        platform=target.platform.name,
        late=limits.late,
        jitter=limits.jitter,
        origin=provenance(target),
    )
    writer = TraceWriter(path)
    try:
        return writer, writer.write(header)
    except BaseException:
        writer.close()
        raise
