"""What failed for good and waits for a person: read it, or let it go. Trying again is `Turns.retry`."""

from collections.abc import Sequence

from sempre import clock
from sempre.conversations._store import dead_letters
from sempre.conversations.letters import Addressed, Wanted
from sempre.conversations.turn import DeadLetter
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.events import Log

_ALL = Wanted()
_AT_ONCE = 500


class DeadLetters:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._log = log

    async def get(self, letter_id: str) -> DeadLetter:
        """Raises NotFoundError."""
        async with self._db.reading() as session:
            return await dead_letters.get(session, self._keyring, letter_id)

    async def page(
        self, wanted: Wanted = _ALL, *, before: str | None = None, limit: int = 50
    ) -> Sequence[DeadLetter]:
        """Those that wait, newest first."""
        async with self._db.reading() as session:
            return await dead_letters.page(
                session, self._keyring, wanted, before=before, limit=limit
            )

    async def count(self, wanted: Wanted = _ALL) -> int:
        async with self._db.reading() as session:
            return await dead_letters.count(session, wanted)

    async def oldest(self, wanted: Wanted, limit: int) -> Sequence[Addressed]:
        """Those that wait, oldest first."""
        async with self._db.reading() as session:
            return await dead_letters.oldest(session, wanted, limit)

    async def purge_many(self, letters: Sequence[Addressed]) -> int:
        """Let them go at once. Gives how many waited until now."""
        async with self._db.transaction() as session:
            purged = set(
                await dead_letters.purge(session, [each.id for each in letters], clock.now())
            )
        for each in letters:
            if each.id in purged:
                self._tell(each.id, each.channel, each.turn_id)
        return len(purged)

    async def purge_of(self, channel: str) -> int:
        """Let all of a channel go: a person has dealt with what failed there. Gives how many waited until now."""
        wanted, gone = Wanted(channel=channel), 0
        while letters := await self.oldest(wanted, _AT_ONCE):
            gone += await self.purge_many(letters)
        return gone

    async def purge(self, letter_id: str) -> None:
        """Let it go: it no longer waits for a person. The turn and its record stay. Raises NotFoundError."""
        async with self._db.transaction() as session:
            letter = await dead_letters.get(session, self._keyring, letter_id)
            await dead_letters.resolve(session, letter.turn_id, "purged", clock.now())
        self._tell(letter_id, letter.channel, letter.turn_id)

    def _tell(self, letter_id: str, channel: str, turn_id: str) -> None:
        self._log.append("turn.purged", {"letter_id": letter_id}, channel=channel, turn_id=turn_id)
