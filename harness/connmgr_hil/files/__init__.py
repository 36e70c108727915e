"""Files as a run needs them: written whole or not at all, read within bounds, a folder for each run."""

from .reading import open_regular, read_whole
from .replacing import replace_file
from .run_folder import RunFolder

__all__ = ["RunFolder", "open_regular", "read_whole", "replace_file"]
