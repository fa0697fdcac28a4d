"""Who asks: the owner's cookie or a bearer token. Everything under /api and /metrics needs one of them.

State is changed with a cookie only from our own pages: a browser sends it along whoever made the request.
"""

from fastapi import Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from sempre.access import Principal
from sempre.access import Scope as Right
from sempre.api.errors import UnauthenticatedError
from sempre.api.parts import Parts
from sempre.errors import RefusedError

# For the schema only: what checks is the layer below, before a body is read.
DOCUMENTED = [
    Security(APIKeyCookie(name="sempre_session", auto_error=False)),
    Security(HTTPBearer(auto_error=False)),
]
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossOriginError(RefusedError):
    """Another site's page made the browser ask."""

    code = "cross_origin"


class Authentication:
    """Puts a Principal into the request's scope, or refuses it before its body is read."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_guarded(scope["path"]):
            scope["principal"] = await authenticate(self._parts, scope)
        await self._app(scope, receive, send)


def is_guarded(path: str) -> bool:
    return path in {"/api", "/metrics"} or path.startswith("/api/")


async def authenticate(parts: Parts, scope: Scope) -> Principal:
    """Raises UnauthenticatedError, CrossOriginError, UnavailableError."""
    request = Request(scope)
    cookie = request.cookies.get(parts.cookie)
    if cookie is not None:
        require_same_origin(scope["method"], request.headers)
        if principal := await parts.logins.check_cookie(cookie):
            return principal
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and (principal := parts.local_token.check(token.strip())):
        return principal
    raise UnauthenticatedError(
        "Nobody is logged in. Open the link that `sempre up` printed, or let `sempre login-link` make another."
    )


def require_same_origin(method: str, headers: Headers) -> None:
    """Refuse what another origin's page sends with our cookie. Another port of this machine is another origin."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in {"cross-site", "same-site"}:
        raise _cross_origin()
    if method in _SAFE or site == "same-origin":
        return
    host = headers.get("host", "")
    if origin is None or origin not in {f"http://{host}", f"https://{host}"}:
        raise _cross_origin()


def principal_of(request: Request) -> Principal:
    """Who makes this request; only for guarded addresses."""
    principal: Principal = request.scope["principal"]
    return principal


def require(request: Request, right: Right) -> Principal:
    """Raises RefusedError when whoever asks may not."""
    principal = principal_of(request)
    if right not in principal.scopes:
        raise RefusedError(
            f"This needs the right `{right.value}`, which this login does not have. Log in as the owner.",
            code="missing_right",
        )
    return principal


def _cross_origin() -> CrossOriginError:
    return CrossOriginError(
        "This request was made by a page of another site or port. Use Sempre's own dashboard, or a bearer "
        "token instead of the cookie."
    )
