"""What a number of calls took together, and the states of a call."""

from dataclasses import dataclass
from enum import StrEnum

from sempre.budgets.amounts import Amount, tokens_of
from sempre.contract.messages import Usage


class CallState(StrEnum):
    """Where a call in the ledger stands."""

    IN_FLIGHT = "in_flight"  # left, or about to; its process lives
    BOOKED = "booked"  # the provider's whole count is known
    FAILED = "failed"  # the provider refused it, or was not reached: it took nothing
    UNKNOWN = (
        "unknown"  # broke off, or its process died: the numbers are what was counted until then
    )


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Sums over calls. `cost_micros` is what is known; `unknown_calls` may have cost more, or have no price."""

    calls: int = 0
    in_flight: int = 0
    failed: int = 0
    unknown_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_micros: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        # Thousands of quarters of an hour become days: no copies on the way.
        mine, theirs = vars(self), vars(other)
        return Totals(**{name: count + theirs[name] for name, count in mine.items()})

    @property
    def amount(self) -> Amount:
        return Amount(micros=self.cost_micros, tokens=tokens_of(self.known))

    @property
    def usage(self) -> Usage:
        """Without half-truths: no cost when any of it is unknown."""
        return self._usage(None if self.unknown_calls or self.in_flight else self.cost_micros)

    @property
    def known(self) -> Usage:
        """With the part of the cost that is known."""
        return self._usage(self.cost_micros)

    def _usage(self, cost_micros: int | None) -> Usage:
        return Usage(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cache_read_tokens=self.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens,
            cost_micros=cost_micros,
        )
