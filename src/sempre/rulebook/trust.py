"""Which folders a person trusts to bring settings, hooks and instructions of their own for Claude Code: a folder as it
was then. What would be loaded and is not the same any more asks again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sempre import clock
from sempre.contract.audit import Audit
from sempre.db import Database
from sempre.rulebook._store import folders


@dataclass(frozen=True, kw_only=True)
class Trust:
    """`contents` is the hash of what would be loaded when it was trusted."""

    directory: str
    contents: str
    trusted_at: datetime
    trusted_by: str


class Trusts:
    """Held in memory; read anew before each start of a session by whoever asks with `look`."""

    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit
        self._known: dict[str, Trust] = {}

    async def look(self) -> Sequence[Trust]:
        async with self._db.reading() as session:
            self._known = {
                each.directory: Trust(**vars(each)) for each in await folders.every(session)
            }
        return list(self._known.values())

    def of(self, directory: Path) -> Trust | None:
        """As last looked; `directory` with every link followed."""
        return self._known.get(str(directory))

    async def give(self, directory: Path, contents: str, *, by: str) -> Trust:
        """Trust the folder as it is now."""
        details = {"directory": str(directory), "contents": contents}
        await self._audit.record("trust.given", by=by, details=details)
        async with self._db.transaction() as session:
            await folders.put(session, str(directory), contents, clock.now(), by)
        await self.look()
        return self._known[str(directory)]

    async def take(self, directory: Path, *, by: str) -> None:
        """Trust it no longer; nothing when it was not trusted."""
        details = {"directory": str(directory)}
        await self._audit.record("trust.taken", by=by, details=details)
        async with self._db.transaction() as session:
            await folders.delete(session, str(directory))
        await self.look()
