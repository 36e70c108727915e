"""The command `cmhil`."""

from .main import main

__all__ = ["main"]
