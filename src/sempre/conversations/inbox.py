"""Stores what came in before it is acknowledged, then hands it to the engine, in order."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from sempre import clock, crash, ids
from sempre.contract.messages import Accepted, Inbound
from sempre.conversations._store import channels, dead_letters, turns
from sempre.crypto import Keyring
from sempre.db import Database, Session
from sempre.events import Log

_HEAD = 120  # characters of a prompt that stand in an event
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A stored turn for the engine: started under this workflow id, in order within its channel."""

    turn_id: str
    channel: str
    seq: int
    workflow: str


Submit = Callable[[Sequence[Submission]], Awaitable[None]]


def workflow_id(channel: str, seq: int, again: int = 0) -> str:
    """Sorts in the order of the channel's sequence; a person's retry gets an id of its own."""
    return f"turn:{channel}:{seq:012d}" + (f":{again}" if again else "")


class StoredInbox:
    """The Inbox that channels are given. `node` binds channels whose files are on this machine."""

    def __init__(
        self, db: Database, keyring: Keyring, log: Log, submit: Submit, *, node: str | None
    ) -> None:
        self._db = db
        self._keyring = keyring
        self._log = log
        self._submit = submit
        self._node = node

    async def open(self, channel: str, *, first_number: int = 1) -> None:
        async with self._db.transaction() as session:
            fresh = await channels.insert(
                session, channel, node=self._node, first_number=first_number, now=clock.now()
            )
        if fresh:
            self._log.append("channel.opened", {"first_number": first_number}, channel=channel)

    async def accept(self, messages: Sequence[Inbound]) -> Sequence[Accepted]:
        """Store, in order and in one transaction; after the commit submit, in order.

        All messages are of one channel. A crash between commit and submit loses nothing: at start every turn
        without a workflow is submitted.
        """
        if not messages:
            return []
        channel = messages[0].channel
        async with self._db.transaction() as session:
            accepted, fresh = await self._store(session, channel, messages)
        for message, turn in zip(messages, accepted, strict=True):
            if turn.fresh:
                self._tell(message, turn)
        crash.point("turn.stored")
        await self._submit(fresh)
        return accepted

    async def published(self, channel: str, external_ids: Iterable[str]) -> Mapping[str, bool]:
        async with self._db.reading() as session:
            found = await turns.known(session, channel, external_ids)
        return {external_id: given_out for external_id, (_, _, given_out) in found.items()}

    async def notice(self, channel: str, kind: str, details: Mapping[str, str]) -> None:
        self._log.append("channel.notice", {"code": kind, **details}, channel=channel)

    async def _store(
        self, session: Session, channel: str, messages: Sequence[Inbound]
    ) -> tuple[list[Accepted], list[Submission]]:
        await channels.hold(session, channel)
        known = await turns.known(session, channel, [message.external_id for message in messages])
        new: dict[str, Inbound] = {}
        for message in messages:
            if message.external_id not in known:
                new.setdefault(message.external_id, message)
        seq, number = await channels.take_places(session, channel, len(new))
        rows: list[dict[str, object]] = []
        fresh: dict[str, Accepted] = {}
        submissions: list[Submission] = []
        for at, (external_id, message) in enumerate(new.items()):
            turn_id, workflow = ids.new_id(), workflow_id(channel, seq + at)
            rows.append(
                turns.new_row(
                    self._keyring,
                    turn_id,
                    message,
                    seq=seq + at,
                    number=number + at,
                    workflow=workflow,
                    now=clock.now(),
                )
            )
            fresh[external_id] = Accepted(turn_id=turn_id, number=number + at, fresh=True)
            submissions.append(
                Submission(turn_id=turn_id, channel=channel, seq=seq + at, workflow=workflow)
            )
        if rows:
            await turns.insert(session, rows)
        await self._store_failures(session, new, fresh)
        return [self._receipt(message, known, fresh) for message in messages], submissions

    async def _store_failures(
        self, session: Session, new: Mapping[str, Inbound], fresh: Mapping[str, Accepted]
    ) -> None:
        for external_id, message in new.items():
            if message.failure is not None:
                await dead_letters.insert(
                    session,
                    self._keyring,
                    letter_id=ids.new_id(),
                    turn_id=fresh[external_id].turn_id,
                    channel=message.channel,
                    failure=message.failure,
                    now=clock.now(),
                )

    def _receipt(
        self,
        message: Inbound,
        known: Mapping[str, tuple[str, int, bool]],
        fresh: dict[str, Accepted],
    ) -> Accepted:
        if message.external_id in known:
            turn_id, number, _ = known[message.external_id]
            return Accepted(turn_id=turn_id, number=number, fresh=False)
        first = fresh[message.external_id]
        fresh[message.external_id] = Accepted(
            turn_id=first.turn_id, number=first.number, fresh=False
        )
        return first

    def _tell(self, message: Inbound, turn: Accepted) -> None:
        head = message.text[:_HEAD]
        _log.info(
            "turn.accepted",
            request_id=message.request_id,
            turn=turn.turn_id,
            channel=message.channel,
            number=turn.number,
        )
        self._log.append(
            "turn.accepted",
            {"number": turn.number, "head": head, "origin": dict(message.origin)},
            channel=message.channel,
            turn_id=turn.turn_id,
        )
        if message.failure is not None:
            failure = {"kind": message.failure.kind, "message": message.failure.message}
            self._log.append(
                "turn.ended",
                {"state": "failed", "failure": failure, "attempts": 0},
                channel=message.channel,
                turn_id=turn.turn_id,
            )
