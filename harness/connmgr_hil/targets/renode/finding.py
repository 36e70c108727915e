"""Where Renode is on this machine."""

import os
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

PYRENODE_VARIABLES = ("PYRENODE_PKG", "PYRENODE_BUILD_DIR", "PYRENODE_BIN")
"""What tells pyrenode3 which Renode to load; at most one may be set."""


def find_renode(environment: Mapping[str, str] | None = None) -> str | None:
    """Return Renode: what RENODE_PATH names (program or its folder), else the one on PATH."""
    environment = os.environ if environment is None else environment
    if named := environment.get("RENODE_PATH"):
        path = Path(named).expanduser()
        return shutil.which("renode", path=str(path)) if path.is_dir() else shutil.which(str(path))
    return shutil.which("renode")


def pyrenode_place() -> str:
    """Return where pyrenode3 is installed, empty for nowhere; importing it would start Renode."""
    found = find_spec("pyrenode3")
    return str(found.origin or "") if found is not None else ""
