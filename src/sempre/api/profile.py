"""A profile of the running server, made on demand."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import Field

from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import Form, View
from sempre.errors import ConflictError
from sempre.telemetry import profiling

router = APIRouter(prefix="/api", tags=["profile"])


class ProfileWish(Form):
    seconds: float = Field(default=10, ge=0.1, le=120, description="How long to watch.")


class BusyFunction(View):
    name: str
    percent: int


class Profile(View):
    """Files in the home's state folder. `cpu` is in the form of flame graph tools and speedscope."""

    cpu: str
    memory: str
    samples: int
    top: Sequence[BusyFunction] = Field(description="Where the threads were most often.")
    rss_bytes: int = Field(description="Memory of this process now.")
    grown_bytes: int = Field(description="Memory allocated meanwhile and still held.")


@router.post("/profile", status_code=201, responses=may_answer(409))
async def take_profile(parts: Given, wish: Annotated[ProfileWish | None, Body()] = None) -> Profile:
    """Watch the server for some seconds and write down where its time and memory go. 409 while one is made."""
    care, seconds = parts.care, (wish or ProfileWish()).seconds
    if care.profiling.locked():
        raise ConflictError("A profile is being made already. Try again when it is done.")
    async with care.profiling:
        keep = parts.settings.retention.profiles
        made = await asyncio.to_thread(profiling.take, care.profiles, seconds, keep=keep)
    return Profile(
        cpu=str(made.cpu),
        memory=str(made.memory),
        samples=made.samples,
        top=[BusyFunction(name=name, percent=percent) for name, percent in made.top],
        rss_bytes=made.rss_bytes,
        grown_bytes=made.grown_bytes,
    )
