"""Runs a person's commands as an agent would answer: streamed, bounded, ended with all that they started."""

from sempre.agents.commands.agent import CommandAgent, Commands
from sempre.agents.commands.report import Report

__all__ = ["CommandAgent", "Commands", "Report"]
