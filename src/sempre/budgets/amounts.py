"""Money and tokens together, and limits on them. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from sempre.contract.messages import Usage


@dataclass(frozen=True, kw_only=True)
class Amount:
    """What was spent: micro-dollars as far as prices are known, and every token that was counted, cache included."""

    micros: int = 0
    tokens: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(micros=self.micros + other.micros, tokens=self.tokens + other.tokens)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What may be spent. None: without limit in that unit."""

    micros: int | None = None
    tokens: int | None = None

    @property
    def is_none(self) -> bool:
        return self.micros is None and self.tokens is None

    def allows_more_than(self, spent: Amount) -> bool:
        """Whether something is left in every unit that is limited."""
        return (self.micros is None or spent.micros < self.micros) and (
            self.tokens is None or spent.tokens < self.tokens
        )

    def after(self, spent: Amount) -> "Limit":
        """What is left, not below nothing."""
        return Limit(
            micros=_left(self.micros, spent.micros), tokens=_left(self.tokens, spent.tokens)
        )

    def plus(self, spent: Amount) -> "Limit":
        return Limit(
            micros=None if self.micros is None else self.micros + spent.micros,
            tokens=None if self.tokens is None else self.tokens + spent.tokens,
        )

    def least(self, other: "Limit") -> "Limit":
        return Limit(
            micros=_of(min, self.micros, other.micros), tokens=_of(min, self.tokens, other.tokens)
        )

    def most(self, other: "Limit") -> "Limit":
        return Limit(
            micros=_most(self.micros, other.micros), tokens=_most(self.tokens, other.tokens)
        )

    def is_wider_than(self, other: "Limit") -> bool:
        """Whether it allows more in some unit."""
        return _wider(self.micros, other.micros) or _wider(self.tokens, other.tokens)

    def ratio(self, spent: Amount) -> float | None:
        """The used part, in the unit that is nearer to its end; None when nothing is limited."""
        parts = [
            1.0 if limit == 0 else used / limit
            for limit, used in ((self.micros, spent.micros), (self.tokens, spent.tokens))
            if limit is not None
        ]
        return max(parts, default=None)


def tokens_of(usage: Usage) -> int:
    """Every kind counts the same, as the provider counts them."""
    return (
        usage.input_tokens
        + usage.output_tokens
        + usage.cache_read_tokens
        + usage.cache_write_tokens
    )


def _left(limit: int | None, spent: int) -> int | None:
    return None if limit is None else max(limit - spent, 0)


def _of(choose: Callable[[int, int], int], one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return choose(one, other)


def _most(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def _wider(one: int | None, other: int | None) -> bool:
    return other is not None and (one is None or one > other)
