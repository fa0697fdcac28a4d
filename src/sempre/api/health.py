"""Whether this process is there, and whether it can work. Both need no login and no credential."""

import asyncio

from fastapi import APIRouter, Response
from pydantic import Field

from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import View
from sempre.errors import UnavailableError

router = APIRouter(tags=["health"])
_DATABASE_SECONDS = 2.0


class Alive(View):
    alive: bool


class Ready(View):
    """Ready when all three are true."""

    ready: bool
    database: bool = Field(description="The database answers.")
    schema_at_head: bool = Field(description="It has this release's schema.")
    engine: bool = Field(description="The engine takes work.")
    suspended: bool = Field(description="A person suspended everything; it is ready all the same.")


@router.get("/healthz")
async def healthz() -> Alive:
    """Answers as long as the process does anything at all."""
    return Alive(alive=True)


@router.get("/readyz", responses={503: {"model": Ready, "description": "Not ready."}})
async def readyz(parts: Given, response: Response) -> Ready:
    """Whether it can work: 503 while the database, its schema or the engine is not there."""
    at_head = await _at_head(parts)
    engine = parts.engine_running()
    ready = bool(at_head) and engine
    if not ready:
        response.status_code = 503
    return Ready(
        ready=ready,
        database=at_head is not None,
        schema_at_head=bool(at_head),
        engine=engine,
        suspended=parts.suspension.current is not None,
    )


async def _at_head(parts: Parts) -> bool | None:
    """None: the database does not answer."""
    try:
        async with asyncio.timeout(_DATABASE_SECONDS):
            return await parts.at_head()
    except (UnavailableError, TimeoutError):
        return None
