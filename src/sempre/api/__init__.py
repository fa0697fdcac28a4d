"""HTTP and live events: one file a resource, routes and models together. Decides nothing: it asks and commands."""

from sempre.api import late_building  # noqa: F401  # pyright: ignore[reportUnusedImport]  (before anything else of FastAPI)
from sempre.api.application import create_app, openapi_document
from sempre.api.parts import About, Commands, Parts, ScheduledPrompt, Spending, WorkerPlace
from sempre.api.security import check_address

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
