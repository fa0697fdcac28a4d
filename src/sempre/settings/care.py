"""What looks after a home: backups, how long things are kept, alerts."""

from datetime import UTC, tzinfo

from pydantic import Field, field_validator

from sempre import schedule
from sempre.errors import MisconfiguredError
from sempre.schedule import Schedule
from sempre.settings.section import Section, http_address

OFF = "off"


class BackupSettings(Section):
    every: str = Field(
        default="03:00",
        description='When one is made by itself: a time of day ("03:00"), an interval ("6h"), a cron line, '
        'or "off".',
    )
    keep: int = Field(default=14, ge=1, description="So many backups are kept.")
    before_changes: bool = Field(
        default=True,
        description="A copy is made before a migration and before the key is changed, and without it neither is done; "
        "false: go without.",
    )
    pg_bin: str = Field(
        default="",
        description="For a home on Postgres: the folder of `pg_dump`, `pg_restore` and `psql`, of the server's major "
        "version or newer; empty: those on the PATH.",
    )

    @field_validator("every")
    @classmethod
    def _is_a_schedule(cls, every: str) -> str:
        try:
            if every != OFF:
                schedule.parse(every, UTC)
        except MisconfiguredError as error:
            raise ValueError(error.message) from error
        return every

    def plan(self, zone: tzinfo) -> Schedule | None:
        """None: none is made by itself."""
        return None if self.every == OFF else schedule.parse(self.every, zone)


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
    kept_work_days: int = Field(
        default=90,
        ge=0,
        description="Files that were not committed when a card was merged are kept in its repository for so long "
        "after, and until it is archived; 0: for ever.",
    )
    profiles: int = Field(
        default=20, ge=1, description="So many files of `sempre profile` are kept."
    )


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
        return http_address(address)
