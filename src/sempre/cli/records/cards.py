"""Cards."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from sempre.cli.records.executions import ExecutionSummary


class CardSummary(Struct, frozen=True, rename="camel"):
    id: str
    key: str
    board: str
    channel: str
    column: str
    title: str
    labels: Sequence[str]
    priority: str
    model: str | None
    spec_path: str | None
    branch: str | None
    images: int
    version: int
    created_at: datetime
    created_by: str
    run: ExecutionSummary | None


class Dependency(Struct, frozen=True, rename="camel"):
    key: str
    title: str
    column: str
    done: bool


class Card(CardSummary, frozen=True, rename="camel"):
    description: str
    dependencies: Sequence[Dependency]
