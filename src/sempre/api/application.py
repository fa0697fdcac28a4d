"""Puts the HTTP server together: the layers around it, and one router a resource."""

from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from sempre import __version__
from sempre.api import (
    agent,
    alerts,
    approvals,
    audit,
    away,
    backups,
    boards,
    budgets,
    card_images,
    card_logs,
    card_runs,
    cards,
    channels,
    connection,
    dead_letters,
    directives,
    doctor,
    errors,
    events,
    health,
    logins,
    metrics,
    pauses,
    policy,
    prices,
    profile,
    run_diffs,
    runs,
    sessions,
    settings,
    spend,
    status,
    tokens,
    trust,
    turn_events,
    turns,
    workers,
)
from sempre.api.authentication import DECLARED, SCHEMES, Authentication, is_guarded, usual
from sempre.api.card_views import Viewer
from sempre.api.dashboard import Dashboard
from sempre.api.parts import Parts
from sempre.api.requests import Requests
from sempre.api.security import BodyLimit, Hosts, ProtectingHeaders, largest_body
from sempre.api.session_sums import SessionSums
from sempre.errors import SempreError

_GUARDED: tuple[APIRouter, ...] = (
    status.router,
    agent.router,
    away.router,
    workers.router,
    boards.router,
    cards.router,
    card_images.router,
    card_runs.router,
    card_logs.router,
    runs.router,
    run_diffs.router,
    sessions.router,
    directives.router,
    channels.router,
    pauses.router,
    turns.router,
    turn_events.router,
    events.router,
    dead_letters.router,
    approvals.router,
    budgets.router,
    spend.router,
    prices.router,
    alerts.router,
    backups.router,
    doctor.router,
    profile.router,
    connection.router,
    logins.router,
    tokens.router,
    settings.router,
    policy.router,
    audit.router,
    trust.router,
    metrics.router,
)


def create_app(parts: Parts) -> FastAPI:
    """The server of one runtime. The layers stand in the order in which a request meets them."""
    usual = largest_body(parts.settings)
    app = _routes(
        [
            Middleware(ProtectingHeaders),
            Middleware(Requests),
            Middleware(Hosts, allowed=parts.settings.server.allowed_hosts),
            Middleware(BodyLimit, largest=partial(card_images.largest_body, usual=usual)),
            Middleware(Dashboard, folder=parts.web),
            Middleware(Authentication, parts=parts),
        ]
    )
    app.state.parts = parts
    app.state.viewer = Viewer(parts)
    app.state.session_sums = SessionSums(parts.turns, parts.spending)
    return app


def openapi_document() -> dict[str, Any]:
    """What the API offers, for types, parity and clients. Needs no database and no settings."""
    document = _routes([]).openapi()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if is_guarded(path):
                operation.setdefault(DECLARED, usual(method.upper()).value)
    return document


def _routes(layers: list[Middleware]) -> FastAPI:
    app = _Server(
        title="Sempre",
        version=__version__,
        description="Times are UTC in ISO 8601, money is in millionths of a dollar, null means unknown.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere, which our policy refuses
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # we have our own
        middleware=layers,
        exception_handlers={
            SempreError: errors.on_known,
            RequestValidationError: errors.on_invalid,
            HTTPException: errors.on_http,
        },
    )
    # Not `include_router`: it builds each route a second time, a fifth of a second at the first request.
    for router in (*_GUARDED, health.router):
        for route in router.routes:
            if isinstance(route, APIRoute):
                route.unique_id = route.name
            app.router.routes.append(route)
    return app


class _Server(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Says of each guarded operation how one proves who one is."""
        if self.openapi_schema is None:
            document = super().openapi()
            document["components"]["securitySchemes"] = SCHEMES
            for path, item in document["paths"].items():
                if is_guarded(path):
                    for operation in item.values():
                        operation["security"] = [{name: []} for name in SCHEMES]
        return super().openapi()
