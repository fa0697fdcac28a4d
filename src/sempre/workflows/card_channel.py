"""The channel of cards: a turn that has ended wakes its run. Its answer is read from the turn's row, so there is nothing
to give out."""

from collections.abc import Awaitable, Callable

from sempre.contract.channel import Inbox
from sempre.contract.messages import Outbound, Receipt


class CardChannel:
    """`wake` tells a run to look."""

    kind = "board"

    def __init__(self, wake: Callable[[str], Awaitable[None]]) -> None:
        self._wake = wake

    async def open(self, inbox: Inbox) -> None:
        """Nothing comes in from outside."""

    async def close(self) -> None:
        """Nothing to stop."""

    async def send(self, message: Outbound) -> Receipt:
        return Receipt(where=message.channel)

    async def settle(self, message: Outbound) -> None:
        """It is marked as given out: now the run may look, and its channel's next turn begin."""
        if run := message.origin.get("run"):
            await self._wake(run)
