"""The short way to import the Robot Framework library: `Library    ConnMgrLibrary`."""

from connmgr_hil.robot import ConnMgrLibrary

__all__ = ["ConnMgrLibrary"]
