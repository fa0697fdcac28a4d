"""The Messages gateway: what Claude Code takes for the provider.

It knows a session by the token in the path, books each call before it leaves, puts the real key on it, and hands
the answer on as it comes. It changes no body, retries nothing, and answers for the provider only where the call
can't be made. Why it is as it is: docs/decisions/0005-messages-gateway.md
"""

import asyncio
import hmac
import math
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import msgspec

from sempre.api._asgi import BodyTooLargeError, ClientGoneError, Request
from sempre.api._booking import Booking, Settlements
from sempre.api._relay import Relay
from sempre.api.provider import Upstream
from sempre.contract.gate import BUDGET_MARKER, Caller, Meter, Passes, Tell
from sempre.contract.messages import Usage
from sempre.errors import RefusedError, UnavailableError
from sempre.tasks import spawn, stop
from sempre.telemetry import context

T = TypeVar("T")
PREFIX = "/s/"
_MESSAGES = "v1/messages"
_LARGEST_BODY = (
    40 * 1024 * 1024
)  # the provider's own limit is 32 MB, and it refuses in its own words
_CLOSING_SECONDS = 5.0


class BrokenOffError(Exception):
    """The provider's answer broke off in the middle; the server cuts ours when this reaches it."""


class _Asked(msgspec.Struct):
    model: str = ""
    max_tokens: int | float | str | None = None


class Gateway:
    """Answers `/s/<token>/…`. `tell` hears of `gateway.refused`."""

    def __init__(self, passes: Passes, meter: Meter, upstream: Upstream, tell: Tell) -> None:
        self._passes = passes
        self._meter = meter
        self._upstream = upstream
        self._tell = tell
        self._settlements = Settlements(meter)
        self._calls: set[asyncio.Task[object]] = set()

    async def close(self) -> None:
        """Wait for the calls that the server broke off, and until what they took is booked."""
        if self._calls:
            await asyncio.wait(self._calls, timeout=_CLOSING_SECONDS)
        await self._settlements.close()
        await self._upstream.close()

    async def answer(self, request: Request) -> None:
        token, _, asked = request.path.removeprefix(PREFIX).partition("/")
        caller = self._passes.find(token)
        match request.method, asked:
            case _ if caller is None:
                await request.refuse(401, "authentication_error", "No session has this token.")
            case "HEAD", "api/hello":  # a process that comes up: its first call follows soon
                self._upstream.prepare()
                await request.answer(200, {})
            case "POST", "v1/messages" | "v1/messages/count_tokens":
                if _shows(request, token):
                    await self._take(caller, asked, request)
                else:
                    await request.refuse(
                        401, "authentication_error", "The key is not the session's."
                    )
            case _:
                await request.refuse(404, "not_found_error", "There is no such path here.")

    async def _take(self, caller: Caller, asked: str, request: Request) -> None:
        try:
            body = await request.body(_LARGEST_BODY)
        except ClientGoneError:
            return
        except BodyTooLargeError:
            await request.refuse(413, "request_too_large", "The request is larger than 40 MiB.")
            return
        with self._known(), context.bound(request_id=caller.request_id, turn=caller.turn_id):
            if asked != _MESSAGES:
                await self._make(caller, asked, request, body, entry=None)
            elif entry := await _unless_gone(self._begin(caller, request, body), request):
                await self._make(caller, asked, request, body, entry=entry)

    async def _begin(self, caller: Caller, request: Request, body: bytes) -> str | None:
        """The call's entry in the ledger; None when it must not be made, which the client was told then."""
        agent = request.header(b"x-claude-code-agent-id")
        asked = _read(body)
        try:
            return await self._meter.begin(
                caller,
                asked.model,
                agent=agent.decode("latin-1") if agent else None,
                most=_most(asked, body),
            )
        except RefusedError as error:
            details = {"reason": error.message, "model": asked.model}
            self._tell(caller.turn_id, caller.channel, "gateway.refused", details)
            # Of all codes, 402 alone makes Claude Code ask once, pass our words on and stay usable.
            await request.refuse(402, "billing_error", f"{BUDGET_MARKER} {error.message}")
        except UnavailableError as error:
            message = f"The call was not made, since it could not be booked. {error.message}"
            pause = b"%d" % math.ceil(error.retry_after or 1)
            await request.refuse(503, "api_error", message, [(b"retry-after", pause)])
        return None

    async def _make(
        self, caller: Caller, asked: str, request: Request, body: bytes, *, entry: str | None
    ) -> None:
        booking = Booking(self._settlements, entry)
        relay = Relay(self._upstream, caller, booking)
        try:
            whole = await _unless_gone(relay.run(f"/{asked}", request, body), request)
        finally:
            booking.end()
        if whole is False:
            raise BrokenOffError

    @contextmanager
    def _known(self) -> Iterator[None]:
        """Around a call, so that closing can wait for it."""
        task = cast("asyncio.Task[object]", asyncio.current_task())
        self._calls.add(task)
        try:
            yield
        finally:
            self._calls.discard(task)


async def _unless_gone(work: Coroutine[object, object, T], request: Request) -> T | None:
    """Run to its end, or until the client hangs up: then it is cancelled, which closes its connection."""
    running = spawn(work, name="gateway.relay")
    gone = spawn(request.until_gone(), name="gateway.client")
    try:
        await asyncio.wait((running, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        await stop(gone, running)
    return None if running.cancelled() else running.result()


def _shows(request: Request, token: str) -> bool:
    """Whether the request carries the session's token as its key, in one of the two ways or both."""
    bearer = (request.header(b"authorization") or b"").removeprefix(b"Bearer ")
    as_key = hmac.compare_digest(request.header(b"x-api-key") or b"", token.encode())
    return hmac.compare_digest(bearer, token.encode()) or as_key


def _most(asked: _Asked, body: bytes) -> Usage | None:
    """More than the call can take, as far as the request tells: a token is at least a byte, whatever it is of."""
    if not isinstance(asked.max_tokens, int):
        return None
    return Usage(input_tokens=len(body), output_tokens=max(asked.max_tokens, 0))


def _read(body: bytes) -> _Asked:
    """What is asked for; nothing when the body is no request, which the provider will say."""
    try:
        return msgspec.json.decode(body, type=_Asked)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Asked()
