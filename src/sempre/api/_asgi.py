"""The little HTTP that the loopback listener needs: bodies of bounded size, JSON answers, a client that hangs up."""

from collections.abc import Iterable, Mapping

import msgspec
from starlette.types import Receive, Scope, Send

Header = tuple[bytes, bytes]


class ClientGoneError(Exception):
    """The client hung up before its request was whole."""


class BodyTooLargeError(Exception):
    """The request's body is larger than the limit."""


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body. Raises ClientGoneError, BodyTooLargeError."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise BodyTooLargeError
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


async def until_gone(receive: Receive) -> None:
    """Wait until the client hangs up; its body must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_json(
    send: Send, status: int, payload: object, headers: Iterable[Header] = ()
) -> None:
    body = msgspec.json.encode(payload)
    told = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": [*told, *headers]})
    await send({"type": "http.response.body", "body": body})


async def send_empty(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first header of this name, which is in small letters."""
    headers: Iterable[Header] = scope["headers"]
    return next((value for each, value in headers if each == name), None)


def error_body(kind: str, message: str) -> Mapping[str, object]:
    """An error in the form of the Messages API."""
    return {"type": "error", "error": {"type": kind, "message": message}}
