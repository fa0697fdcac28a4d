"""Sempre: a self-hosted, stateful, always-on runtime for AI agents. Holds the version, nothing else."""

from importlib.metadata import version

__version__ = version("sempre")
