"""Boards, and what is wrong with one."""

from collections.abc import Mapping, Sequence

from msgspec import Struct


class StageTuning(Struct, frozen=True):
    model: str | None
    effort: str | None
    instructions: str
    budget_micros: int | None
    budget_tokens: int | None
    wip: int | None


class Board(Struct, frozen=True):
    id: str
    prefix: str
    name: str
    repository: str
    base: str
    setup: Sequence[str]
    test: Sequence[str]
    stages: Mapping[str, StageTuning]
    wip: int
    worktree: bool
    approve_plan: bool
    test_rounds: int
    review_rounds: int
    test_seconds: float
    version: int
    cards: Mapping[str, int]


class Finding(Struct, frozen=True):
    check: str
    level: str
    message: str
    remedy: str | None
