"""The command line. Only this floor prints."""

from pellucid.cli.main import main

__all__ = ["main"]
