"""Budgets, and how much of each is spent."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct


class Budget(Struct, frozen=True):
    scope: str
    kind: str
    micros: int | None
    tokens: int | None
    warn_percent: int
    spent_micros: int | None
    spent_tokens: int | None
    reserved_micros: int
    reserved_tokens: int
    unknown_cost_calls: int
    used_ratio: float | None


class BudgetOverview(Struct, frozen=True):
    next_day_at: datetime
    items: Sequence[Budget]
    parked_turns: int
