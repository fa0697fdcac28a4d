"""The Messages gateway: what Claude Code takes for the provider.

It knows a session by the token in the path, books each call before it leaves, puts the real key on it, and hands
the answer on as it comes. It changes no body, retries nothing and answers for the provider only where the call
can't be made. docs/decisions/0005-messages-gateway.md
"""

import asyncio

import msgspec
import structlog
from starlette.types import Receive, Scope, Send

from sempre.api._asgi import (
    BodyTooLargeError,
    ClientGoneError,
    read_body,
    send_empty,
    until_gone,
)
from sempre.api._provider import Upstream
from sempre.contract.gate import Caller, Meter, Passes, Tell
from sempre.tasks import spawn, stop

PREFIX = "/s/"
_MESSAGES = "/v1/messages"
_COUNT = "/v1/messages/count_tokens"
_LARGEST_BODY = (
    40 * 1024 * 1024
)  # the provider's own limit is 32 MB, and it refuses in its own words
_log = structlog.stdlib.get_logger(__name__)


class BrokenOffError(Exception):
    """The provider's answer broke off; so must ours, which the server does when this reaches it."""


class _Asked(msgspec.Struct):
    model: str = ""


class Gateway:
    """An ASGI application for `/s/<token>/…`. `tell` hears of `gateway.refused`."""

    def __init__(self, passes: Passes, meter: Meter, upstream: Upstream, tell: Tell) -> None:
        self._passes = passes
        self._meter = meter
        self._upstream = upstream
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        token, _, rest = path.removeprefix(PREFIX).partition("/")
        caller = self._passes.find(token)
        match scope["method"], f"/{rest}":
            case "HEAD", "/api/hello" if caller is not None:
                await send_empty(send, 200)
            case "POST", (("/v1/messages" | "/v1/messages/count_tokens") as asked):
                if caller is None or not _shows(scope, token):
                    await _refuse(send, 401, "authentication_error", _STRANGER)
                else:
                    await self._pass_on(caller, asked, scope, receive, send)
            case _:
                await _refuse(send, 404, "not_found_error", "There is no such path here.")

    async def _pass_on(
        self, caller: Caller, path: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            body = await read_body(receive, _LARGEST_BODY)
        except ClientGoneError:
            return
        except BodyTooLargeError:
            await _refuse(send, 413, "request_too_large", "The request is larger than 40 MiB.")
            return
        gone = spawn(until_gone(receive), name="gateway.client")
        booking = None
        try:
            if path == _MESSAGES:
                booking = await self._book(caller, scope, body, send)
                if booking is None:
                    return
            relay = spawn(
                self._relay(caller, booking, path, scope, body, send), name="gateway.relay"
            )
            try:
                await asyncio.wait((relay, gone), return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not relay.done():
                    await stop(relay)
        finally:
            gone.cancel()
            if booking is not None:
                booking.end()
        if not relay.cancelled() and not relay.result():
            raise BrokenOffError
