"""How a channel wants Claude Code to be: asked for before each turn, so that a change counts from the next one."""

from dataclasses import dataclass
from pathlib import Path

TOOLS = ("Read", "Edit", "Write", "Bash", "Grep", "Glob", "Agent")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`tools` is what exists for the model; whether a call may run is the gate's affair."""

    directory: Path
    model: str = ""
    effort: str = ""
    instructions: str = ""
    tools: tuple[str, ...] = TOOLS
    silence_seconds: float = 300
    turn_seconds: float = 3600

    @property
    def launch(self) -> tuple[object, ...]:
        """What a running process cannot change any more: when it differs, the process is replaced."""
        return (
            self.directory,
            self.model,
            self.effort,
            self.instructions,
            self.tools,
            self.silence_seconds,
        )
