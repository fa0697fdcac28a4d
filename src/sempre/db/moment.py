"""A point in time as a column: microseconds since 1970 in UTC, the same and sortable on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(sa.TypeDecorator[datetime]):
    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> "_Read":
        # Not `process_result_value`, which two more functions stand around: a list reads thousands of them.
        return _moment


class _Read(Protocol):
    def __call__(self, value: int | None) -> datetime | None: ...


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(0, value // 1_000_000, value % 1_000_000)
