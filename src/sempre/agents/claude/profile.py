"""How a channel wants Claude Code to be: asked for before each turn, so that a change counts from the next one."""

from dataclasses import dataclass
from pathlib import Path

from sempre.agents.claude.brought import Brought

TOOLS = ("Read", "Edit", "Write", "Bash", "Grep", "Glob", "Agent")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`tools` is what exists for the model; whether a call may run is the gate's affair. `trusted` is the hash of what
    a person trusts the folder to bring (settings, hooks, CLAUDE.md); empty: nothing of it is loaded. `brought` is what
    another folder, which a person trusts, gives instead. In the sandbox commands can neither read nor change what is
    `hidden`.
    """

    directory: Path
    model: str = ""
    effort: str = ""
    instructions: str = ""
    tools: tuple[str, ...] = TOOLS
    trusted: str = ""
    brought: Brought | None = None
    sandbox: bool = False
    hidden: tuple[str, ...] = ()
    silence_seconds: float = 300
    turn_seconds: float = 3600

    @property
    def told(self) -> str:
        """The project's instructions, then a person's."""
        both = (self.brought.instructions if self.brought else "", self.instructions)
        return "\n\n".join(each for each in both if each)

    @property
    def launch(self) -> tuple[object, ...]:
        """What a running process cannot change any more: when it differs, the process is replaced."""
        return (
            self.directory,
            self.model,
            self.effort,
            self.told,
            self.tools,
            self.trusted,
            self.brought and self.brought.contents,
            self.sandbox,
            self.hidden,
            self.silence_seconds,
        )
