"""The little HTTP that the loopback listener needs: bodies of bounded size, JSON answers, a client that hangs up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
from starlette.types import Receive, Scope, Send

from sempre import clock

Header = tuple[bytes, bytes]


class ClientGoneError(Exception):
    """The client hung up before its request was whole."""


class BodyTooLargeError(Exception):
    """The request's body is larger than the limit."""


@dataclass(frozen=True)
class Request:
    """One request, and the way to answer it."""

    scope: Scope
    receive: Receive
    send: Send
    since: float = field(default_factory=clock.ticks)

    @property
    def method(self) -> str:
        return self.scope["method"]

    @property
    def path(self) -> str:
        return self.scope["path"]

    @property
    def query(self) -> bytes:
        return self.scope["query_string"]

    @property
    def headers(self) -> Iterable[Header]:
        """Names in small letters."""
        return self.scope["headers"]

    def header(self, name: bytes) -> bytes | None:
        return next((value for each, value in self.headers if each == name), None)

    async def body(self, limit: int) -> bytes:
        """The whole body. Raises ClientGoneError, BodyTooLargeError."""
        pieces: list[bytes] = []
        size, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            piece: bytes = message.get("body", b"")
            size += len(piece)
            if size > limit:
                raise BodyTooLargeError
            pieces.append(piece)
            more = message.get("more_body", False)
        return b"".join(pieces)

    async def until_gone(self) -> None:
        """Wait until the client hangs up; its body must have been read."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def begin(self, status: int, headers: Iterable[Header]) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def add(self, piece: bytes) -> None:
        await self.send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self, piece: bytes = b"") -> None:
        await self.send({"type": "http.response.body", "body": piece})

    async def answer(self, status: int, payload: object, headers: Iterable[Header] = ()) -> None:
        """A whole answer, as JSON."""
        body = msgspec.json.encode(payload)
        told = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await self.begin(status, [*told, *headers])
        await self.end(body)

    async def refuse(
        self, status: int, kind: str, message: str, headers: Iterable[Header] = ()
    ) -> None:
        """An error in the form of the Messages API."""
        error: Mapping[str, str] = {"type": kind, "message": message}
        await self.answer(status, {"type": "error", "error": error}, headers)
