"""Workers: folders of prompts that Claude Code answers. Read them, send them prompts, let them go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from sempre import clock, conversations
from sempre.api.authentication import principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given, Sums
from sempre.api.parts import Parts, ScheduledPrompt, WorkerPlace
from sempre.api.pauses import Pause, pause_of
from sempre.api.schema import Form, View, WorkerName
from sempre.api.session_sums import SessionSums, Sum
from sempre.api.turns import Turn, TurnSummary, in_full, summaries
from sempre.contract import messages
from sempre.contract.messages import TurnState
from sempre.errors import NotFoundError
from sempre.telemetry import context

router = APIRouter(prefix="/api", tags=["workers"])
State = Literal["idle", "running", "waiting", "parked", "paused", "stopped", "away"]
_FIRST = (TurnState.RUNNING, TurnState.WAITING, TurnState.PARKED)


class Session(View):
    """The worker's memory: one Claude Code session, kept from turn to turn."""

    id: str
    turns: int = Field(description="Turns answered in it.")
    created_at: datetime
    cost_micros: int | None = Field(description="Millionths of a dollar; null: no price is known.")
    input_tokens: int
    output_tokens: int


class WorkerToday(View):
    """Since midnight in the operator's time zone."""

    answered: int
    failed: int
    cost_micros: int | None = Field(description="Millionths of a dollar; null: no price is known.")


class Ignored(View):
    """A file in the queue that is no prompt."""

    name: str
    reason: str


class ScheduleEntry(View):
    """A prompt that comes by itself."""

    name: str
    every: str = Field(description="As it was set: a time of day, an interval or a cron line.")
    next_at: datetime | None
    prompt: str


class Worker(View):
    name: str
    channel: str
    directory: str = Field(description="Where its agent works.")
    model: str | None = Field(description="null: Claude Code's default.")
    state: State = Field(
        description="`away`: its machine does not run Sempre now; `paused`: a person holds it back; `waiting`: a "
        "person must decide something."
    )
    state_reason: str | None
    state_until: datetime | None = Field(description="When a parked one goes on by itself.")
    pause: Pause | None = Field(description="A person's pause; its running turn may still finish.")
    queued: int = Field(description="Turns that wait.")
    oldest_queued_at: datetime | None
    session: Session | None
    live: TurnSummary | None = Field(description="The turn that runs, waits or is parked now.")
    today: WorkerToday
    ignored: Sequence[Ignored]
    queue_path: str
    output_path: str
    schedule: Sequence[ScheduleEntry]


class Prompt(Form):
    text: str = Field(min_length=1, description="What the agent shall do.")
    key: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")] | None = Field(
        default=None, description="Sent twice under one key, it is one turn."
    )


@router.get("/workers", responses=may_answer())
async def list_workers(parts: Given, sums: Sums) -> list[Worker]:
    """All workers, by name. What their sessions took is up to ten seconds old."""
    return await _Roll(parts, sums).workers()


@router.get("/workers/{name}", responses=may_answer(404))
async def get_worker(parts: Given, sums: Sums, name: WorkerName) -> Worker:
    """One worker: its queue, its live turn, its session, its schedule."""
    return await _one(parts, sums, name)


@router.post("/workers/{name}/turns", status_code=202, responses=may_answer(404))
async def send_prompt(request: Request, parts: Given, name: WorkerName, prompt: Prompt) -> Turn:
    """Put a prompt into the worker's queue. It is stored when this answers."""
    origin = {"via": "api", **context.origin()}
    by = principal_of(request).who
    turn = await parts.commands.send(
        f"files:{name}", prompt.text, key=prompt.key, origin=origin, by=by
    )
    return await in_full(parts, turn)


@router.post("/workers/{name}/resume", responses=may_answer(404))
async def resume_worker(request: Request, parts: Given, sums: Sums, name: WorkerName) -> Worker:
    """A paused, stopped or parked worker goes on at once."""
    await parts.control.resume(f"files:{name}", by=principal_of(request).who)
    return await _one(parts, sums, name)


async def _one(parts: Parts, sums: SessionSums, name: str) -> Worker:
    for worker in await _Roll(parts, sums).workers(name):
        return worker
    raise NotFoundError(
        f"There is no worker {name}. `sempre status` lists those there are; a folder under `.queue/` makes one.",
        code="worker_not_found",
    )


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """What the tables say, read once for all workers."""

    rows: Mapping[str, conversations.ChannelRow]
    live: Mapping[str, conversations.Turn]
    summaries: Mapping[str, TurnSummary]
    depth: Mapping[str, tuple[int, datetime | None]]
    ended: Mapping[tuple[str, TurnState], int]
    spent: Mapping[str, messages.Usage]
    nodes: frozenset[str]
    sums: Mapping[str, Sum]


