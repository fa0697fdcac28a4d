"""Spending as CSV, a few lines at a time. Names come from outside (a model's, a channel's), and a spreadsheet must not
take one for a formula."""

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sempre.budgets import Group, Reports, Stretch, Totals

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_TOGETHER = 200
_CALL = (
    "started_at",
    "channel",
    "turn_id",
    "session_id",
    "agent",
    "model",
    "state",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_dollars",
)
_SUM = (
    "calls",
    "failed_calls",
    "unknown_cost_calls",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_dollars",
)


class Sheet(StrEnum):
    """What stands in a line."""

    CALL = "call"
    DAY = "day"
    CHANNEL = "channel"
    MODEL = "model"
    AGENT = "agent"
    TURN = "turn"


async def lines(reports: Reports, by: Sheet, stretch: Stretch) -> AsyncIterator[bytes]:
    """The file, head line first."""
    yield _written([_CALL if by is Sheet.CALL else (by.value, *_SUM)])
    held: list[Iterable[object]] = []
    # Closed at once when nobody wants more, not when it is collected: it holds a connection or a file.
    async with aclosing(_rows(reports, by, stretch)) as rows:
        async for row in rows:
            held.append(row)
            if len(held) == _TOGETHER:
                yield _written(held)
                held.clear()
    if held:
        yield _written(held)


async def _rows(
    reports: Reports, by: Sheet, stretch: Stretch
) -> AsyncGenerator[Iterable[object], None]:
    if by is Sheet.CALL:
        async with aclosing(reports.rows(stretch)) as calls:
            async for call in calls:
                yield _call(call)
        return
    async with aclosing(reports.items(Group(by.value), stretch)) as items:
        async for item in items:
            yield (item.key, *_sum(item.totals))


def harmless(value: object) -> str:
    """A cell that a spreadsheet shows and does not reckon with."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _written(rows: Iterable[Iterable[object]]) -> bytes:
    page = io.StringIO()
    csv.writer(page, lineterminator="\r\n").writerows(
        [harmless(cell) for cell in row] for row in rows
    )
    return page.getvalue().encode()


def _call(row: Mapping[str, object]) -> list[object]:
    started, cost = row["started_at"], row["cost_micros"]
    told = {
        **row,
        "started_at": started.isoformat() if isinstance(started, datetime) else "",
        "cost_dollars": _dollars(cost) if isinstance(cost, int) else "",
    }
    return [told[name] for name in _CALL]


def _sum(totals: Totals) -> list[object]:
    return [
        totals.calls,
        totals.failed,
        totals.unknown_calls,
        totals.input_tokens,
        totals.output_tokens,
        totals.cache_read_tokens,
        totals.cache_write_tokens,
        _dollars(totals.cost_micros),
    ]


def _dollars(micros: int) -> str:
    """Exactly, to the millionth."""
    return f"{Decimal(micros) / 1_000_000:.6f}"
