"""What a person can set: from `sempre.toml` in the home, overruled by SEMPRE_<SECTION>__<NAME> in the environment.

Read in `app` and `cli` only; everybody else is given what they need. docs/reference/settings.md is checked
against these classes.
"""

import os
import tomllib
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from sempre import clock, schedule
from sempre.errors import MisconfiguredError

FILE_NAME = "sempre.toml"
WORKER_NAME = r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSettings(Section):
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8377, ge=0, le=65535, description="Port; a taken one moves to the next free one."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Host names, beside localhost, under which browsers may reach the dashboard.",
    )
    grace_seconds: float = Field(
        default=20, ge=0, description="How long running turns may finish when Sempre stops."
    )
    language: Literal["en", "pt-BR"] = Field(
        default="en", description="Language of the demo and of messages to people."
    )
    time_zone: str = Field(
        default="", description="IANA zone for schedules and days, empty for the machine's own."
    )

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone) if self.time_zone else clock.machine_zone()

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name and name not in available_timezones():
            raise ValueError(f"{name!r} is no time zone; America/Sao_Paulo is one")
        return name


class DatabaseSettings(Section):
    url: str = Field(
        default="",
        description="`postgresql://…` for several machines; empty for an embedded database in the home. "
        "SEMPRE_DATABASE_URL is short for its name in the environment.",
    )


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


class EventSettings(Section):
    flush_ms: int = Field(
        default=20, ge=1, description="Events are written in batches, at least this often."
    )
    coalesce_ms: int = Field(
        default=50,
        ge=1,
        le=1000,
        description="A watching page gets at most one frame in this time.",
    )
    retention_days: int = Field(
        default=90, ge=1, description="Events of ended turns are kept for so long."
    )
    compress_days: int = Field(
        default=7,
        ge=0,
        description="The log of a turn that ended so long ago is compressed; it reads the same.",
    )


class EngineSettings(Section):
    beat_seconds: float = Field(
        default=5, gt=0, description="On Postgres: how often a process says that it lives."
    )
    dead_after_seconds: float = Field(
        default=45, gt=0, description="On Postgres: a silent process is dead after this."
    )
    retention_days: int = Field(
        default=7, ge=0, description="Finished workflows are kept in the engine for so long."
    )


class BackupSettings(Section):
    every: str = Field(
        default="03:00",
        description='When one is made by itself: a time of day ("03:00"), an interval ("6h") or a cron line.',
    )
    keep: int = Field(default=14, ge=1, description="So many backups are kept.")

    @field_validator("every")
    @classmethod
    def _is_a_schedule(cls, every: str) -> str:
        try:
            schedule.parse(every, UTC)
        except MisconfiguredError as error:
            raise ValueError(error.message) from error
        return every


class RetentionSettings(Section):
    """What has settings elsewhere: events.retention_days, engine.retention_days, backups.keep, log.keep."""

    turns_days: int = Field(
        default=0,
        ge=0,
        description="Turns with their prompts and answers are kept for so long after they ended; 0: for ever. "
        "Dead letters that wait keep their turn.",
    )
    ledger_days: int = Field(
        default=0, ge=0, description="Booked model calls are kept for so long; 0: for ever."
    )
    dead_letters_days: int = Field(
        default=90,
        ge=1,
        description="Dead letters that were retried or purged are kept for so long.",
    )
    audit_days: int = Field(
        default=0,
        ge=0,
        description="The audit trail is kept for so long, then a signed checkpoint stands for it; 0: for ever.",
    )
    alerts_days: int = Field(
        default=90, ge=1, description="Alerts that have ended are kept for so long."
    )
    profiles: int = Field(
        default=20, ge=1, description="So many files of `sempre profile` are kept."
    )


class LogSettings(Section):
    max_mb: int = Field(
        default=20,
        ge=1,
        description="The log file is put aside and compressed at this size, in MB.",
    )
    keep: int = Field(default=10, ge=1, description="So many older log files are kept.")


class TelemetrySettings(Section):
    otlp_endpoint: str = Field(
        default="",
        description="Where traces go, one a turn, such as `http://localhost:4318/v1/traces` (OTLP over HTTP, "
        "protobuf); empty: nowhere.",
    )

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        return _http_address(address)


