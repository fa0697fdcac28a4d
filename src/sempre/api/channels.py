"""Channels of every kind, and messages for those that are addressed over the API alone: `api:<name>`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import Field

from sempre import clock, conversations
from sempre.api.authentication import principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.pauses import Pause, pause_of
from sempre.api.schema import Form, View
from sempre.api.turns import Turn, TurnSummary, in_full, summaries
from sempre.telemetry import context

router = APIRouter(prefix="/api/channels", tags=["channels"])

ApiChannel = Annotated[
    str,
    Path(
        pattern=r"^api:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$",
        description="`api:` and a name of up to 64 letters, digits, `-`, `_` and `.`. The first message opens it.",
    ),
]


class Channel(View):
    """An addressable place with turns in a strict order."""

    channel: str
    kind: str = Field(description="What stands before the colon: `files`, `api`.")
    node: str | None = Field(description="The machine that it is bound to; null: any answers it.")
    state: Literal["open", "parked", "stopped"] = Field(
        description="`parked`: it goes on by itself; `stopped`: a person must mend something."
    )
    state_reason: str | None
    state_until: datetime | None
    pause: Pause | None
    queued: int = Field(description="Turns that wait.")
    oldest_queued_at: datetime | None
    live: TurnSummary | None = Field(description="The turn that runs, waits or is parked now.")
    created_at: datetime


class Message(Form):
    text: str = Field(min_length=1, description="What the agent shall answer.")
    key: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")] | None = Field(
        default=None, description="Sent twice under one key, it is one turn."
    )


@router.get("", responses=may_answer())
async def list_channels(parts: Given) -> Sequence[Channel]:
    """All channels, by name."""
    depth = await parts.turns.depth()
    live = {turn.channel: turn for turn in reversed(await parts.turns.live())}
    shown = {each.channel: each for each in await summaries(parts, list(live.values()))}
    return [
        _channel(row, depth.get(row.id, (0, None)), shown.get(row.id))
        for row in await parts.channels.every()
    ]


@router.post("/{channel:path}/messages", status_code=202, responses=may_answer(404))
async def send_message(
    request: Request, parts: Given, channel: ApiChannel, message: Message
) -> Turn:
    """Put a message on an `api:` channel. It is stored when this answers; the answer is read from the turn."""
    origin = {"via": "api", **context.origin()}
    by = principal_of(request).who
    turn = await parts.commands.send(channel, message.text, key=message.key, origin=origin, by=by)
    return await in_full(parts, turn)


def _channel(
    row: conversations.ChannelRow, depth: tuple[int, datetime | None], live: TurnSummary | None
) -> Channel:
    queued, oldest = depth
    return Channel(
        channel=row.id,
        kind=row.id.partition(":")[0],
        node=row.node,
        state=row.state,
        state_reason=row.state_reason,
        state_until=row.state_until,
        pause=pause_of(row, clock.now()),
        queued=queued,
        oldest_queued_at=oldest,
        live=live,
        created_at=row.created_at,
    )
