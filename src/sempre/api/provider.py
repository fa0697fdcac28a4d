"""The way to the model's provider: the only place that holds the real key, and puts it on a request.

What a request or an answer says of the connection it came on, or of who we are, stays here; all else goes through
as it is. Answers are asked for uncompressed, so that what they count can be read as they pass.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from sempre.api._asgi import Header
from sempre.errors import MisconfiguredError
from sempre.tasks import spawn

# No limit for reading: whoever asked has its own, and hangs up.
_TIMEOUT = httpx2.Timeout(None, connect=10.0, write=60.0, pool=10.0).as_dict()
_IDLE_SECONDS = (
    30.0  # shorter than any provider's own, so that a call rarely meets a closed connection
)
_MOST_CONNECTIONS = 256
_OF_THE_CONNECTION = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer trailers"
    b" transfer-encoding upgrade expect".split()
)
_OURS = frozenset(b"host content-length accept-encoding x-api-key authorization".split())
_OF_US = frozenset(b"cookie forwarded via origin referer x-forwarded-for x-forwarded-host".split())
_OF_US_TOO = frozenset(b"x-forwarded-proto x-forwarded-port x-real-ip".split())
_ADDRESS = re.compile(
    r"https?://[\w.-]+(:[0-9]{1,5})?(/[!-~]*)?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?(/[!-~]*)?"
)
_SECRET = re.compile(r"[!-~]+")
_NOT_SENT = _OF_THE_CONNECTION | _OURS | _OF_US | _OF_US_TOO
_NOT_TOLD = _OF_THE_CONNECTION | {b"set-cookie"}

# The call did not leave: nothing was asked, so nothing can have been counted.
NEVER_REACHED = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.InvalidURL,
    httpx2.LocalProtocolError,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
BROKE_OFF = (httpx2.RequestError, httpx2.StreamError)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Where the models are, and what they are paid with: a key, a bearer token, or neither."""

    base_url: str = "https://api.anthropic.com"
    key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Raises MisconfiguredError."""
        if not _ADDRESS.fullmatch(self.base_url):
            raise MisconfiguredError(
                f"{self.base_url} is no address of a model's provider.",
                remedy="Give one that begins with https:// (or http:// on your own network).",
            )
        for secret in (self.key, self.token):
            if secret is not None and not _SECRET.fullmatch(secret):
                raise MisconfiguredError(
                    "The key for the model's provider holds characters that no key has.",
                    remedy="Copy it again, whole and without spaces or line ends, and connect anew.",
                )

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    def address(self, path: str, query: bytes) -> str:
        asked = f"?{query.decode('latin-1')}" if query else ""
        return f"{self.base_url.rstrip('/')}{path}{asked}"

    def credentials(self) -> list[Header]:
        told: list[Header] = []
        if self.key is not None:
            told.append((b"x-api-key", self.key.encode()))
        if self.token is not None:
            told.append((b"authorization", b"Bearer " + self.token.encode()))
        return told


class Upstream:
    """Connections to one provider. The transport alone: what a client adds (redirects, cookies) has no place here."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._opened: asyncio.Task[httpx2.AsyncHTTPTransport] | None = None

    @asynccontextmanager
    async def post(
        self, path: str, query: bytes, headers: Iterable[Header], body: bytes
    ) -> AsyncIterator[httpx2.Response]:
        """The answer as soon as its head is here; leaving the block closes it. Raises what httpx2 raises."""
        request = httpx2.Request(
            "POST",
            self.provider.address(path, query),
            headers=[
                *((name, value) for name, value in headers if name not in _NOT_SENT),
                (b"accept-encoding", b"identity"),
                *self.provider.credentials(),
            ],
            content=body,
            extensions={"timeout": _TIMEOUT},
        )
        transport = await asyncio.shield(self.prepare())
        answer = await transport.handle_async_request(request)
        answer.request = request
        try:
            yield answer
        finally:
            await answer.aclose()

    def prepare(self) -> "asyncio.Task[httpx2.AsyncHTTPTransport]":
        """Ahead of the first call: what this needs and the certificates take some 80 ms, in a thread."""
        if self._opened is None:
            self._opened = spawn(asyncio.to_thread(self._open), name="provider.open")
        return self._opened

    async def close(self) -> None:
        if self._opened is not None:
            await (await self._opened).aclose()

    def _open(self) -> httpx2.AsyncHTTPTransport:
        return httpx2.AsyncHTTPTransport(
            limits=httpx2.Limits(
                max_connections=_MOST_CONNECTIONS,
                max_keepalive_connections=_MOST_CONNECTIONS,
                keepalive_expiry=_IDLE_SECONDS,
            ),
            proxy=_proxy(self.provider.base_url),
        )


def is_readable(headers: Mapping[str, str]) -> bool:
    """Whether the body is plain, or compressed in a way that we can undo."""
    return headers.get("content-encoding", "identity").lower() in ("identity", "gzip", "deflate")


def told_headers(answer: httpx2.Response) -> list[Header]:
    """What the client is told of an answer's head; without its length and compression where those change."""
    names = b",".join(value for name, value in answer.headers.raw if name.lower() == b"connection")
    left_out = _NOT_TOLD | {name.strip().lower() for name in names.split(b",")}
    if "content-encoding" in answer.headers and is_readable(answer.headers):
        left_out |= {b"content-encoding", b"content-length"}
    return [
        (name.lower(), value) for name, value in answer.headers.raw if name.lower() not in left_out
    ]


def _proxy(url: str) -> str | None:
    """The person's proxy for this address, by the usual variables; none on the way to this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
