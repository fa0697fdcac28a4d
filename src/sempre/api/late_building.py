"""What FastAPI builds when it is imported and when a route is declared (how each parameter and answer is read and
written) is built when a request needs it first: it would be a quarter of a start. Import this before any route is declared.

FastAPI has no setting for that. It is pinned, and tests/api/test_late_building.py holds it to what is relied on here.
"""

import warnings
from typing import Any

from pydantic import BaseModel
from pydantic._internal import _config
from pydantic.warnings import UnsupportedFieldAttributeWarning


def _leave(_: object) -> None:
    """Nothing yet."""


def _rebuild(model: Any, **asked: Any) -> Any:
    """Of a module's own accord it is left; when it is asked for, since one is made, it is done."""
    return _rebuild_now(model, **asked) if asked else None


# Pydantic's own setting, but for the models that FastAPI itself brings; it then builds three of them all the same.
_config.config_defaults["defer_build"] = True
_model: Any = BaseModel
_kept = vars(BaseModel)["model_rebuild"]
_rebuild_now = _kept.__func__
_model.model_rebuild = classmethod(_rebuild)
try:
    from fastapi import routing, utils
    from fastapi._compat import v2
    from fastapi.openapi import models

    from sempre.api.late_routes import LateRoute
finally:
    _config.config_defaults["defer_build"] = False
    _model.model_rebuild = _kept

__all__ = ["models"]  # for the test; here it is only to be imported in this block
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
