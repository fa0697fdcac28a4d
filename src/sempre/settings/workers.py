"""Workers, what comes to them by itself, and rules for what they call."""

from typing import Literal

from pydantic import Field

from sempre.settings.section import Section

WORKER_NAME = r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"


class Schedule(Section):
    name: str = Field(
        pattern=WORKER_NAME, description="Names the schedule; unique within the worker."
    )
    every: str = Field(
        description='A time of day ("02:00"), an interval ("15m", "2h") or a cron line.'
    )
    prompt: str = Field(min_length=1, description="The prompt that comes by itself.")


class RuleSettings(Section):
    """A rule for tool calls; docs/policy.md says how rules are read. One that allows waits for a person's
    approval; the others hold at once."""

    verdict: Literal["allow", "ask", "deny"] = Field(
        description="What becomes of a call that fits; an empty condition fits every call."
    )
    channel: str = Field(default="", description="Such as `files:coder` or `files:*`.")
    tool: str = Field(default="", description="Such as `Bash` or `mcp__*`.")
    command: str = Field(
        default="", description="The first words of a command, such as `git push`."
    )
    path: str = Field(
        default="", description="Such as `docs/**` in the worker's directory, or `/srv/data/**`."
    )
    risk: Literal["", "low", "medium", "high"] = Field(
        default="", description="Allow up to this risk; ask or deny from this risk on."
    )
    note: str = Field(default="", description="Told to the model when the rule refuses.")


class WorkerSettings(Section):
    directory: str = Field(
        default="",
        description="Working directory; empty: `workspaces/<worker>` in the home. Another place "
        "waits for a person's approval.",
    )
    model: str = Field(default="", description="Model name or alias; empty: Claude Code's default.")
    effort: Literal["", "low", "medium", "high", "max"] = Field(
        default="", description="How hard the model thinks."
    )
    instructions: str = Field(default="", description="Added to Claude Code's own system prompt.")
    tools: tuple[str, ...] = Field(
        default=("Read", "Edit", "Write", "Bash", "Grep", "Glob"),
        description="Tools that exist for this worker; others than these wait for a person's approval.",
    )
    commands: tuple[str, ...] = Field(
        default=(),
        description="Commands allowed beside the default list, such as `pytest`; each waits for a person's approval.",
    )
    on_ask: Literal["wait", "deny", "allow"] = Field(
        default="wait",
        description="What becomes of a call that a person should decide: it waits for one, is refused, or is allowed "
        "(unattended; that waits for a person's approval).",
    )
    sandbox: bool = Field(
        default=False,
        description="Commands run in Claude Code's own sandbox (bubblewrap on Linux); without one that works the "
        "worker does not start.",
    )
    silence_seconds: float | None = Field(
        default=None, gt=0, description="Instead of turns.silence_seconds."
    )
    turn_seconds: float | None = Field(default=None, gt=0, description="Instead of turns.seconds.")
    schedule: tuple[Schedule, ...] = Field(
        default=(), description="Prompts that come by themselves."
    )
