"""The whole of what is served. FastAPI and all resources together take a third of a start, so this is imported when a
server is made, not with its parts."""

from sempre.api import late_building  # noqa: F401  # pyright: ignore[reportUnusedImport]  (before anything else of FastAPI)
from sempre.api.application import create_app, openapi_document

__all__ = ["create_app", "openapi_document"]
