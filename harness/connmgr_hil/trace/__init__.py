"""Trace files: JSON Lines, written as things happen, read back strictly."""

from .anonymous import anonymized
from .finding import find_traces
from .reader import Trace, read_records, read_trace
from .writer import TraceWriter

__all__ = ["Trace", "TraceWriter", "anonymized", "find_traces", "read_records", "read_trace"]
