"""What holds for every request, whoever makes it: known host names, protecting headers, bodies of bounded size."""

import re
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sempre.api.errors import TooLargeError
from sempre.errors import RefusedError
from sempre.settings import Settings

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
PROBES = frozenset({"/healthz", "/readyz"})  # asked by address, and they tell nothing
BODY_BYTES = 2 * 1024 * 1024
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]@/]+)(?::[0-9]{1,5})?")
_CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _CSP,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class HostRefusedError(RefusedError):
    """The browser reached us under a name that is not ours: DNS rebinding, or a setting that is missing."""

    code = "host_not_allowed"


class _TooLargeMeanwhileError(TooLargeError, HTTPException):
    """Both, since the framework turns what else is raised while it reads a body into a 400."""

    def __init__(self, error: TooLargeError) -> None:
        HTTPException.__init__(self, 413)
        TooLargeError.__init__(self, error.message)


class Hosts:
    """Answers only under known names. The port does not matter: it may be forwarded, and proves nothing."""

    def __init__(self, app: ASGIApp, allowed: Iterable[str]) -> None:
        self._app = app
        self._allowed = LOCAL_NAMES | {name.lower() for name in allowed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in PROBES:
            given = Headers(scope=scope).getlist("host")
            if len(given) != 1 or name_of(given[0]) not in self._allowed:
                raise HostRefusedError(
                    "Sempre does not answer under this host name. Open it as localhost, or add the name to "
                    "server.allowed_hosts."
                )
        await self._app(scope, receive, send)


def name_of(host: str) -> str:
    """`LocalHost:8377` -> `localhost`; `[::1]:8377` -> `[::1]`; empty when it is no host header."""
    found = _HOST.fullmatch(host.lower())
    return found[1] if found else ""


class ProtectingHeaders:
    """Puts the headers on every answer; one that is there already stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secret = scope["path"].startswith("/api")

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if secret:
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_protected)


class BodyLimit:
    """Reads no more of a body than `largest` says for its path, in bytes, whatever its length is said to be."""

    def __init__(self, app: ASGIApp, largest: Callable[[str], int]) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = self._largest(scope["path"])
        said = Headers(scope=scope).get("content-length", "0")
        if not said.isdecimal() or int(said) > largest:
            raise _too_large(largest)
        read = 0

        async def receive_limited() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > largest:
                    raise _TooLargeMeanwhileError(_too_large(largest))
            return message

        await self._app(scope, receive_limited, send)


def _too_large(largest: int) -> TooLargeError:
    return TooLargeError(f"The body is larger than {largest} bytes. Send less at once.")


def largest_body(settings: Settings) -> int:
    """Room for the largest prompt, whose JSON may be longer than its text."""
    return max(BODY_BYTES, 2 * settings.files.max_prompt_bytes)
