"""Writes the trail and reads it. Records that come at the same time share one transaction, in the order they came."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
import structlog

from sempre import clock
from sempre.audit._store import keys, rows
from sempre.audit.chain import NOTHING, Head, SigningKey, key_of
from sempre.audit.entry import Draft, Entry, Wanted, draft
from sempre.audit.verification import Problem, Verification, Verifier
from sempre.crypto import Keyring, UnreadableError
from sempre.db import Database, Row
from sempre.db.sealed import place
from sempre.db.tables import audit
from sempre.errors import UnavailableError
from sempre.tasks import spawn

_log = structlog.stdlib.get_logger(__name__)
_BATCH = 200
_PAGE = 500
_PAUSE = 0.2  # seconds that a note may wait for company
_AGAIN = 1.0  # seconds until notes are tried again
_KEPT = 20_000  # notes held while the database is away
_ALL = Wanted()


@dataclass(frozen=True, eq=False)
class _Pending:
    """`done` is None for a note: nobody waits for it, and it is tried until it is written."""

    draft: Draft
    done: asyncio.Future[None] | None = field(default=None)

    def settle(self, refusal: UnavailableError | None = None) -> None:
        """Tell whoever waits, if anybody still does."""
        if self.done is None or self.done.done():
            return
        if refusal is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(refusal)


class Trail:
    """`contract.audit.Audit`. One for each process; any number of them share a database, and so one chain."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring
        self._key: SigningKey = key_of(keyring)
        self._key_kept = False
        self._pending: list[_Pending] = []
        self._writer: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._written = NOTHING

    async def record(
        self,
        what: str,
        *,
        by: str,
        channel: str | None = None,
        turn_id: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        """`Audit.record`."""
        done = asyncio.get_running_loop().create_future()
        self._pending.append(_Pending(draft(what, by, channel, turn_id, details), done))
        self._hurry.set()
        self._wake()
        await done

    def note(
        self,
        what: str,
        *,
        by: str,
        channel: str | None = None,
        turn_id: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        """`Audit.note`."""
        if len(self._pending) >= _KEPT:
            _log.error("audit.note_dropped", what=what)
            return
        self._pending.append(_Pending(draft(what, by, channel, turn_id, details)))
        self._wake()

    async def flush(self) -> None:
        """What was noted until now is written, or given up after 10 s."""
        self._hurry.set()
        try:
            async with asyncio.timeout(10):
                while self._writer is not None and not self._writer.done():
                    self._hurry.set()
                    await asyncio.wait({self._writer}, timeout=0.1)
        except TimeoutError:
            _log.error("audit.lost_at_stop", count=len(self._pending))

    async def page(
        self, wanted: Wanted = _ALL, *, before: int | None = None, limit: int = 50
    ) -> list[Entry]:
        """Newest first."""
        async with self._db.scanning() as session:
            found = await rows.before(session, wanted, before, limit)
        return [self._entry(row) for row in found]

    async def every(self, wanted: Wanted = _ALL) -> AsyncIterator[Entry]:
        """Oldest first, read page by page while it is consumed."""
        cursor = 0
        while True:
            async with self._db.scanning() as session:
                found = await rows.after(session, wanted, cursor, _PAGE)
            for row in found:
                yield self._entry(row)
            if len(found) < _PAGE:
                return
            cursor = found[-1].sequence

    async def head(self) -> Head:
        """Where the chain ends: to be kept elsewhere (the log, a backup's manifest, a person's notebook)."""
        async with self._db.reading() as session:
            mark = await rows.mark(session, rows.HEAD)
        return NOTHING if mark is None else Head(mark.sequence, mark.mac)

    async def verify(self, anchors: Sequence[Head] = ()) -> Verification:
        """Read it all and check it, also against heads that were kept elsewhere, and what this process wrote."""
        known = [*anchors, *([self._written] if self._written.sequence else [])]
        async with (
            self._db.scanning() as session
        ):  # one consistent state from the first row to the head
            verifier = Verifier(await keys.every(session, self._keyring), known)
            verifier.start(await rows.mark(session, rows.CHECKPOINT))
            cursor = 0
            while found := await rows.after(session, _ALL, cursor, _PAGE):
                # Each row is opened and signed anew: too much reckoning for the loop.
                await asyncio.to_thread(self._show, verifier, found)
                cursor = found[-1].sequence
            verifier.finish(await rows.mark(session, rows.HEAD))
        return verifier.result()

    async def forget(self, older_than: timedelta) -> int:
        """Remove what is older, leaving a signed checkpoint that the rest hangs on. Gives how many went. Nothing
        goes while the chain has a flaw: forgetting must not hide it."""
        async with self._db.scanning() as session:
            last = await rows.last_before(session, clock.now() - older_than)
        if last is None:
            return 0
        if flaw := (await self.verify()).problems[:1]:
            _log.error("audit.not_forgotten", problem=_told(flaw[0]))
            return 0
        details = {"through": last.sequence, "mac": last.mac}
        await self.record("audit.forgotten", by="system", details=details)
        async with self._db.transaction() as session:
            await rows.hold_head(session, self._key)
            await rows.put_mark(session, self._key, rows.CHECKPOINT, last)
            return await rows.delete_through(session, last.sequence)

    def _wake(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = spawn(self._write_all(), name="audit.trail")

    async def _write_all(self) -> None:
        while self._pending:
            if not self._hurry.is_set():
                await self._company()
            self._hurry.clear()
            batch = self._pending[:_BATCH]
            try:
                await self._write([each.draft for each in batch])
            except UnavailableError as error:
                self._keep_notes(batch, error)
                await asyncio.sleep(_AGAIN if self._pending else 0)
            except Exception:  # noqa: BLE001  (the edge of the only writer: whoever waits is told)
                await self._write_one_by_one(batch)
            else:
                del self._pending[: len(batch)]
                for each in batch:
                    each.settle()

    async def _write_one_by_one(self, batch: Sequence[_Pending]) -> None:
        """What the database can never take must not hold up the rest for ever. What it can't take now stays."""
        for each in batch:
            try:
                await self._write([each.draft])
            except UnavailableError:
                return
            except Exception:  # noqa: BLE001  (as above)
                _log.exception("audit.refused", what=each.draft.what)
                each.settle(_refusal())
            else:
                each.settle()
            self._pending.remove(each)

    async def _company(self) -> None:
        try:
            async with asyncio.timeout(_PAUSE):
                await self._hurry.wait()
        except TimeoutError:
            pass

    def _keep_notes(self, batch: Sequence[_Pending], error: UnavailableError) -> None:
        """Who waits is refused; notes stay for the next try."""
        _log.error("audit.not_written", count=len(batch), reason=error.message)
        self._pending[: len(batch)] = [each for each in batch if each.done is None]
        for each in batch:
            each.settle(_refusal())

    async def _write(self, drafts: Sequence[Draft]) -> None:
        async with self._db.transaction() as session:
            if not self._key_kept:
                await keys.keep(session, self._keyring, self._key, clock.now())
            head = await rows.hold_head(session, self._key)
            head = await rows.append(session, self._keyring, self._key, head, drafts)
        self._key_kept = True
        self._written = head

    def _show(self, verifier: Verifier, found: Sequence[Row]) -> None:
        for row in found:
            verifier.row(row, self._text_if_it_opens(row))

    def _text(self, row: Row) -> str:
        return self._keyring.open(row.details, place(audit.c.details, row.sequence))

    def _text_if_it_opens(self, row: Row) -> str | None:
        try:
            return self._text(row)
        except UnreadableError:
            return None

    def _entry(self, row: Row) -> Entry:
        return Entry(
            sequence=row.sequence,
            at=row.at,
            what=row.what,
            by=row.by,
            channel=row.channel,
            turn_id=row.turn_id,
            details=msgspec.json.decode(self._text(row), type=dict[str, object]),
            mac=row.mac,
        )


def _refusal() -> UnavailableError:
    return UnavailableError(
        "The audit trail could not be written, so nothing was done. Check the disk's free space and that the "
        "database answers, then try again.",
        retry_after=1,
        code="audit_unavailable",
    )


def _told(problem: Problem) -> str:
    return f"{problem.kind} at {problem.sequence}: {problem.message}"
