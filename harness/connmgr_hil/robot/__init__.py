"""Robot Framework library: `Library    connmgr_hil.robot.ConnMgrLibrary`."""

from .library import ConnMgrLibrary

__all__ = ["ConnMgrLibrary"]
