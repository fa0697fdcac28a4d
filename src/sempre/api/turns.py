"""Turns: list, read, cancel, try again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from sempre import conversations
from sempre.api.authentication import principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.heads import LONGEST, head
from sempre.api.parts import Parts
from sempre.api.schema import PAGE, Before, ChannelName, Form, ItemId, Limit, Rows, View
from sempre.api.search import Wanted, find_turns
from sempre.contract import messages
from sempre.contract.messages import TurnState

router = APIRouter(prefix="/api", tags=["turns"])
_UNSPENT = messages.Usage()


class Failure(View):
    """Why it did not end in an answer. `kind` is stable; `message` says what to do."""

    kind: str
    message: str


class Usage(View):
    """Tokens, as the provider counts them."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class TurnSummary(View):
    """A turn as lists show it. Times are UTC."""

    id: str
    channel: str
    worker: str | None = Field(description="The worker's name, on `files:` channels.")
    number: int = Field(description="The N of task_N; kept when the turn is tried again.")
    seq: int = Field(description="Its place in the channel's order.")
    state: TurnState
    prompt_head: str = Field(description=f"The first {LONGEST} characters.")
    answer_head: str | None
    failure: Failure | None
    origin: Mapping[str, str] = Field(
        description="Where it came from: a file's name, a request id."
    )
    model: str | None
    session_id: str | None
    usage: Usage
    cost_micros: int | None = Field(description="Millionths of a dollar; null: no price is known.")
    attempts: int = Field(description="Tries since it came in or was last sent again by a person.")
    received_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    published_at: datetime | None = Field(description="When its answer was given out.")
    retry_at: datetime | None = Field(description="Not tried again before this.")


class Attempt(View):
    """One try. `counted` says whether it counts against the limit of attempts."""

    number: int
    state: str = Field(description="`running`, `crashed`, `stopped`, or how the agent ended it.")
    failure: Failure | None
    started_at: datetime
    ended_at: datetime | None
    resumed: bool = Field(description="Whether it went on in a session that existed.")
    counted: bool


class Turn(TurnSummary):
    """A turn in full."""

    prompt: str
    answer: str | None
    attempt_log: Sequence[Attempt]


class TurnPage(View):
    """Newest first. `next` goes into `before`; null: there is no more."""

    items: Rows[TurnSummary]
    next: str | None


class RetryText(Form):
    """What to try again with."""

    text: str | None = Field(default=None, description="Another prompt; without it the same one.")


@router.get("/turns", responses=may_answer())
async def list_turns(
    parts: Given,
    channel: ChannelName = None,
    state: Annotated[TurnState | None, Query(description="Only turns that stand so.")] = None,
    q: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Words in prompt or answer, whatever their case; or `#` and a number.",
        ),
    ] = None,
    before: Before = None,
    limit: Limit = PAGE,
) -> TurnPage:
    """Newest first. A search reads a bounded number of turns a page, so a page may hold few or none and still
    have a `next`."""
    wanted = Wanted(channel=channel, states=(state,) if state else (), text=q, before=before)
    found, following = await find_turns(parts.turns, wanted, limit)
    return TurnPage(items=await summaries(parts, found), next=following)


@router.get("/turns/{id}", responses=may_answer(404))
async def get_turn(parts: Given, id: ItemId) -> Turn:
    """One turn with its prompt, its answer and every attempt at it."""
    return await in_full(parts, await parts.turns.get(id))


@router.post("/turns/{id}/cancel", responses=may_answer(404, 409))
async def cancel_turn(request: Request, parts: Given, id: ItemId) -> Turn:
    """Stop it: at once when it waits, within a second when it runs. 409 when it has ended."""
    return await in_full(parts, await parts.commands.cancel(id, by=principal_of(request).who))


@router.post("/turns/{id}/retry", responses=may_answer(404, 409))
async def retry_turn(
    request: Request,
    parts: Given,
    id: ItemId,
    change: RetryText | None = None,
) -> Turn:
    """Try a failed or cancelled turn again, under its number. 409 in any other state."""
    text = change.text if change else None
    by = principal_of(request).who
    return await in_full(parts, await parts.commands.retry(id, text=text, by=by))


async def summaries(parts: Parts, turns: Sequence[conversations.Turn]) -> list[TurnSummary]:
    """What an ended turn took stands in its row; of the others the ledger knows."""
    going_on = [turn.id for turn in turns if turn.usage is None]
    spent: Mapping[str, messages.Usage] = {}
    if going_on:
        spent = await parts.spending.of_turns(going_on)
    return [_summary(turn, turn.usage or spent.get(turn.id, _UNSPENT)) for turn in turns]


async def in_full(parts: Parts, turn: conversations.Turn) -> Turn:
    (summary,) = await summaries(parts, [turn])
    attempts = await parts.attempts.of_turn(turn.id)
    more = {
        "prompt": turn.prompt,
        "answer": turn.answer,
        "attempt_log": [_attempt(attempt) for attempt in attempts],
    }
    return Turn.model_validate({**dict(summary), **more})


def failure_of(failure: messages.Failure | None) -> Failure | None:
    return None if failure is None else Failure(kind=failure.kind, message=failure.message)


def worker_of(channel: str) -> str | None:
    """`files:coder` -> `coder`."""
    kind, _, name = channel.partition(":")
    return name if kind == "files" else None


def _summary(turn: conversations.Turn, spent: messages.Usage) -> TurnSummary:
    return TurnSummary(
        id=turn.id,
        channel=turn.channel,
        worker=worker_of(turn.channel),
        number=turn.number,
        seq=turn.seq,
        state=turn.state,
        prompt_head=head(turn.prompt),
        answer_head=None if turn.answer is None else head(turn.answer),
        failure=failure_of(turn.failure),
        origin=turn.origin,
        model=turn.model,
        session_id=turn.session_id,
        usage=Usage(
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            cache_read_tokens=spent.cache_read_tokens,
            cache_write_tokens=spent.cache_write_tokens,
        ),
        cost_micros=spent.cost_micros,
        attempts=turn.attempts,
        received_at=turn.received_at,
        started_at=turn.started_at,
        finished_at=turn.finished_at,
        published_at=turn.published_at,
        retry_at=turn.retry_at,
    )


def _attempt(attempt: conversations.Attempt) -> Attempt:
    return Attempt(
        number=attempt.number,
        state=attempt.state,
        failure=failure_of(attempt.failure),
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        resumed=attempt.resumed,
        counted=attempt.counted,
    )
