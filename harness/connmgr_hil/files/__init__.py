"""Files as a run needs them: atomic writes, bounded reads, a folder for each run."""

from .reading import open_regular, read_whole
from .replacing import replace_file
from .run_folder import LATEST, RunFolder

__all__ = ["LATEST", "RunFolder", "open_regular", "read_whole", "replace_file"]
