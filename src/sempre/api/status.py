"""How everything stands, at one glance."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from sempre.api.agent import Suspended, suspended_of
from sempre.api.backups import Drill, drill_of
from sempre.api.connection import Kind, summary_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Mode, Parts
from sempre.api.schema import View
from sempre.contract.messages import TurnState

router = APIRouter(prefix="/api", tags=["status"])


class ConnectionSummary(View):
    kind: Kind
    detail: str | None = Field(
        description="Where the model is reached and how, without any secret."
    )


class Counts(View):
    """Turns by what they do now; `dead` are dead letters, `sessions_alive` live Claude Code processes."""

    running: int
    queued: int
    parked: int
    waiting: int = Field(description="Those that wait for a person.")
    approvals: int = Field(description="Calls that a person can decide now.")
    alerts: int = Field(description="Alerts that last.")
    proposals: int = Field(description="Rights in sempre.toml that wait for a person's approval.")
    dead: int
    sessions_alive: int


class Today(View):
    """Since midnight in the operator's time zone."""

    turns: int = Field(description="Ended turns.")
    answered: int
    failed: int
    cost_micros: int = Field(description="Millionths of a dollar, of calls with a known price.")
    unknown_cost_calls: int


class LastBackup(View):
    """The newest backup; `GET /api/backups` has all of them."""

    name: str
    made_at: datetime
    drill: Drill | None = Field(description="Its restore drill; null: none was held.")


class SettingsFile(View):
    """sempre.toml while Sempre runs."""

    problem: str | None = Field(
        description="Why the file as it is now does not hold, and what it said before does; null: it holds."
    )
    waiting: Sequence[str] = Field(
        description="Sections in which it says something that only a start reads."
    )


class Status(View):
    version: str
    mode: Mode = Field(
        description="`rehearsal`: answers are scripted; `login`: the user's own `claude` login, without gateway."
    )
    home: str
    node: str
    started_at: datetime
    database: Literal["sqlite", "postgres"]
    connection: ConnectionSummary
    suspended: Suspended | None = Field(
        description="A person suspended everything; null: work goes on."
    )
    counts: Counts
    today: Today
    backup: LastBackup | None = Field(description="null: there is none.")
    settings: SettingsFile
    waiting_for_real_model: int = Field(
        description="Prompts that are kept for a real model while this is a rehearsal."
    )
    last_event_id: int = Field(description="Where the live stream stands; begin it after this.")


@router.get("/status", responses=may_answer())
async def get_status(parts: Given) -> Status:
    """What runs, what waits, what it cost today, and which model is connected."""
    # Read before everything else: what happens meanwhile comes again on the stream, and nothing is missed.
    last_event_id = await parts.log.last_id()
    connection = await parts.connections.current()
    kind, detail = summary_of(connection)
    about = parts.about
    return Status(
        version=about.version,
        mode=about.mode,
        home=str(about.home),
        node=about.node,
        started_at=about.started_at,
        database=about.database,
        connection=ConnectionSummary(kind=kind, detail=detail),
        suspended=suspended_of(await parts.suspension.now()),
        counts=await _counts(parts),
        today=await _today(parts),
        backup=await _last_backup(parts),
        settings=SettingsFile(problem=parts.live.problem, waiting=parts.live.waiting),
        waiting_for_real_model=await parts.waiting_for_real_model(),
        last_event_id=last_event_id,
    )


async def _counts(parts: Parts) -> Counts:
    by_state = await parts.turns.open_count()
    return Counts(
        running=by_state.get(TurnState.RUNNING, 0),
        queued=by_state.get(TurnState.QUEUED, 0),
        parked=by_state.get(TurnState.PARKED, 0),
        waiting=by_state.get(TurnState.WAITING, 0),
        approvals=(await parts.approvals.standing())[0],
        alerts=sum((await parts.care.alerts.count()).values()),
        proposals=parts.proposals.waiting,
        dead=await parts.dead_letters.count(),
        sessions_alive=parts.sessions_alive(),
    )


async def _today(parts: Parts) -> Today:
    began = parts.day_began()
    ended = await parts.turns.ended_since(began)
    spent = await parts.spending.by_channel(began)
    by_state = {
        state: sum(count for (_, each), count in ended.items() if each is state)
        for state in TurnState
    }
    return Today(
        turns=sum(by_state.values()),
        answered=by_state[TurnState.ANSWERED],
        failed=by_state[TurnState.FAILED],
        cost_micros=sum(usage.cost_micros or 0 for usage in spent.values()),
        unknown_cost_calls=await parts.spending.unpriced(began),
    )


async def _last_backup(parts: Parts) -> LastBackup | None:
    standing = await parts.care.rounds.standing()
    if standing.newest is None:
        return None
    newest = standing.newest
    return LastBackup(
        name=newest.backup.name, made_at=newest.backup.made_at, drill=drill_of(newest)
    )
