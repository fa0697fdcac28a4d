"""Around every request: its id, its line in the log, its place in the metrics, and the last resort for errors."""

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sempre import clock
from sempre.api import errors
from sempre.errors import SempreError
from sempre.telemetry import context, metrics

_log = structlog.stdlib.get_logger(__name__)
ID_HEADER = "x-request-id"


class Requests:
    """Outside of all that may fail. What is raised inside it and was not answered becomes an error answer here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = context.chosen_request_id(Headers(scope=scope).get(ID_HEADER))
        answer = _Answer(send, request_id)
        begun = clock.ticks()
        with context.bound(request_id=request_id):
            try:
                await self._app(scope, receive, answer.send)
            except SempreError as error:
                await answer.instead(errors.answer_known(error), scope, receive)
            except Exception:  # noqa: BLE001  (the edge: the caller gets an answer, the log the trace)
                _log.exception("http.failed", method=scope["method"], path=scope["path"])
                await answer.instead(errors.answer_unknown(), scope, receive)
            finally:
                _note(scope, answer.status, clock.ticks() - begun)


class _Answer:
    """Watches what is sent: which status, and whether it has begun."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            MutableHeaders(scope=message)[ID_HEADER] = self._request_id
        await self._send(message)

    async def instead(self, response: ASGIApp, scope: Scope, receive: Receive) -> None:
        """Answer with this; not when an answer has begun, which can then only break off."""
        if self.status == 0:
            await response(scope, receive, self.send)


def _note(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = getattr(scope.get("route"), "path", "other")
    metrics.HTTP_REQUESTS.labels(method, route, str(status or "none")).inc()
    if route not in _LONG_LIVED:
        metrics.HTTP_SECONDS.labels(method, route).observe(seconds)
    _log.debug(
        "http.answered",
        method=method,
        path=scope["path"],
        status=status,
        ms=round(seconds * 1000, 1),
    )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LONG_LIVED = frozenset({"/api/events"})  # open for hours: their duration says nothing
