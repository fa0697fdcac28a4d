"""What a call costs: the shipped price list, the rows a person set instead, and the sum. Pure but for one file.

Money is integer micro-dollars; rates are micro-dollars for a million tokens. A call is rounded once, half up.
A model without a price has no cost: nothing is guessed from a name that merely looks alike.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

from sempre.contract.gate import Extras
from sempre.contract.messages import Usage
from sempre.errors import InvalidError

_MICROS = 1_000_000
_MILLION = 1_000_000
_SEARCH = 10_000  # micro-dollars a web search, where a person's row says nothing of it
_US_ONLY = (11, 10)
_OWN_NAME = re.compile(r"[^\s*]{1,200}\*?")

# What surrounds a model's plain name at other providers, and the date of its release.
_BEFORE = re.compile(r"^(?:[a-z-]+\.)?anthropic[./]")
_AFTER = re.compile(r"(?:\[1m\])?(?:-v\d+(?::\d+)?)?$")
_DATE = re.compile(r"(?:[-@](?:\d{8}|latest|default))$")


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Micro-dollars for a million tokens of each kind."""

    input: int
    output: int
    cache_read: int
    cache_write: int
    cache_write_hour: int

    def take(self, usage: Usage, extras: Extras) -> int:
        """Micro-dollars times a million."""
        hour = min(extras.long_cache_tokens, usage.cache_write_tokens)
        return (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_read_tokens * self.cache_read
            + (usage.cache_write_tokens - hour) * self.cache_write
            + hour * self.cache_write_hour
        )


@dataclass(frozen=True, kw_only=True)
class Price:
    """A row of the list. `above` is the length of prompt from which `long_prompt` counts."""

    rates: Rates
    search: int = _SEARCH
    fast: Rates | None = None
    above: int = 0
    long_prompt: Rates | None = None
    surcharges: bool = True

    def cost(self, usage: Usage, extras: Extras) -> int:
        """Micro-dollars for one call."""
        total = self._rates(usage, extras).take(usage, extras)
        times, parts = _US_ONLY if extras.us_only and self.surcharges else (1, 1)
        divisor = parts * _MILLION
        return (total * times * 2 + divisor) // (2 * divisor) + extras.searches * self.search

    def most(self, usage: Usage) -> int:
        """Micro-dollars that a call with so many tokens in and out cannot cost more than, however they are counted;
        web searches aside."""
        every = [each for each in (self.rates, self.fast, self.long_prompt) if each is not None]
        dearest_in = max(
            max(each.input, each.cache_read, each.cache_write, each.cache_write_hour)
            for each in every
        )
        total = usage.input_tokens * dearest_in + usage.output_tokens * max(
            each.output for each in every
        )
        times, parts = _US_ONLY if self.surcharges else (1, 1)
        return -(-total * times // (parts * _MILLION))

    def _rates(self, usage: Usage, extras: Extras) -> Rates:
        if extras.fast and self.fast is not None:
            return self.fast
        prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        if self.long_prompt is not None and prompt > self.above:
            return self.long_prompt
        return self.rates


def find_price(model: str, own: Mapping[str, Rates]) -> Price | None:
    """A person's row for exactly this name, else their longest prefix, else the shipped row of the plain name."""
    chosen = own.get(model)
    if chosen is None:
        prefixes = [name for name in own if name.endswith("*") and model.startswith(name[:-1])]
        chosen = own[max(prefixes, key=len)] if prefixes else None
    if chosen is not None:
        return Price(rates=chosen, surcharges=False)
    return shipped().get(plain_name(model))


def plain_name(model: str) -> str:
    """`us.anthropic.claude-opus-4-1-20250805-v1:0` is `claude-opus-4-1`."""
    return _DATE.sub("", _AFTER.sub("", _BEFORE.sub("", model.strip().lower())))


def check_name(model: str) -> str:
    """The name of a person's row. Raises InvalidError."""
    if not _OWN_NAME.fullmatch(model):
        raise InvalidError(
            f"{model!r} is no model's name. Give it as the provider writes it, or its beginning and a `*`."
        )
    return model


@cache
def shipped() -> Mapping[str, Price]:
    """The list that comes with this release, by plain name."""
    text = resources.files("sempre.budgets").joinpath("prices.toml").read_text("utf-8")
    rows = tomllib.loads(text, parse_float=Decimal)["prices"]
    return {model: _price(row) for row in rows for model in row["models"]}


def _price(row: Mapping[str, Decimal | Mapping[str, Decimal]]) -> Price:
    long_prompt, fast = row.get("long_prompt"), row.get("fast")
    return Price(
        rates=_rates(row),
        search=_micros(row["search"]),
        fast=_rates(fast) if isinstance(fast, Mapping) else None,
        above=int(long_prompt["above"]) if isinstance(long_prompt, Mapping) else 0,
        long_prompt=_rates(long_prompt) if isinstance(long_prompt, Mapping) else None,
    )


def _rates(row: Mapping[str, object]) -> Rates:
    return Rates(
        input=_micros(row["input"]),
        output=_micros(row["output"]),
        cache_read=_micros(row["cache_read"]),
        cache_write=_micros(row["cache_write"]),
        cache_write_hour=_micros(row["cache_write_hour"]),
    )


def _micros(dollars: object) -> int:
    return int(Decimal(str(dollars)) * _MICROS)
