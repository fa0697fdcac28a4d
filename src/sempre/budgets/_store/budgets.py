"""The budgets that a person set, and which warnings were given."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.budgets.amounts import Limit
from sempre.budgets.budget import Budget
from sempre.budgets.scopes import BudgetScope
from sempre.db import Session
from sempre.db.tables import budget_warnings, budgets

# Built once: it stands in the way of every turn.
_EVERY = sa.select(budgets).order_by(budgets.c.scope)


async def read(session: Session) -> Mapping[BudgetScope, Budget]:
    rows = await session.execute(_EVERY)
    return {
        (scope := BudgetScope.read(row.scope)): Budget(
            scope=scope,
            limit=Limit(micros=row.micros, tokens=row.tokens),
            warn_percent=row.warn_percent,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )
        for row in rows
    }


async def write(session: Session, budget: Budget) -> None:
    await delete(session, budget.scope)
    await session.execute(
        budgets.insert().values(
            scope=str(budget.scope),
            micros=budget.limit.micros,
            tokens=budget.limit.tokens,
            warn_percent=budget.warn_percent,
            changed_at=budget.changed_at,
            changed_by=budget.changed_by,
        )
    )


async def delete(session: Session, scope: BudgetScope) -> bool:
    result = await session.execute(budgets.delete().where(budgets.c.scope == str(scope)))
    return result.rowcount > 0


async def mark_warned(session: Session, scope: str, day: str, level: str, at: datetime) -> bool:
    """False when it was given before."""
    insert = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    result = await session.execute(
        insert(budget_warnings)
        .values(scope=scope, day=day, level=level, at=at)
        .on_conflict_do_nothing()
        .returning(budget_warnings.c.scope)  # the count of rows is not told of every insert
    )
    return result.one_or_none() is not None
