"""What failed for good and waits for a person: read it, or let it go. Trying again is `Turns.retry`."""

from collections.abc import Sequence

from sempre import clock
from sempre.conversations._store import dead_letters
from sempre.conversations.turn import DeadLetter
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.events import Log


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
        self, *, channel: str | None = None, before: str | None = None, limit: int = 50
    ) -> Sequence[DeadLetter]:
        """Those that wait, newest first."""
        async with self._db.reading() as session:
            return await dead_letters.page(
                session, self._keyring, channel=channel, before=before, limit=limit
            )

    async def count(self) -> int:
        async with self._db.reading() as session:
            return await dead_letters.count(session)

    async def purge(self, letter_id: str) -> None:
        """Let it go: it no longer waits for a person. The turn and its record stay. Raises NotFoundError."""
        async with self._db.transaction() as session:
            letter = await dead_letters.get(session, self._keyring, letter_id)
            await dead_letters.resolve(session, letter.turn_id, "purged", clock.now())
        self._log.append(
            "turn.purged", {"letter_id": letter_id}, channel=letter.channel, turn_id=letter.turn_id
        )
