"""HTTP and live events: one file a resource, routes and models together. Decides nothing: it asks and commands."""

from typing import TYPE_CHECKING, Any

from sempre.api.addresses import check_address
from sempre.api.parts import About, Commands, Parts, ScheduledPrompt, Spending, WorkerPlace

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = [
    "About",
    "Commands",
    "Parts",
    "ScheduledPrompt",
    "Spending",
    "WorkerPlace",
    "check_address",
    "create_app",
    "openapi_document",
]


def create_app(parts: Parts) -> "FastAPI":
    """The server of one runtime."""
    from sempre.api import server  # heavy

    return server.create_app(parts)


def openapi_document() -> dict[str, Any]:
    """What the API offers, for types, parity and clients. Needs no database and no settings."""
    from sempre.api import server  # heavy

    return server.openapi_document()
