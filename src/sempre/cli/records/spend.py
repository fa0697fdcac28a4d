"""What was spent, and on what."""

from collections.abc import Sequence

from msgspec import Struct


class Spent(Struct, frozen=True):
    calls: int
    unknown_cost_calls: int
    cost_micros: int
    tokens: int


class SpentTurn(Struct, frozen=True):
    channel: str
    worker: str | None
    number: int
    prompt_head: str


class SpendItem(Spent, frozen=True):
    key: str
    turn: SpentTurn | None


class SpendReport(Struct, frozen=True):
    by: str
    total: Spent
    items: Sequence[SpendItem]
    next: str | None


class Forecast(Struct, frozen=True):
    cost_micros: int
    tokens: int


class SpendToday(Struct, frozen=True):
    total: Spent
    forecast: Forecast
    budget_micros: int | None
    budget_tokens: int | None
    used_ratio: float | None
