"""What was spent, for people: by day, channel, model, agent or turn, today with its forecast, and row by row."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from sempre import clock
from sempre.budgets._store import reports as store
from sempre.budgets.days import Day
from sempre.budgets.forecast import Forecast, foresee, looks_back_to
from sempre.budgets.groups import Cursor, Group, Stretch
from sempre.budgets.spool import Spool
from sempre.budgets.totals import Totals
from sempre.db import Database
from sempre.errors import InvalidError

_USUAL_DAYS = 30
_MOST_DAYS = 3660
_YEARS = range(1970, 3000)
_PAGE = 250


@dataclass(frozen=True, kw_only=True)
class SpendItem:
    """`key` is a day, a channel, a model, an agent or a turn's id; empty: calls that belong to no turn."""

    key: str
    totals: Totals


@dataclass(frozen=True, kw_only=True)
class Hour:
    """What was spent in an hour of today."""

    began: datetime
    totals: Totals


@dataclass(frozen=True, kw_only=True)
class Today:
    day: Day
    totals: Totals
    forecast: Forecast
    hours: Sequence[Hour]


class Reports:
    """Days are those of `zone`, the operator's."""

    def __init__(self, db: Database, zone: tzinfo) -> None:
        self._db = db
        self.zone = zone

    def stretch(self, since: date | None, until: date | None, channel: str | None) -> Stretch:
        """Whole days, both included; the last thirty when nothing is said. Raises InvalidError."""
        last = Day(until, self.zone) if until else Day.today(self.zone)
        if not all(each is None or each.year in _YEARS for each in (since, until)):
            raise InvalidError("Name days of this age, such as 2026-03-01.")
        first = Day(since, self.zone) if since else last.after(1 - _USUAL_DAYS)
        if not 0 <= (last.date - first.date).days < _MOST_DAYS:
            raise InvalidError(
                f"Name a first day and a last day that is not before it, at most {_MOST_DAYS} days in all."
            )
        return Stretch(since=first.began, before=last.ends, channel=channel)

    async def whole(self, stretch: Stretch) -> Totals:
        async with self._db.scanning() as session:
            return await store.whole(session, stretch)

    async def page(
        self, group: Group, stretch: Stretch, *, after: str | None, limit: int
    ) -> tuple[Sequence[SpendItem], str | None]:
        """Days newest first, all else the dearest first; and the cursor of the next page. Raises InvalidError."""
        if group is Group.DAY:
            return await self._days(stretch, after, limit)
        cursor = Cursor.read(after) if after else None
        async with self._db.scanning() as session:
            found = await store.by_group(session, group, stretch, after=cursor, limit=limit + 1)
        items = [SpendItem(key=key, totals=totals) for key, totals in found[:limit]]
        if len(found) <= limit:
            return items, None
        return items, str(Cursor(micros=items[-1].totals.cost_micros, key=items[-1].key))

    async def today(self) -> Today:
        day, now = Day.today(self.zone), clock.now()
        stretch = Stretch(since=looks_back_to(day), before=day.ends)
        quarters: dict[datetime, Totals] = {}
        async with self._db.scanning() as session:
            async for part in store.by_quarter(session, stretch):
                quarters.update(part)
        spent = {quarter: totals.amount for quarter, totals in quarters.items()}
        of_today = {each: totals for each, totals in quarters.items() if each >= day.began}
        return Today(
            day=day,
            totals=sum(of_today.values(), Totals()),
            forecast=foresee(day, now, spent),
            hours=_hours(of_today),
        )

    async def rows(self, stretch: Stretch) -> AsyncGenerator[Mapping[str, object], None]:
        """Every call, oldest first. No transaction is open while one is given."""
        stretch = replace(stretch, before=min(stretch.before, clock.now()))
        last = stretch.since, ""
        while True:
            async with self._db.scanning() as session:
                page = await store.rows(session, stretch, after=last, limit=_PAGE)
            for row in page:
                yield dict(row)
            if len(page) < _PAGE:
                return
            last = page[-1]["started_at"], page[-1]["id"]

    async def items(self, group: Group, stretch: Stretch) -> AsyncGenerator[SpendItem, None]:
        """All of them in the order of the pages, summed once. No transaction is open while one is given."""
        if group is Group.DAY:
            for item in (await self._days(stretch, None, _MOST_DAYS))[0]:
                yield item
            return
        with Spool() as spool:
            async with self._db.scanning() as session:
                async for part in store.every_group(session, group, stretch):
                    spool.add(part)
            for part in spool.parts():
                for key, totals in part:
                    yield SpendItem(key=key, totals=totals)
                await asyncio.sleep(0)  # who takes them may never wait

    async def _days(
        self, stretch: Stretch, after: str | None, limit: int
    ) -> tuple[Sequence[SpendItem], str | None]:
        if after is not None:
            stretch = replace(stretch, before=min(stretch.before, _day(after, self.zone).began))
        by_day: dict[str, Totals] = {}
        async with self._db.scanning() as session:
            async for part in store.by_quarter(session, stretch):
                for quarter, totals in part:
                    day = str(Day.of(quarter, self.zone))
                    by_day[day] = by_day.get(day, Totals()) + totals
        items = [SpendItem(key=day, totals=totals) for day, totals in by_day.items()]
        return items[:limit], items[limit - 1].key if len(items) > limit else None


def _day(text: str, zone: tzinfo) -> Day:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in _YEARS:
        raise InvalidError("This is no cursor. Give `next` of the page before, as it was.")
    return Day(day, zone)


def _hours(quarters: Mapping[datetime, Totals]) -> Sequence[Hour]:
    hours: dict[datetime, Totals] = {}
    for quarter, totals in sorted(quarters.items()):
        hour = quarter.replace(minute=0)
        hours[hour] = hours.get(hour, Totals()) + totals
    return [Hour(began=hour, totals=totals) for hour, totals in hours.items()]
