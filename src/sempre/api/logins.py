"""Logging in and out. A link works once, within ten minutes, and becomes a cookie."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sempre.access import Scope
from sempre.api.authentication import DECLARED, principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.pages import LINK_USED_UP, notice_page
from sempre.api.schema import View
from sempre.errors import RefusedError

router = APIRouter(tags=["logins"])
DASHBOARD = "/dashboard/"
# Browsers keep a cookie for 400 days at most; when a login ends is decided here, not there.
_COOKIE_SECONDS = 400 * 24 * 3600


class LoginLink(View):
    url: str = Field(description="Open it in a browser. It works once.")
    expires_at: datetime


@router.post("/api/login-links", responses=may_answer())
async def create_login_link(request: Request, parts: Given) -> LoginLink:
    """A link for another browser or phone. Whoever opens it may what the one who made it may, and no more."""
    asks = principal_of(request)
    await parts.audit.record(
        "login_link.created", by=asks.who, details={"scopes": sorted(asks.scopes)}
    )
    link = await parts.logins.create_link(asks.scopes, made_with=asks.token_id)
    address = f"{_scheme(request)}://{request.headers['host']}"
    return LoginLink(url=address + link.path, expires_at=link.expires_at)


@router.post(
    "/api/logout",
    status_code=204,
    responses=may_answer(),
    openapi_extra={DECLARED: Scope.READ.value},
)
async def logout(request: Request, parts: Given) -> Response:
    """Log this browser out. A bearer token is not touched."""
    if cookie := request.cookies.get(parts.cookie):
        await parts.logins.revoke(cookie)
    response = Response(status_code=204)
    response.delete_cookie(parts.cookie, httponly=True, samesite="strict")
    return response


@router.get("/login", include_in_schema=False)
async def log_in(request: Request, parts: Given, token: str = "") -> Response:
    """Exchange a link for a cookie. Only a page that a person opens may use it up: no preview, no prefetch."""
    if not _is_opened_by_a_person(request):
        return Response(status_code=204, headers={"cache-control": "no-store"})
    try:
        login = await parts.logins.consume_link(token)
    except RefusedError:
        return await _refuse(request, parts)
    response = RedirectResponse(DASHBOARD, 303, {"cache-control": "no-store"})
    response.set_cookie(
        parts.cookie,
        login.cookie,
        max_age=_COOKIE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=_scheme(request) == "https",
    )
    return response


def _scheme(request: Request) -> str:
    """What the browser speaks. A proxy that ends TLS says so; whoever lies about it harms only their own login."""
    forwarded = request.headers.get("x-forwarded-proto", "")
    return "https" if "https" in {forwarded, request.url.scheme} else "http"


def _is_opened_by_a_person(request: Request) -> bool:
    headers = request.headers
    early = headers.get("sec-purpose", headers.get("purpose", ""))
    return headers.get("sec-fetch-mode", "navigate") == "navigate" and "prefetch" not in early


async def _refuse(request: Request, parts: Given) -> Response:
    """A link that was used up: who is logged in already goes on, everybody else is told how to get another."""
    cookie = request.cookies.get(parts.cookie)
    if cookie and await parts.logins.check_cookie(cookie):
        return RedirectResponse(DASHBOARD, 303, {"cache-control": "no-store"})
    return notice_page(LINK_USED_UP, 401)
