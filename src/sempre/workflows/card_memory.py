"""Which of the agent's sessions a visit goes on in: plan, implement and fixes share the run's, each review begins with
fresh eyes. Where there is one it is written down before it is used, so a restart goes on in the same."""

from collections.abc import Sequence

from sempre.board import Run, Runs, Visit, Visits
from sempre.board.words import Stage, VisitKind
from sempre.contract.agents import Session
from sempre.conversations import Channels, Turn, Turns
from sempre.ids import random_uuid


class Memory:
    def __init__(self, runs: Runs, visits: Visits, turns: Turns, channels: Channels) -> None:
        self._runs = runs
        self._visits = visits
        self._turns = turns
        self._channels = channels

    async def choose(self, channel: str, run: Run, visit: Visit, past: Sequence[Visit]) -> Visit:
        """The channel goes on with it. `past` are the run's visits before this one."""
        if runs_commands(visit):
            return visit
        wanted = visit.session_id or await self._wanted(run, visit, past) or random_uuid()
        visit = await self._visits.begin(visit.id, session_id=wanted)
        if not _has_own(visit) and run.session_id is None:
            await self._runs.set_session(run.id, wanted)
        known = {each.id: each for each in await self._channels.sessions(channel)}
        began = wanted in known and known[wanted].last_turn_at is not None
        await self._channels.set_session(channel, Session(id=wanted, started=began))
        return visit

    async def follow(self, run: Run, visit: Visit, turn: Turn) -> None:
        """The session may have been lost and another begun instead."""
        if runs_commands(visit) or _has_own(visit) or turn.session_id is None:
            return
        if turn.session_id != run.session_id:
            await self._runs.set_session(run.id, turn.session_id)

    async def _wanted(self, run: Run, visit: Visit, past: Sequence[Visit]) -> str | None:
        if visit.kind is not VisitKind.AGAIN:
            return None if _has_own(visit) else run.session_id
        last = past[-1]
        turn = await self._turns.get(last.turn_id) if last.turn_id else None
        return (turn and turn.session_id) or last.session_id


def runs_commands(visit: Visit) -> bool:
    """Whether the board's test commands answer, and no agent."""
    return visit.stage is Stage.TEST and visit.kind is VisitKind.WORK


def _has_own(visit: Visit) -> bool:
    return visit.stage is Stage.REVIEW
