"""Directives as values: what a person told the agent of a channel. Read-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Told:
    """None: as sempre.toml has it. Seconds; an empty model or effort is Claude Code's own default."""

    model: str | None = None
    effort: str | None = None
    instructions: str | None = None
    tools: tuple[str, ...] | None = None
    silence_seconds: float | None = None
    turn_seconds: float | None = None

    def narrowed(self, tools: Sequence[str]) -> tuple[str, ...]:
        """Those of the given tools that the person left it."""
        return tuple(tool for tool in tools if self.tools is None or tool in self.tools)


@dataclass(frozen=True, kw_only=True)
class Directive:
    """`version` counts the changes; 0: nobody said anything yet."""

    value: Told
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str | None = None
