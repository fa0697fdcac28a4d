"""HTTP/1.1 on one socket, with control down to the byte: half a header, a cut, silence. Knows nothing of answers.

httptools reads requests; replies are written by hand, because a proper server would not let us break them.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

import httptools
import msgspec

from sempre import tasks

LARGEST_BODY = 32 * 1024 * 1024  # the provider's own limit


@dataclass
class Request:
    """What came in. Header names are in small letters; `path` is without the query."""

    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytearray = field(default_factory=bytearray)
    too_large: bool = False
    keep_alive: bool = True


class Reply:
    """Writes one reply. Small pieces are held back until `flush`, so that they leave as one packet."""

    def __init__(self, transport: asyncio.Transport, request: Request) -> None:
        self._transport = transport
        self._head = request.method == "HEAD"
        self.keep_alive = request.keep_alive
        self._held = bytearray()

    def send_json(self, status: int, payload: object, headers: Mapping[str, str]) -> None:
        self._send(status, msgspec.json.encode(payload), headers)

    def send_empty(self, status: int) -> None:
        self._send(status, b"", {})

    def start_stream(self, headers: Mapping[str, str]) -> None:
        self._held += _head(200, {**headers, "transfer-encoding": "chunked"})

    def send_chunk(self, data: bytes) -> None:
        self._held += b"%x\r\n%b\r\n" % (len(data), data)

    def end_stream(self) -> None:
        self._held += b"0\r\n\r\n"
        self.flush()

    def flush(self) -> None:
        if self._held:
            self._transport.write(bytes(self._held))
            self._held.clear()

    def cut(self, share: float = 1.0) -> None:
        """Close the connection; of what was held back only this share leaves."""
        self._transport.write(bytes(self._held[: int(len(self._held) * share)]))
        self._held.clear()
        self.keep_alive = False
        self._transport.close()

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        kind = {"content-type": "application/json"} if body else {}
        self._held += _head(status, {**kind, **headers, "content-length": str(len(body))})
        if not self._head:
            self._held += body
        self.flush()


Respond = Callable[[Request, Reply], Awaitable[None]]


class Connection(asyncio.Protocol):
    """One client's socket: requests are answered one after another; a client that hangs up ends its answer."""

    def __init__(self, respond: Respond, live: "set[Connection]") -> None:
        self._respond = respond
        self._live = live
        self._parser = httptools.HttpRequestParser(self)
        self._coming = Request()
        self._waiting: deque[Request] = deque()
        self._work: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._live.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._live.discard(self)
        self._waiting.clear()
        if self._work is not None:
            self._work.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._transport.write(_head(400, {"content-length": "0", "connection": "close"}))
            self._transport.close()

    async def close(self) -> None:
        """Hang up and wait for the answer that was under way to have ended."""
        self._transport.abort()
        if self._work is not None:
            await tasks.stop(self._work)

    # What httptools calls, in this order.

    def on_message_begin(self) -> None:
        self._coming = Request()

    def on_url(self, url: bytes) -> None:
        self._coming.path += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._coming.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        if len(self._coming.body) + len(body) > LARGEST_BODY:
            self._coming.too_large = True
        else:
            self._coming.body += body

    def on_message_complete(self) -> None:
        self._coming.method = self._parser.get_method().decode("latin-1")
        self._coming.path = self._coming.path.partition("?")[0]
        self._coming.keep_alive = self._parser.should_keep_alive()
        self._waiting.append(self._coming)
        if self._work is None:
            self._work = tasks.spawn(self._answer_all(), name="rehearsal.connection")

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                request = self._waiting.popleft()
                reply = Reply(self._transport, request)
                await self._respond(request, reply)
                if not reply.keep_alive:
                    self._transport.close()
        finally:
            self._work = None


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {_phrase(status)}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Overloaded" if status == 529 else "Error"
