"""What a turn cost by Claude Code's own count, which sums up over a session's whole life. With the gateway, the
ledger is the truth; this is what there is in login mode."""


class Totals:
    """`carried` is what the session had cost in dollars before this process, None when nobody knows."""

    def __init__(self, carried: float | None) -> None:
        self._last = carried

    def cost_micros(self, total: float | None) -> int | None:
        """The turn's share of `total` dollars, in micro-dollars; None when it can't be told. A total below the
        last one was counted anew: the process before was killed before it wrote its sum down."""
        if total is None:
            return None
        last, self._last = self._last, total
        if last is None:
            return None
        return round((total if total < last else total - last) * 1_000_000)
