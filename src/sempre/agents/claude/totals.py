"""What a turn took by Claude Code's own count, which sums up over a session's whole life, also across processes.
With the gateway, the ledger is the truth; this is what there is in login mode."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sempre.contract.messages import Usage


@dataclass(frozen=True)
class Count:
    """Dollars, and tokens by model. `dollars` None: not known."""

    dollars: float | None = 0.0
    tokens: Mapping[str, Usage] = field(default_factory=dict[str, Usage])

    @property
    def cost_micros(self) -> int | None:
        return None if self.dollars is None else round(self.dollars * 1_000_000)


UNKNOWN = Count(dollars=None)


def read_count(dollars: float | None, models: Mapping[str, Any] | None) -> Count:
    """As it stands in a result and in a transcript's `cost-state`."""
    tokens = {
        model: Usage(
            input_tokens=used.get("inputTokens", 0),
            output_tokens=used.get("outputTokens", 0),
            cache_read_tokens=used.get("cacheReadInputTokens", 0),
            cache_write_tokens=used.get("cacheCreationInputTokens", 0),
        )
        for model, used in (models or {}).items()
    }
    return Count(dollars, tokens)


class Totals:
    """`carried` is what the session had taken before this process; UNKNOWN when nobody knows."""

    def __init__(self, carried: Count) -> None:
        self._last = carried

    def share(self, now: Count) -> Count:
        """What was added since the last call. A sum below the last one was counted anew: the process before
        was killed before it wrote its own down."""
        last, self._last = self._last, now
        if last.dollars is None or now.dollars is None:
            return UNKNOWN
        if now.dollars < last.dollars:
            return now
        tokens = {model: less(used, last.tokens.get(model)) for model, used in now.tokens.items()}
        return Count(now.dollars - last.dollars, tokens)


def less(usage: Usage, taken: Usage | None) -> Usage:
    """Tokens without those of `taken`, never below none; the cost is not told."""
    taken = taken or Usage()
    return Usage(
        input_tokens=max(usage.input_tokens - taken.input_tokens, 0),
        output_tokens=max(usage.output_tokens - taken.output_tokens, 0),
        cache_read_tokens=max(usage.cache_read_tokens - taken.cache_read_tokens, 0),
        cache_write_tokens=max(usage.cache_write_tokens - taken.cache_write_tokens, 0),
        cost_micros=None,
    )
