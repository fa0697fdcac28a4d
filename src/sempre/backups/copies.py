"""The backups of one home: made, proven, listed, one thing at a time. Postgres has backups of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sempre import clock
from sempre.crypto import Keyring
from sempre.db import backup, drill
from sempre.db.backup import Backup
from sempre.db.drill import Drill
from sempre.errors import RefusedError, UnavailableError

ELSEWHERE = (
    "This home's database is Postgres, which Sempre does not copy: use `pg_dump`, or your provider's backups, "
    "and keep the key file apart from them. docs/how-to/backups.md has the commands."
)


class Tell(Protocol):
    def __call__(self, kind: str, details: Mapping[str, object]) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A backup, and what its newest drill said (None: none was made)."""

    backup: Backup
    drill: Drill | None


async def _no_trail() -> str | None:
    return None


class Copies:
    """`databases` is empty where there is nothing that could be copied. `workplace` is where drills are held; `tell`
    hears of `backup.made`, `backup.verified` and `backup.failed`; `keep` gives how many are kept now."""

    def __init__(
        self,
        *,
        folder: Path,
        workplace: Path,
        databases: Sequence[Path],
        keyring: Keyring,
        keep: Callable[[], int],
        tell: Tell,
        audit_head: Callable[[], Awaitable[str | None]] = _no_trail,
    ) -> None:
        self.folder = folder
        self._workplace = workplace
        self._databases = databases
        self._keyring = keyring
        self._keep = keep
        self._tell = tell
        self._audit_head = audit_head
        self._one_at_a_time = asyncio.Lock()

    @property
    def supported(self) -> bool:
        return bool(self._databases)

    async def every(self) -> Sequence[Kept]:
        """Newest first."""
        return await asyncio.to_thread(self._every)

    async def create(self, reason: str) -> Kept:
        """Copy, prove, and let the oldest go. Raises RefusedError, UnavailableError."""
        self._require()
        async with self._one_at_a_time:
            try:
                made = await self._copy(reason)
                proven = await self._drill(made)
            except UnavailableError as error:
                self._tell("backup.failed", {"reason": error.message})
                raise
            if (
                proven.drill is not None and proven.drill.passed
            ):  # else the older ones may be needed
                await asyncio.to_thread(backup.prune, self.folder, self._keep())
        return proven

    async def verify(self, name: str) -> Kept:
        """A restore drill. Raises RefusedError, NotFoundError, UnavailableError."""
        self._require()
        async with self._one_at_a_time:
            return await self._drill(await asyncio.to_thread(backup.find, self.folder, name))

    async def _copy(self, reason: str) -> Backup:
        begun = clock.ticks()
        head = await self._audit_head()
        made = await asyncio.to_thread(
            backup.create, self.folder, self._databases, reason, audit_head=head
        )
        seconds = round(clock.ticks() - begun, 3)
        told = {"name": made.name, "bytes": made.bytes, "reason": reason, "seconds": seconds}
        self._tell("backup.made", told)
        return made

    async def _drill(self, chosen: Backup) -> Kept:
        said = await asyncio.to_thread(drill.run, chosen, self._keyring, self._workplace)
        self._tell(
            "backup.verified",
            {
                "name": chosen.name,
                "passed": said.passed,
                "problems": said.problems[:10],
                "rows": said.rows,
                "opened": said.opened,
                "seconds": said.seconds,
            },
        )
        return Kept(backup=chosen, drill=said)

    def _every(self) -> Sequence[Kept]:
        return [
            Kept(backup=each, drill=drill.last(each))
            for each in backup.every(self.folder)
            if each.databases
        ]

    def _require(self) -> None:
        if not self.supported:
            raise RefusedError(ELSEWHERE, code="not_embedded")
