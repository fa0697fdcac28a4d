"""The prices that a person set."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from sempre.budgets.prices import Rates
from sempre.db import Session
from sempre.db.tables import prices

# Built once: it stands in the way of every call.
_EVERY = sa.select(prices).order_by(prices.c.model)


async def read_prices(session: Session) -> Mapping[str, Rates]:
    """The rows that a person set, by name or prefix."""
    rows = await session.execute(_EVERY)
    return {
        row.model: Rates(
            input=row.input_micros,
            output=row.output_micros,
            cache_read=row.cache_read_micros,
            cache_write=row.cache_write_micros,
            cache_write_hour=row.cache_write_hour_micros,
        )
        for row in rows
    }


async def write_price(session: Session, model: str, rates: Rates, at: datetime) -> None:
    await delete_price(session, model)
    await session.execute(
        prices.insert().values(
            model=model,
            input_micros=rates.input,
            output_micros=rates.output,
            cache_read_micros=rates.cache_read,
            cache_write_micros=rates.cache_write,
            cache_write_hour_micros=rates.cache_write_hour,
            changed_at=at,
        )
    )


async def delete_price(session: Session, model: str) -> bool:
    result = await session.execute(prices.delete().where(prices.c.model == model))
    return result.rowcount > 0