class AlertSettings(Section):
    every_seconds: float = Field(default=30, gt=0, description="How often the rules look.")
    queue_minutes: float = Field(
        default=30, gt=0, description="A turn that waits for longer raises an alert."
    )
    failure_percent: int = Field(
        default=50, ge=1, le=100, description="So many of the ended turns failed raises an alert,"
    )
    failure_turns: int = Field(default=5, ge=1, description="when at least so many turns ended")
    failure_minutes: float = Field(default=60, gt=0, description="in so many minutes.")
    approval_minutes: float = Field(
        default=30, gt=0, description="An approval that waits for longer raises an alert."
    )
    disk_free_mb: int = Field(
        default=1000, ge=0, description="Less free disk space than this raises an alert."
    )
    backup_grace_minutes: float = Field(
        default=60, ge=0, description="A backup may be so late before it raises an alert."
    )
    provider_failures: int = Field(
        default=3,
        ge=1,
        description="So many attempts broke on the provider, and none was answered,",
    )
    provider_minutes: float = Field(default=10, gt=0, description="in so many minutes.")
    cooldown_minutes: float = Field(
        default=30,
        ge=0,
        description="The same alert is told to the webhook again only after so long.",
    )
    webhook_url: str = Field(
        default="",
        description="Where alerts and their end are sent, signed; empty: nowhere.",
    )
    webhook_attempts: int = Field(
        default=10, ge=1, description="Attempts at telling it before a notice is given up."
    )

    @field_validator("webhook_url")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        return _http_address(address)


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
        description="Working directory; empty: `workspaces/<worker>` in the home. A place outside of `workspaces/` "
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


class Settings(BaseSettings):
    """Everything that can be set. An unknown name is an error, so that a typing mistake is not silence."""

    model_config = SettingsConfigDict(
        env_prefix="SEMPRE_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    server: ServerSettings = Field(default_factory=lambda: ServerSettings())
    database: DatabaseSettings = Field(default_factory=lambda: DatabaseSettings())
    sessions: SessionSettings = Field(default_factory=lambda: SessionSettings())
    turns: TurnSettings = Field(default_factory=lambda: TurnSettings())
    files: FileSettings = Field(default_factory=lambda: FileSettings())
    budgets: BudgetSettings = Field(default_factory=lambda: BudgetSettings())
    approvals: ApprovalSettings = Field(default_factory=lambda: ApprovalSettings())
    events: EventSettings = Field(default_factory=lambda: EventSettings())
    engine: EngineSettings = Field(default_factory=lambda: EngineSettings())
    backups: BackupSettings = Field(default_factory=lambda: BackupSettings())
    retention: RetentionSettings = Field(default_factory=lambda: RetentionSettings())
    log: LogSettings = Field(default_factory=lambda: LogSettings())
    telemetry: TelemetrySettings = Field(default_factory=lambda: TelemetrySettings())
    alerts: AlertSettings = Field(default_factory=lambda: AlertSettings())
    rules: tuple[RuleSettings, ...] = Field(
        default=(), description="Rules for tool calls, after those that a person laid down."
    )
    workers: dict[str, WorkerSettings] = Field(default_factory=dict[str, WorkerSettings])

    def worker(self, name: str) -> WorkerSettings:
        return self.workers.get(name) or WorkerSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def load(home: Path) -> Settings:
    """The settings of this home. Raises MisconfiguredError with the place and the remedy."""
    path = home / FILE_NAME
    try:
        written: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
        if short := os.environ.get("SEMPRE_DATABASE_URL"):
            written["database"] = {**written.get("database", {}), "url": short}
        return Settings(**written)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MisconfiguredError(
            f"{path} is not valid TOML: {error}.", remedy="Correct that line and start again."
        ) from error
    except ValidationError as error:
        raise MisconfiguredError(
            f"{path} or the environment sets what Sempre does not understand: {_explain(error)}.",
            remedy="docs/reference/settings.md lists every setting.",
        ) from error


def _http_address(address: str) -> str:
    """Empty, or an address that may stand in a log: no name or password in it."""
    if not address:
        return address
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ValueError("it must begin with http:// or https://, and hold no name or password")
    return address


def _explain(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg'].lower()}"
        for problem in error.errors()
    )
