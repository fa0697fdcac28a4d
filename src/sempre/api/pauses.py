"""Holding one channel back, whatever its kind, and letting it go on."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, Field
from starlette.requests import Request

from sempre import clock, conversations
from sempre.api.agent import Reason
from sempre.api.authentication import principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import CHANNEL, Form, View

router = APIRouter(prefix="/api/channels", tags=["channels"])

ChannelId = Annotated[
    str,
    Path(
        pattern=CHANNEL,
        description="The channel, such as `files:coder`.",
    ),
]


class Pause(View):
    """A person's pause: what runs may finish, nothing new starts."""

    since: datetime
    by: str
    reason: str | None
    until: datetime | None = Field(description="null: until a person resumes it.")


class ChannelHold(View):
    """What holds a channel back. It may be paused by a person and parked or stopped besides."""

    channel: str
    pause: Pause | None
    state: Literal["open", "parked", "stopped"] = Field(
        description="`parked`: it goes on by itself; `stopped`: a person must mend something."
    )
    state_reason: str | None
    state_until: datetime | None


class PauseWish(Form):
    reason: Reason = None
    until: AwareDatetime | None = Field(
        default=None, description="It goes on by itself then; with its time zone."
    )


@router.post("/{channel:path}/pause", responses=may_answer(404))
async def pause_channel(
    request: Request, parts: Given, channel: ChannelId, wish: PauseWish | None = None
) -> ChannelHold:
    """Let the running turn finish and start nothing new, until then or until it is resumed. What comes in waits."""
    asked = wish or PauseWish()
    by = principal_of(request).who
    await parts.control.pause(channel, by=by, reason=asked.reason, until=asked.until)
    return await _hold(parts, channel)


@router.post("/{channel:path}/resume", responses=may_answer(404))
async def resume_channel(request: Request, parts: Given, channel: ChannelId) -> ChannelHold:
    """A paused, parked or stopped channel goes on at once."""
    await parts.control.resume(channel, by=principal_of(request).who)
    return await _hold(parts, channel)


def pause_of(row: conversations.ChannelRow | None, now: datetime) -> Pause | None:
    """The pause that holds now."""
    pause = row.pause if row else None
    if pause is None or not pause.holds(now):
        return None
    return Pause(since=pause.since, by=pause.by, reason=pause.reason, until=pause.until)


async def _hold(parts: Parts, channel: str) -> ChannelHold:
    row = await parts.channels.get(channel)
    return ChannelHold(
        channel=channel,
        pause=pause_of(row, clock.now()),
        state=row.state,
        state_reason=row.state_reason,
        state_until=row.state_until,
    )
