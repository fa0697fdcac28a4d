"""What FastAPI imports, and what it builds when a route is declared (how each parameter and answer is read and written),
is imported and built when a request needs it first: it would be a quarter of a start. Import this before any route is
declared.

FastAPI has no setting for that. It is pinned, and tests/api/test_late_building.py holds it to what is relied on here.
"""

import warnings
from typing import Any

from pydantic.warnings import UnsupportedFieldAttributeWarning

from sempre.loading import later

_FIRST_USED_LATER = (
    "fastapi.openapi.models",  # for the document of the API
    "fastapi.security.base",  # we have our own way in
    "fastapi.security.oauth2",
    "opentelemetry._logs",  # as telemetry of FastAPI's own, which we have not
    "opentelemetry.metrics",
    "opentelemetry.propagate",
    "opentelemetry.trace",
)

with later(*_FIRST_USED_LATER):
    from fastapi import routing, utils
    from fastapi._compat import v2

    from sempre.api.late_routes import LateRoute


def _leave(_: object) -> None:
    """Nothing yet."""


_field: Any = v2.ModelField
_build = _field.__post_init__


class _Adapter:
    """Built when it is first asked for; then it stands in the field itself, and this is not asked again."""

    def __get__(self, field: Any, _owner: type | None = None) -> Any:
        with (
            warnings.catch_warnings()
        ):  # as FastAPI does, whose fields are not what Pydantic expects
            warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)
            _build(field)
            adapter = field.__dict__["_type_adapter"]
            adapter.rebuild()
        return adapter


_field.__post_init__ = _leave
_field._type_adapter = _Adapter()  # noqa: SLF001  (there is no other way in)


def _never(_annotation: object) -> bool:
    return False


# We have no model of Pydantic 1, which FastAPI would import to ask for each parameter whether it is one.
utils.annotation_is_pydantic_v1 = _never  # pyright: ignore[reportPrivateImportUsage]  (where it is called)

_new_router: Any = routing.APIRouter.__init__
_new_router.__kwdefaults__["route_class"] = LateRoute  # rather than naming it at every router
