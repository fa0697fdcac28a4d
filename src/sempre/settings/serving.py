"""Where pages are served and data lies, and what the process tells of itself. Read at start only."""

from datetime import tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from sempre import clock
from sempre.settings.section import Section, http_address


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
        return http_address(address)
