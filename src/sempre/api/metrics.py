"""The metrics for Prometheus. What stands in the tables is read when it is asked for."""

from fastapi import APIRouter
from starlette.responses import Response

from sempre import clock
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.board.words import RunState
from sempre.contract.messages import ENDED, TurnState
from sempre.telemetry import metrics

router = APIRouter(tags=["metrics"])
_OPEN = [state for state in TurnState if state not in ENDED]


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        **may_answer(),
        200: {
            "description": "Prometheus text; docs/reference/metrics.md explains each.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
    },
)
async def get_metrics(parts: Given) -> Response:
    """Needs a login or a token like the rest."""
    await _measure(parts)
    text, kind = metrics.written()
    return Response(text, media_type=kind)


async def _measure(parts: Parts) -> None:
    """Set what is a state, not a happening."""
    await _measure_turns(parts)
    await _measure_approvals(parts)
    await _measure_runs(parts)
    await _measure_care(parts)
    metrics.SESSIONS_ALIVE.set(parts.sessions_alive())
    metrics.WATCHERS.set(parts.stream.watchers)
    metrics.BUDGET_PARKED.set(len(await parts.turns.parked("budget")))


async def _measure_turns(parts: Parts) -> None:
    depth = await parts.turns.depth()
    metrics.QUEUE_DEPTH.clear()
    metrics.QUEUE_AGE.clear()
    for channel, (count, oldest) in depth.items():
        age = (clock.now() - oldest).total_seconds() if oldest else 0
        metrics.QUEUE_DEPTH.labels(channel).set(count)
        metrics.QUEUE_AGE.labels(channel).set(max(age, 0))
    by_state = await parts.turns.open_count()
    for state in _OPEN:
        metrics.OPEN_TURNS.labels(state.value).set(by_state.get(state, 0))
    metrics.CHANNELS.clear()
    for row in await parts.channels.every():
        metrics.CHANNELS.labels(row.state).inc()
    metrics.DEAD_LETTERS.set(await parts.dead_letters.count())
    metrics.WAITS.clear()
    for (state, reason), count in (await parts.care.figures.waits()).items():
        metrics.WAITS.labels(state.value, reason or "turn").set(count)


async def _measure_approvals(parts: Parts) -> None:
    waiting, oldest = await parts.approvals.standing()
    metrics.APPROVALS_PENDING.set(waiting)
    age = (clock.now() - oldest).total_seconds() if oldest else 0
    metrics.APPROVALS_AGE.set(max(age, 0))


async def _measure_runs(parts: Parts) -> None:
    standing = await parts.board.runs.standing()
    for state in RunState:
        if not state.ended:
            metrics.RUNS.labels(state.value).set(standing.get(state.value, 0))


async def _measure_care(parts: Parts) -> None:
    care = parts.care
    metrics.DISK_FREE.set(await care.figures.disk_free())
    metrics.ALERTS_OPEN.clear()
    for rule, count in (await care.alerts.count()).items():
        metrics.ALERTS_OPEN.labels(rule).set(count)
    metrics.BUDGET_USED.clear()
    for name, ratio in (await care.figures.budgets()).items():
        metrics.BUDGET_USED.labels(name).set(ratio)
    standing = await care.rounds.standing()
    newest = standing.newest
    age = (clock.now() - newest.backup.made_at).total_seconds() if newest else -1
    metrics.BACKUP_AGE.set(age)
    proven = -1 if newest is None or newest.drill is None else int(newest.drill.passed)
    metrics.BACKUP_PROVEN.set(proven)
