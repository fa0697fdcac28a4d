"""The backups of one home: made, proven, listed, one thing at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from sempre import clock
from sempre.crypto import Keyring
from sempre.db import backup, drill
from sempre.db.backup import Backup
from sempre.db.drill import Drill
from sempre.db.interruption import Interruption
from sempre.db.source import DrillNotHeldError, Source
from sempre.errors import ConflictError, MisconfiguredError, SempreError, UnavailableError

_T = TypeVar("_T")


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
    """`source` is what they are made of; `tell` hears of `backup.made`, `backup.verified` and `backup.failed`; `keep`
    gives how many are kept now."""

    def __init__(
        self,
        *,
        folder: Path,
        source: Source,
        keyring: Keyring,
        keep: Callable[[], int],
        tell: Tell,
        audit_head: Callable[[], Awaitable[str | None]] = _no_trail,
    ) -> None:
        self.folder = folder
        self._source = source
        self._keyring = keyring
        self._keep = keep
        self._tell = tell
        self._audit_head = audit_head
        self._one_at_a_time = asyncio.Lock()

    async def every(self) -> Sequence[Kept]:
        """Newest first."""
        return await asyncio.to_thread(self._every)

    async def obstacle(self) -> str | None:
        """What a person must do before one can be made and proven; None: nothing."""
        found = await asyncio.to_thread(self._source.obstacle)
        return found.message if found else None

    async def create(self, reason: str) -> Kept:
        """Copy, prove, and let the oldest go. Raises ConflictError when a person must act first, UnavailableError."""
        async with self._one_at_a_time:
            try:
                made = await self._copy(reason)
                proven = await self._drill(made)
            except DrillNotHeldError as error:  # it is there all the same, and takes up room
                await self._prune()
                raise self._failed(error) from error
            except (UnavailableError, MisconfiguredError) as error:
                raise self._failed(error) from error
            if (
                proven.drill is not None and proven.drill.passed
            ):  # else the older ones may be needed
                await self._prune()
        return proven

    async def verify(self, name: str) -> Kept:
        """A restore drill. Raises RefusedError, NotFoundError, ConflictError, UnavailableError."""
        async with self._one_at_a_time:
            chosen = await asyncio.to_thread(backup.find, self.folder, name)
            try:
                return await self._drill(chosen)
            except MisconfiguredError as error:
                raise _to_act(error) from error

    def _failed(self, error: SempreError) -> SempreError:
        self._tell("backup.failed", {"reason": error.message})
        return _to_act(error) if isinstance(error, MisconfiguredError) else error

    async def _prune(self) -> None:
        await asyncio.to_thread(backup.prune, self.folder, self._keep())

    async def _copy(self, reason: str) -> Backup:
        begun = clock.ticks()
        head = await self._audit_head()
        made = await _in_thread(
            lambda stop: backup.create(
                self.folder, self._source.copy, reason, audit_head=head, stop=stop
            )
        )
        seconds = round(clock.ticks() - begun, 3)
        told = {"name": made.name, "bytes": made.bytes, "reason": reason, "seconds": seconds}
        self._tell("backup.made", told)
        return made

    async def _drill(self, chosen: Backup) -> Kept:
        said = await _in_thread(lambda stop: drill.run(chosen, self._keyring, self._source, stop))
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


def _to_act(error: MisconfiguredError) -> ConflictError:
    """For whoever asks a server that goes on: nothing of it is broken."""
    return ConflictError(error.message, code=error.code)


async def _in_thread(work: Callable[[Interruption], _T]) -> _T:
    """When the caller is cancelled, what was started is ended, and gone when this returns."""
    stop = Interruption()
    running = asyncio.get_running_loop().run_in_executor(None, work, stop)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.ask()
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        if not running.cancelled():
            running.exception()  # looked at: nobody else waits for it
        raise
