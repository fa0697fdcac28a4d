"""A route that is built when a request is for it, or when the document of the API is made. A hundred of them, built as
they are declared, would be a tenth of a start, and most are asked for by nobody before the next one."""

from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import Match, compile_path, get_name
from starlette.types import Scope

_OF_THE_PATH = {"path_regex", "path_format", "param_convertors"}


class LateRoute(APIRoute):
    """What it is found by is there; all else is made when something of it is first looked at."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **asked: Any) -> None:
        self.path = path
        self.endpoint = endpoint
        self.name = asked.get("name") or get_name(endpoint)
        self.methods = {each.upper() for each in asked.get("methods") or ["GET"]}
        self._begins = path.partition("{")[0]
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        """Only for what is not there yet."""
        if name in _OF_THE_PATH:
            self.path_regex, self.path_format, self.param_convertors = compile_path(self.path)
        else:
            self._build(name)
        return getattr(self, name)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Most requests are for another route, and its beginning tells."""
        return super().matches(scope) if self._begins in scope["path"] else (Match.NONE, {})

    def _build(self, name: str) -> None:
        asked = vars(self).pop("_asked", None)
        if asked is None:
            raise AttributeError(f"A route has no {name}.", name=name, obj=self)
        given = dict(vars(self))
        super().__init__(self.path, self.endpoint, **asked)
        vars(self).update(given)  # what was said of it since
