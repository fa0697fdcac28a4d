"""What must outlast its age because its run has not ended: a plan may wait for its reader longer than logs are kept."""

from collections.abc import Collection

from sempre.board._store import visits
from sempre.db import Database


class OpenRuns:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def turns(self, among: Collection[str]) -> frozenset[str]:
        """Of these turns those whose run has not ended. Its log goes on after the last line that is there."""
        async with self._db.reading() as session:
            return await visits.turns_of_open_runs(session, list(among))
