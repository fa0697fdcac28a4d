"""How a route gets at its parts."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from sempre.api.parts import Parts


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Given = Annotated[Parts, Depends(parts_of)]
