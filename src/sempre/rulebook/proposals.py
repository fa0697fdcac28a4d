"""What the settings want beyond what agents may do by themselves. It counts once a person approved exactly that."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from sempre import clock
from sempre.contract.audit import Audit
from sempre.db import Database
from sempre.errors import ConflictError, NotFoundError
from sempre.rulebook._store import wishes


class Decision(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True)
class Wish:
    """One right that the settings name. `subject` is the worker it is for, empty for a rule."""

    kind: str
    subject: str
    value: object

    @property
    def id(self) -> str:
        """The same for the same wish, wherever it is said."""
        said = msgspec.json.encode([self.kind, self.subject, self.value], order="deterministic")
        return hashlib.sha256(said).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A wish, and what a person said to it. `wanted`: the settings still say so."""

    id: str
    wish: Wish
    state: Decision
    wanted: bool
    proposed_at: datetime
    decided_at: datetime | None
    decided_by: str | None


class Proposals:
    """`offer` comes at start, with all that the settings want; then `granted` holds."""

    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit
        self._wanted: Mapping[str, Wish] = {}
        self._granted: frozenset[str] = frozenset()
        self._waiting = 0

    def granted(self, wish: Wish) -> bool:
        return wish.id in self._granted

    @property
    def waiting(self) -> int:
        """How many wait for a person; of those refused nobody need be reminded."""
        return self._waiting

    async def offer(self, wanted: Iterable[Wish], *, shipped: bool = False) -> None:
        """`shipped`: these settings came with Sempre itself, so they need nobody's approval."""
        self._wanted = {each.id: each for each in wanted}
        async with self._db.transaction() as session:
            fresh = await wishes.add(session, list(self._wanted.values()), clock.now())
        for wish in fresh:
            said = {"id": wish.id, "kind": wish.kind, "subject": wish.subject, "wish": wish.value}
            self._audit.note("policy.proposed", by="system", details=said)
        if shipped:
            for proposal in await self.every():
                if proposal.wanted and proposal.state is Decision.OPEN:
                    await self.decide(proposal.id, approve=True, by="system")
        await self.every()

    async def every(self) -> Sequence[Proposal]:
        """The newest first; also those that the settings no longer name."""
        async with self._db.reading() as session:
            found = [self._proposal(row) for row in await wishes.every(session)]
        self._granted = frozenset(
            each.id for each in found if each.state is Decision.APPROVED and each.wanted
        )
        self._waiting = sum(each.state is Decision.OPEN and each.wanted for each in found)
        return found

    async def decide(self, id: str, *, approve: bool, by: str) -> Proposal:  # noqa: A002  (its name everywhere)
        """A refused one may be approved later and the other way round. Raises NotFoundError, ConflictError."""
        found = next((each for each in await self.every() if each.id == id), None)
        if found is None:
            raise NotFoundError(f"There is no proposal {id}.", code="proposal_not_found")
        if not found.wanted:
            raise ConflictError(
                "The settings no longer name this, so there is nothing to decide.",
                code="proposal_withdrawn",
            )
        state = Decision.APPROVED if approve else Decision.REFUSED
        wish = found.wish
        details = {
            "id": id,
            "kind": wish.kind,
            "subject": wish.subject,
            "wish": wish.value,
            "decision": state.value,
        }
        await self._audit.record("policy.proposal_decided", by=by, details=details)
        async with self._db.transaction() as session:
            await wishes.decide(session, id, state.value, clock.now(), by)
        return next(each for each in await self.every() if each.id == id)

    def _proposal(self, row: wishes.Row) -> Proposal:
        return Proposal(
            id=row.id,
            wish=Wish(row.kind, row.subject, row.value),
            state=Decision(row.state),
            wanted=row.id in self._wanted,
            proposed_at=row.proposed_at,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
        )
