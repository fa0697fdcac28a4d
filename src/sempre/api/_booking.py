"""Follows one call's answer as it passes and settles the call, once, as soon as its count is known."""

import asyncio

import httpx2

from sempre.api.provider import is_readable
from sempre.budgets.counting import AnswerReader, StreamReader, Tally
from sempre.contract.gate import Meter
from sempre.tasks import spawn

_CLOSING_SECONDS = 10.0


class Settlements:
    """Settles calls beside their answers, and waits for them at the end."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._running: set[asyncio.Task[None]] = set()

    def add(
        self, entry: str, tally: Tally | None, *, complete: bool, request_id: str | None
    ) -> None:
        settlement = self._meter.settle(
            entry,
            tally.usage if tally else None,
            model=tally.model if tally else None,
            complete=complete,
            extras=tally.extras if tally else None,
            request_id=request_id,
        )
        task = spawn(settlement, name="gateway.settle")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=_CLOSING_SECONDS)


class Booking:
    """`entry` None: a call that is free, and not booked."""

    def __init__(self, settlements: Settlements, entry: str | None) -> None:
        self._settlements = settlements
        self._entry = entry
        self._reader: StreamReader | AnswerReader | None = None
        self._request_id: str | None = None

    def see(self, answer: httpx2.Response) -> None:
        """The head of the answer is here."""
        self._request_id = answer.headers.get("request-id")
        if answer.status_code >= 300:
            self.took_nothing()
        elif is_readable(answer.headers):
            is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
            self._reader = StreamReader() if is_stream else AnswerReader()

    def feed(self, piece: bytes) -> None:
        """A piece of the answer, before it is handed on: so the call is settled before anyone can act on its end."""
        if self._reader is not None and self._entry is not None:
            self._reader.feed(piece)
            if self._reader.tally.complete:
                self.end()

    def took_nothing(self) -> None:
        """The provider refused it, or was never reached."""
        self._settle(None, complete=True)

    def end(self) -> None:
        """There will be no more: what was counted until now holds."""
        if self._entry is None:
            return
        if self._reader is None:
            self._settle(None, complete=False)
        else:
            self._reader.finish()
            self._settle(self._reader.tally, complete=self._reader.tally.complete)

    def _settle(self, tally: Tally | None, *, complete: bool) -> None:
        entry, self._entry = self._entry, None
        if entry is not None:
            self._settlements.add(entry, tally, complete=complete, request_id=self._request_id)
