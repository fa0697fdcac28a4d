"""What a day will have cost at its end. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sempre.budgets.amounts import Amount
from sempre.budgets.days import Day

_DAYS = 14  # so far back
_ENOUGH = 3  # days with any spending
_HOURS = timedelta(hours=3)


class Method(StrEnum):
    """How it was reckoned."""

    PROFILE = "profile"  # spent so far, and what recent days spent after this time of day
    RATE = "rate"  # spent so far, and the last hours' rate until the day's end


@dataclass(frozen=True, kw_only=True)
class Forecast:
    amount: Amount
    method: Method


def looks_back_to(today: Day) -> datetime:
    return today.after(-_DAYS).began


def foresee(today: Day, now: datetime, spent: Mapping[datetime, Amount]) -> Forecast:
    """`spent` is by the beginning of each quarter of an hour, since `looks_back_to`."""
    so_far = _sum(spent, today.began, today.ends)
    earlier = [today.after(-days) for days in range(1, _DAYS + 1)]
    busy = [day for day in earlier if _sum(spent, day.began, day.ends) != Amount()]
    if len(busy) >= _ENOUGH:
        rests = [_sum(spent, _same_time(now, today, day), day.ends) for day in busy]
        return Forecast(amount=so_far + _mean(rests), method=Method.PROFILE)
    return Forecast(amount=so_far + _at_this_rate(today, now, spent), method=Method.RATE)


def _at_this_rate(today: Day, now: datetime, spent: Mapping[datetime, Amount]) -> Amount:
    since = max(now - _HOURS, today.began)
    lately = _sum(spent, since, now)
    passed = max((now - since).total_seconds(), 900.0)  # else the first minutes would say all
    share = (today.ends - now).total_seconds() / passed
    return Amount(micros=round(lately.micros * share), tokens=round(lately.tokens * share))


def _same_time(now: datetime, today: Day, day: Day) -> datetime:
    """Where that day stood when as much of it had passed, within its own length."""
    return min(day.began + (now - today.began), day.ends)


def _sum(spent: Mapping[datetime, Amount], since: datetime, before: datetime) -> Amount:
    total = Amount()
    for quarter, amount in spent.items():
        if since <= quarter < before:
            total += amount
    return total


def _mean(amounts: Sequence[Amount]) -> Amount:
    total = sum(amounts, Amount())
    return Amount(
        micros=round(total.micros / len(amounts)), tokens=round(total.tokens / len(amounts))
    )
