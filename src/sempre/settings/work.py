"""How turns are taken in, tried and held, and what they may cost."""

from pydantic import Field

from sempre.settings.section import Section


class SessionSettings(Section):
    alive: int = Field(default=8, ge=1, description="Claude Code processes alive at once.")
    starting: int = Field(default=2, ge=1, description="Claude Code processes starting at once.")
    idle_seconds: float = Field(
        default=600, gt=0, description="An idle process is stopped after this; its session stays."
    )
    recycle_turns: int = Field(
        default=200, ge=1, description="A process is replaced after this many turns."
    )
    recycle_mb: int = Field(
        default=400, ge=100, description="A process is replaced when it takes more memory, in MB."
    )


class TurnSettings(Section):
    attempts: int = Field(
        default=5, ge=1, description="Attempts at a turn before it becomes a dead letter."
    )
    transient_attempts: int = Field(
        default=20,
        ge=1,
        description="The same for overload and network errors, which pass by themselves.",
    )
    backoff_seconds: float = Field(
        default=2, gt=0, description="Wait before the second attempt; doubles each time."
    )
    backoff_cap_seconds: float = Field(default=300, gt=0, description="The longest such wait.")
    silence_seconds: float = Field(
        default=300, gt=0, description="An attempt that says nothing for so long is broken off."
    )
    seconds: float = Field(default=3600, gt=0, description="The longest that one attempt may take.")
    provider_retries: int = Field(
        default=4, ge=0, description="How often Claude Code itself tries one model call again."
    )


class BudgetSettings(Section):
    """What holds until a person sets something else in the dashboard, with `sempre budget` or over the API."""

    day_dollars: float | None = Field(
        default=None,
        ge=0,
        description="All of a day, in the operator's time zone; empty: no limit.",
    )
    day_tokens: int | None = Field(
        default=None, ge=0, description="The same in tokens of any kind."
    )
    channel_dollars: float | None = Field(
        default=None, ge=0, description="A day of each channel; empty: no limit."
    )
    channel_tokens: int | None = Field(
        default=None, ge=0, description="The same in tokens of any kind."
    )
    turn_dollars: float | None = Field(
        default=None, ge=0, description="Each turn, on one day; empty: no limit."
    )
    turn_tokens: int | None = Field(
        default=None, ge=0, description="The same in tokens of any kind."
    )
    warn_percent: int = Field(
        default=80, ge=1, le=100, description="A budget that is used so far is told as a warning."
    )


class FileSettings(Section):
    max_prompt_bytes: int = Field(
        default=1_048_576, ge=1, description="A larger prompt file is refused."
    )
    rescan_seconds: float = Field(
        default=5, gt=0, description="How often `.queue/` is looked through beside the watch."
    )
    keep_done: bool = Field(
        default=False, description="Keep the files of answered prompts in `.done/`."
    )


class ApprovalSettings(Section):
    wait_seconds: float = Field(
        default=5,
        ge=0,
        le=300,
        description="So long Claude Code is held at a call that a person must decide, so that whoever is there "
        "decides at once; then the turn waits without a process.",
    )
    expire_seconds: float = Field(
        default=86_400, gt=0, description="A call that nobody has decided is refused after this."
    )
