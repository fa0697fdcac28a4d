"""A card as it stands, what a person writes on it, and what may stand there. Read-only values. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from sempre.board.run import RunHead
from sempre.board.words import Column, Priority
from sempre.errors import InvalidError

_LABEL = re.compile(r"[^\x00-\x1f\x7f,]{1,40}")
_KEY = re.compile(r"[A-Z][A-Z0-9]{0,9}-[0-9]{1,12}")
_LONGEST_TITLE = 200
_LONGEST_DESCRIPTION = 100_000
_MOST_LABELS = 20
_MOST_NEEDS = 50
_MOST = 10**15
# What git and Claude Code take for orders.
_ORDERS = frozenset({".git", "git~1", ".claude", ".mcp.json"})


@dataclass(frozen=True, kw_only=True)
class CardText:
    """What a person writes on a card. `needs` are the ids of cards that must be done before it runs. `model` and the
    budget take the place of the board's; the budget is for one run. `spec_path` and `branch` are set by runs too."""

    title: str
    description: str = ""
    labels: tuple[str, ...] = ()
    priority: Priority = Priority.NONE
    needs: tuple[str, ...] = ()
    model: str | None = None
    budget_micros: int | None = None
    budget_tokens: int | None = None
    spec_path: str | None = None
    branch: str | None = None


@dataclass(frozen=True, kw_only=True)
class Card:
    """`rank` orders a column: digits that compare as text. `version` counts what people changed, moves included; a
    run that moves the card changes it not. `run` is the newest run; `images` are ids in the order they came. `done_at`: since
    when those that depend on it may run."""

    id: str
    board: str
    number: int
    key: str
    column: Column
    rank: str
    text: CardText
    images: tuple[str, ...] = ()
    version: int
    run: RunHead | None
    done_at: datetime | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str

    @property
    def channel(self) -> str:
        return channel_of(self.board, self.key)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which cards: each that is given must hold. `columns` empty: all but the archived. `text` is looked for in key,
    title, description and labels, every word of it. `states` are those of the newest run."""

    board: str | None = None
    columns: Sequence[Column] = ()
    text: str = ""
    labels: Sequence[str] = ()
    states: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a card is put: before or after another of that column, else at its end."""

    column: Column
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One thing that happened to a card. `version` is the card's after it. `kind` is an event kind."""

    id: str
    card_id: str
    at: datetime
    by: str
    kind: str
    version: int
    details: dict[str, object] = field(default_factory=dict[str, object])


def channel_of(board: str, key: str) -> str:
    """The channel that a card's stages are turns of."""
    return f"board:{board}/{key}"


def changed_fields(before: CardText, after: CardText) -> list[str]:
    return [
        each.name
        for each in fields(CardText)
        if getattr(before, each.name) != getattr(after, each.name)
    ]


def is_key(text: str) -> bool:
    """Whether it has the form SHOP-12; ids of cards never have."""
    return _KEY.fullmatch(text) is not None


def gives_orders(path: str) -> bool:
    """Whether git or Claude Code takes the file for orders and not for words. `path` begins at the repository."""
    parts = path.replace("\\", "/").split("/")
    return any(part.casefold().rstrip(". ") in _ORDERS for part in parts)


def check_text(text: CardText) -> None:
    """Raises InvalidError."""
    _require(
        0 < len(text.title.strip()) <= _LONGEST_TITLE and "\n" not in text.title,
        f"A card needs a title of one line, at most {_LONGEST_TITLE} characters.",
    )
    _require(
        len(text.description) <= _LONGEST_DESCRIPTION,
        f"The description has more than {_LONGEST_DESCRIPTION} characters; put the rest into a file of the repository.",
    )
    _require(
        len(text.labels) <= _MOST_LABELS and all(_LABEL.fullmatch(each) for each in text.labels),
        f"A card has at most {_MOST_LABELS} labels of 1 to 40 characters, without commas.",
    )
    _require(len(text.needs) <= _MOST_NEEDS, f"A card depends on at most {_MOST_NEEDS} others.")
    for amount in (text.budget_micros, text.budget_tokens):
        _require(
            amount is None or 0 <= amount <= _MOST,
            "A budget is from 0 to a billion dollars or 10^15 tokens.",
        )
    if text.spec_path is not None:
        _require(
            not text.spec_path.startswith(("/", "\\")) and ".." not in text.spec_path.split("/"),
            "A spec lies in the repository: give its path from there, without `..`.",
        )
        _require(
            not gives_orders(text.spec_path),
            "Git or Claude Code takes that file for orders, so it is no spec. Give it a place such as specs/shop.md.",
        )


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise InvalidError(message)
