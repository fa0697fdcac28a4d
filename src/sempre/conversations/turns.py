"""Turns as a whole: read them, cancel them, try them again, mark them given out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sempre import clock
from sempre.contract.messages import TurnState, Usage
from sempre.conversations._store import attempts, channels, dead_letters, turns
from sempre.conversations.inbox import Submission, workflow_id
from sempre.conversations.turn import Turn
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.errors import ConflictError
from sempre.events import Log


class Turns:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._log = log

    async def get(self, turn_id: str) -> Turn:
        """Raises NotFoundError."""
        async with self._db.reading() as session:
            return await turns.get(session, self._keyring, turn_id)

    async def of_ids(self, turn_ids: Sequence[str]) -> Mapping[str, Turn]:
        """Those of them that there are."""
        async with self._db.reading() as session:
            found = await turns.of_ids(session, self._keyring, turn_ids)
        return {turn.id: turn for turn in found}

    async def page(
        self,
        *,
        channel: str | None = None,
        states: Sequence[TurnState] = (),
        number: int | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> Sequence[Turn]:
        """Newest first."""
        async with self._db.reading() as session:
            return await turns.page(
                session,
                self._keyring,
                channel=channel,
                states=states,
                number=number,
                before=before,
                limit=limit,
            )

    async def live(self) -> Sequence[Turn]:
        """What runs, waits or is parked now, oldest first."""
        async with self._db.reading() as session:
            return await turns.live(session, self._keyring)

    async def parked(self, kind: str) -> Sequence[str]:
        """Those that are parked for this kind of reason, oldest first: at most one a channel."""
        async with self._db.reading() as session:
            return await turns.parked(session, kind)

    async def depth(self) -> Mapping[str, tuple[int, datetime | None]]:
        """By channel: how many turns wait, and since when the oldest does."""
        async with self._db.reading() as session:
            return await turns.depth(session)

    async def open_count(self) -> Mapping[TurnState, int]:
        async with self._db.reading() as session:
            return await turns.open_count(session)

    async def ended_since(self, moment: datetime) -> Mapping[tuple[str, TurnState], int]:
        async with self._db.reading() as session:
            return await turns.ended_since(session, moment)

    async def answered_in_sessions(self, session_ids: Sequence[str]) -> Mapping[str, int]:
        """How many turns were answered in each; a session without any is left out."""
        async with self._db.reading() as session:
            return await turns.of_sessions(session, session_ids)

    async def unfinished(self) -> Sequence[Submission]:
        """All that is not given out yet, in order: what the engine must have a workflow for."""
        async with self._db.reading() as session:
            rows = await turns.unfinished(session)
        return [
            Submission(turn_id=row[0], channel=row[1], seq=row[2], workflow=row[3]) for row in rows
        ]

    async def cancel(self, turn_id: str) -> Turn:
        """A person says stop. What does not run is cancelled at once; for what runs the wish is noted, and the
        caller interrupts the agent. Raises ConflictError when it has ended."""
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            if turn.state.ended:
                raise ConflictError(
                    f"This turn has ended already: {turn.state.value}. There is nothing to cancel."
                )
            values: dict[str, object] = {"cancel_requested": True}
            if turn.state is not TurnState.RUNNING:
                values |= {
                    "state": TurnState.CANCELLED,
                    "finished_at": clock.now(),
                    "retry_at": None,
                }
                values |= turns.failure_values(self._keyring, turn_id, None)
            await turns.update(session, turn_id, values)
            after = await turns.get(session, self._keyring, turn_id)
        if after.state.ended:
            self._tell(
                after, "turn.ended", {"state": after.state.value, "attempts": after.attempts}
            )
        return after

    async def retry(self, turn_id: str, *, text: str | None = None) -> Submission:
        """Try a failed or cancelled turn again, with its number and, if `text` is given, another prompt. The
        caller submits it. Raises ConflictError in another state."""
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            if turn.state not in {TurnState.FAILED, TurnState.CANCELLED}:
                raise ConflictError(
                    f"This turn is {turn.state.value}; only a failed or cancelled one can be tried again."
                )
            if turn.published_at is None:
                raise ConflictError("This turn is just being put away; try again in a moment.")
            workflow = _again(turn)
            tried = await attempts.of_turn(session, self._keyring, turn_id)
            values: dict[str, object] = {
                "state": TurnState.QUEUED,
                "cancel_requested": False,
                "workflow": workflow,
                "attempts": 0,
                "errors": 0,
                "transient_errors": 0,
                "forgotten_attempts": len(tried),
                "retry_at": None,
                "finished_at": None,
                "published_at": None,
                **turns.failure_values(self._keyring, turn_id, None),
                **turns.usage_values(None),
            }
            if text is not None:
                values["prompt"] = turns.sealed_prompt(self._keyring, turn_id, text)
            await turns.update(session, turn_id, values)
            await dead_letters.resolve(session, turn_id, "retried", clock.now())
        self._tell(turn, "turn.retried", {"edited": text is not None})
        return Submission(turn_id=turn_id, channel=turn.channel, seq=turn.seq, workflow=workflow)

    async def unpark(self, turn_id: str) -> None:
        """What held it back does so no longer, and it was woken."""
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            if turn.state is TurnState.PARKED:
                values = turns.failure_values(self._keyring, turn_id, None)
                values |= {"state": TurnState.QUEUED, "retry_at": None}
                await turns.update(session, turn_id, values)

    async def hurry(self, turn_id: str) -> None:
        """A person does not want to wait for the back-off to end."""
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            if not turn.state.ended:
                await turns.update(session, turn_id, {"retry_at": None})

    async def record_usage(self, turn: Turn, usage: Usage) -> Turn:
        """Write down what an ended turn took, once: what is given out is made from the row alone. A power cut may take
        it away until the turn is marked as given out; then it is counted again."""
        async with self._db.transaction(lasting=False) as session:
            first = await turns.record_usage(session, turn.id, usage)
        return replace(turn, usage=usage) if first else await self.get(turn.id)

    async def renew(self, turn_id: str) -> Submission:
        """The engine has ended this turn's workflow without giving it out: it gets another."""
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            workflow = _again(turn)
            await turns.update(session, turn_id, {"workflow": workflow})
        return Submission(turn_id=turn_id, channel=turn.channel, seq=turn.seq, workflow=workflow)

    async def renumber(self, turn_id: str) -> Turn:
        """Give the turn the next free number, since something else stands under its own."""
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            number = await channels.take_number(session, turn.channel)
            await turns.update(session, turn_id, {"number": number})
        self._tell(turn, "turn.note", {"code": "renumbered", "from": turn.number, "to": number})
        return await self.get(turn_id)

    async def mark_published(self, turn: Turn, where: str) -> None:
        """It was given out."""
        async with self._db.transaction() as session:
            first = await turns.mark_published(session, turn.id, clock.now())
        if first:
            self._tell(turn, "turn.published", {"where": where, "number": turn.number})

    def _tell(self, turn: Turn, kind: str, details: Mapping[str, object]) -> None:
        self._log.append(kind, details, channel=turn.channel, turn_id=turn.id)


def _again(turn: Turn) -> str:
    """The workflow id of the next retry by a person."""
    first = workflow_id(turn.channel, turn.seq)
    done = int(turn.workflow.removeprefix(first).removeprefix(":") or 0)
    return workflow_id(turn.channel, turn.seq, done + 1)
