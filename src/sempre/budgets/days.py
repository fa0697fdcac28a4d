"""Days in the operator's time zone. They have 23, 24 or 25 hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sempre import clock


@dataclass(frozen=True)
class Day:
    date: date
    zone: tzinfo

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo) -> "Day":
        return cls(moment.astimezone(zone).date(), zone)

    @classmethod
    def today(cls, zone: tzinfo) -> "Day":
        return cls.of(clock.now(), zone)

    @property
    def began(self) -> datetime:
        """Its first moment. Where the clock is put forward at midnight, that is one o'clock."""
        return datetime.combine(self.date, time(), self.zone).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """The first moment of the next day."""
        return self.after(1).began

    def after(self, days: int) -> "Day":
        return Day(self.date + timedelta(days=days), self.zone)

    def __str__(self) -> str:
        return self.date.isoformat()
