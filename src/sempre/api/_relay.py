"""One call: sent to the provider, and its answer handed on piece by piece as it comes, unchanged."""

from collections.abc import AsyncIterator

import httpx2
import structlog

from sempre import clock
from sempre.api._asgi import Request
from sempre.api._booking import Booking
from sempre.api._quota import quota_until
from sempre.api.provider import BROKE_OFF, NEVER_REACHED, Upstream, is_readable, told_headers
from sempre.contract.gate import Caller
from sempre.telemetry import metrics

_log = structlog.stdlib.get_logger(__name__)


class Relay:
    """`run` gives False when the answer broke off after it had begun: then ours must break off, too."""

    def __init__(self, upstream: Upstream, caller: Caller, booking: Booking) -> None:
        self._upstream = upstream
        self._caller = caller
        self._booking = booking
        self._begun = False

    async def run(self, path: str, request: Request, body: bytes) -> bool:
        host = self._upstream.provider.host
        sent = clock.ticks()
        try:
            async with self._upstream.post(path, request.query, request.headers, body) as answer:
                waited = clock.ticks() - sent
                self._booking.see(answer)
                self._note_quota(answer)
                self._begun = True
                await request.begin(answer.status_code, told_headers(answer))
                metrics.GATEWAY_SECONDS.observe(clock.ticks() - request.since - waited)
                await self._hand_on(answer, request)
        except NEVER_REACHED as error:
            self._booking.took_nothing()
            await self._say(request, f"The provider at {host} can't be reached: {_reason(error)}.")
        except BROKE_OFF as error:
            self._booking.end()
            if self._begun:
                _log.warning(
                    "gateway.broke_off", channel=self._caller.channel, error=_reason(error)
                )
                return False
            await self._say(request, f"The provider at {host} hung up: {_reason(error)}.")
        return True

    async def _hand_on(self, answer: httpx2.Response, request: Request) -> None:
        async for piece in _pieces(answer):
            self._booking.feed(piece)
            await request.add(piece)
        self._booking.end()
        await request.end()

    async def _say(self, request: Request, message: str) -> None:
        """502: Claude Code tries again with growing pauses, as it does when it can't reach a provider itself."""
        _log.warning("gateway.unreachable", channel=self._caller.channel, message=message)
        await request.refuse(502, "api_error", message)

    def _note_quota(self, answer: httpx2.Response) -> None:
        if answer.status_code == 429:
            self._caller.quota_until = quota_until(answer.headers, clock.now())
        elif answer.is_success:
            self._caller.quota_until = None


def _pieces(answer: httpx2.Response) -> AsyncIterator[bytes]:
    if "content-encoding" in answer.headers and is_readable(answer.headers):
        return answer.aiter_bytes()
    return answer.aiter_raw()


def _reason(error: Exception) -> str:
    """Words of our own where the library's may quote a header, and so the key."""
    kind = type(error).__name__
    return f"{kind} ({error})" if isinstance(error, httpx2.NetworkError) and str(error) else kind