class _Roll:
    """Puts together what the files channel, the tables and the ledger each know of the workers."""

    def __init__(self, parts: Parts, sums: SessionSums) -> None:
        self._parts = parts
        self._sums = sums

    async def workers(self, only: str | None = None) -> list[Worker]:
        standing = await self._read()
        places = {place.name: place for place in self._parts.workers()}
        elsewhere = {
            name
            for channel, row in standing.rows.items()
            if (name := channel.removeprefix("files:")) != channel
            and row.node not in {None, self._parts.about.node}
        }
        return [
            _worker(name, places.get(name), standing)
            for name in sorted({*places, *elsewhere})
            if only in {None, name}
        ]

    async def _read(self) -> _Standing:
        parts, began = self._parts, self._parts.day_began()
        rows = {row.id: row for row in await parts.channels.every()}
        turns = await parts.turns.live()
        first = {
            turn.channel: turn
            for state in reversed(_FIRST)
            for turn in reversed(turns)
            if turn.state is state
        }
        shown = await summaries(parts, list(first.values()))
        return _Standing(
            rows=rows,
            live=first,
            summaries={summary.channel: summary for summary in shown},
            depth=await parts.turns.depth(),
            ended=await parts.turns.ended_since(began),
            spent=await parts.spending.by_channel(began),
            nodes=await parts.nodes_alive(),
            sums=await self._sums.of(row.session_id for row in rows.values() if row.session_id),
        )


def _worker(name: str, place: WorkerPlace | None, standing: _Standing) -> Worker:
    channel = f"files:{name}"
    row = standing.rows.get(channel)
    queued, oldest = standing.depth.get(channel, (0, None))
    state, reason, until = _state(row, standing.live.get(channel), standing.nodes)
    return Worker(
        name=name,
        channel=channel,
        directory=str(place.directory) if place else "",
        model=place.model if place else None,
        state=state,
        state_reason=reason,
        state_until=until,
        pause=pause_of(row, clock.now()),
        queued=queued,
        oldest_queued_at=oldest,
        session=_session(row, standing.sums),
        live=standing.summaries.get(channel),
        today=_today(channel, standing),
        ignored=_ignored(place),
        queue_path=str(place.queue_path) if place else "",
        output_path=str(place.output_path) if place else "",
        schedule=[_scheduled(entry) for entry in (place.schedule if place else ())],
    )


def _session(row: conversations.ChannelRow | None, sums: Mapping[str, Sum]) -> Session | None:
    if row is None or row.session_id is None:
        return None
    so_far = sums[row.session_id]
    return Session(
        id=row.session_id,
        turns=so_far.turns,
        created_at=row.session_since or row.created_at,
        cost_micros=so_far.usage.cost_micros,
        input_tokens=so_far.usage.input_tokens,
        output_tokens=so_far.usage.output_tokens,
    )


def _state(
    row: conversations.ChannelRow | None, live: conversations.Turn | None, nodes: frozenset[str]
) -> tuple[State, str | None, datetime | None]:
    """The state, why, and until when. What a person must act on comes before what runs."""
    if row is not None and row.node is not None and row.node not in nodes:
        return (
            "away",
            f"Its machine {row.node} does not run Sempre now; its work waits for it.",
            None,
        )
    if row is not None and row.state == "stopped":
        return "stopped", row.state_reason, None
    if live is not None and live.state is TurnState.RUNNING:
        return "running", None, None
    if row is not None and (pause := pause_of(row, clock.now())) is not None:
        return "paused", pause.reason, pause.until
    if live is not None and live.state is TurnState.WAITING:
        return "waiting", live.failure.message if live.failure else None, None
    if row is not None and row.state == "parked":
        return "parked", row.state_reason, row.state_until
    if live is not None:
        return "parked", live.failure.message if live.failure else None, live.retry_at
    return "idle", None, None


def _today(channel: str, standing: _Standing) -> WorkerToday:
    return WorkerToday(
        answered=standing.ended.get((channel, TurnState.ANSWERED), 0),
        failed=standing.ended.get((channel, TurnState.FAILED), 0),
        cost_micros=standing.spent.get(channel, messages.Usage()).cost_micros,
    )


def _ignored(place: WorkerPlace | None) -> list[Ignored]:
    if place is None:
        return []
    return [Ignored(name=name, reason=reason) for name, reason in place.ignored.items()]


def _scheduled(entry: ScheduledPrompt) -> ScheduleEntry:
    return ScheduleEntry(
        name=entry.name, every=entry.every, next_at=entry.next_at, prompt=entry.prompt
    )
