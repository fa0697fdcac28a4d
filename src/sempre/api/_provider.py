"""The way to the model's provider: the only place that holds the real key, and puts it on a request.

What a request or an answer says of the connection it came on, or of who we are, stays here; all else goes through
as it is. Answers are asked for uncompressed, so that what they count can be read as they pass.
"""

import http.cookiejar
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from sempre import __version__
from sempre.api._asgi import Header

_CONNECT_SECONDS = 10.0
_WRITE_SECONDS = 60.0
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
_NOT_SENT = _OF_THE_CONNECTION | _OURS | _OF_US | _OF_US_TOO
_NOT_TOLD = _OF_THE_CONNECTION | {b"set-cookie"}

NEVER_REACHED = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
BROKE_OFF = (httpx2.TransportError, httpx2.StreamError)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Where the models are, and what they are paid with: a key, a bearer token, or neither."""

    base_url: str = "https://api.anthropic.com"
    key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or self.base_url

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
    """Connections to one provider."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._client = httpx2.AsyncClient(
            # No limit for reading: whoever asked has its own, and hangs up.
            timeout=httpx2.Timeout(
                None, connect=_CONNECT_SECONDS, write=_WRITE_SECONDS, pool=_CONNECT_SECONDS
            ),
            limits=httpx2.Limits(
                max_connections=_MOST_CONNECTIONS,
                max_keepalive_connections=_MOST_CONNECTIONS,
                keepalive_expiry=_IDLE_SECONDS,
            ),
            headers={"user-agent": f"sempre/{__version__}"},
            cookies=http.cookiejar.CookieJar(
                http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
            ),
            # A person's proxy, but not on the way to a provider on this machine.
            trust_env=not _is_loopback(provider.host),
        )

    def post(
        self, path: str, query: bytes, headers: Iterable[Header], body: bytes
    ) -> AbstractAsyncContextManager[httpx2.Response]:
        """The answer as soon as its head is here. Raises what httpx2 raises."""
        sent = [(name, value) for name, value in headers if name not in _NOT_SENT]
        sent += [(b"accept-encoding", b"identity"), *self.provider.credentials()]
        return self._client.stream(
            "POST", self.provider.address(path, query), content=body, headers=sent
        )

    async def close(self) -> None:
        await self._client.aclose()


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


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
