"""The command line. One file per group of commands; each asks the running server, or works on the home's files."""

from sempre.cli.commands import main

__all__ = ["main"]
