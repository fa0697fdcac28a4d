"""Everything that can be set in one home."""

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from sempre.settings.care import AlertSettings, BackupSettings, RetentionSettings
from sempre.settings.serving import (
    DatabaseSettings,
    EngineSettings,
    EventSettings,
    LogSettings,
    ServerSettings,
    TelemetrySettings,
)
from sempre.settings.work import (
    ApprovalSettings,
    BudgetSettings,
    FileSettings,
    SessionSettings,
    TurnSettings,
)
from sempre.settings.workers import RuleSettings, WorkerSettings


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
