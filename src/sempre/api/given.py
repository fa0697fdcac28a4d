"""How a route gets at its parts. All `async`: what is not, FastAPI hands to a thread at each request."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from sempre.api.parts import Parts
from sempre.api.session_sums import SessionSums


async def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


async def session_sums_of(request: Request) -> SessionSums:
    sums: SessionSums = request.app.state.session_sums
    return sums


Given = Annotated[Parts, Depends(parts_of)]
Sums = Annotated[SessionSums, Depends(session_sums_of)]
