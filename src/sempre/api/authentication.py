"""Who asks: the owner's cookie or a bearer token. Everything under /api and /metrics needs one of them.

To look, the scope `read` is enough; to change anything `operate` is needed, and a route may ask for more with
`needs`. State is changed with a cookie only from our own pages: a browser sends it along whoever made the request.
"""

from typing import Any

from fastapi import Depends
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from sempre.access import Principal
from sempre.access import Scope as Right
from sempre.api.errors import UnauthenticatedError
from sempre.api.parts import Parts
from sempre.errors import RefusedError

# For the schema only: what checks is the layer below, before a body is read.
SCHEMES = {
    "APIKeyCookie": {"type": "apiKey", "in": "cookie", "name": "sempre_session"},
    "HTTPBearer": {"type": "http", "scheme": "bearer"},
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# These change nothing, or nothing but the login that asks.
_HARMLESS = frozenset({"/api/logout", "/api/visits", "/api/policy/test"})
DECLARED = "x-scope"  # in the schema: what an operation needs


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
            principal = await authenticate(self._parts, scope)
            if scope["path"] not in _HARMLESS:
                _require(principal, usual(scope["method"]))
            scope["principal"] = principal
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
    if kind.lower() == "bearer" and (principal := await _bearer(parts, token.strip())):
        return principal
    raise UnauthenticatedError(
        "Nobody is logged in. Open the link that `sempre up` printed, or let `sempre login-link` make another."
    )


async def _bearer(parts: Parts, token: str) -> Principal | None:
    return parts.local_token.check(token) or await parts.tokens.check(token)


def usual(method: str) -> Right:
    """What a request needs when its route does not say otherwise."""
    return Right.READ if method in _SAFE else Right.OPERATE


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
    _require(principal, right)
    return principal


def needs(right: Right) -> dict[str, Any]:
    """For a route's decorator: nobody comes in without this scope, and the schema says so."""

    async def check(request: Request) -> None:  # else it is run in a thread
        require(request, right)

    return {"dependencies": [Depends(check)], "openapi_extra": {DECLARED: right.value}}


def _require(principal: Principal, right: Right) -> None:
    if right in principal.scopes:
        return
    how = _HOW_TO_APPROVE if right is Right.APPROVE else "Use a token that has it."
    raise RefusedError(
        f"This needs the scope `{right.value}`, which this login does not have. {how}",
        code="missing_scope",
    )


_HOW_TO_APPROVE = (
    "Do it in the dashboard as the owner, or with a token of that scope in SEMPRE_TOKEN; "
    "`sempre token create --help` says how to get one."
)


def _cross_origin() -> CrossOriginError:
    return CrossOriginError(
        "This request was made by a page of another site or port. Use Sempre's own dashboard, or a bearer "
        "token instead of the cookie."
    )
