"""What the settings want beyond what agents may do by themselves. It counts once a person approved exactly that."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
import structlog

from sempre import clock
from sempre.contract.audit import Audit
from sempre.db import Database
from sempre.db.notices import notify
from sempre.errors import ConflictError, NotFoundError, UnavailableError
from sempre.parsed import fields, items
from sempre.rulebook._store import wishes
from sempre.tasks import spawn

PROPOSALS_TOPIC = "sempre_proposals"
_log = structlog.stdlib.get_logger(__name__)


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
    def headline(self) -> str:
        """One line for people."""
        whom = self.subject or "every channel"
        match self.kind:
            case "command":
                return f"{whom} may run `{self.value}`"
            case "tool":
                return f"{whom} has the tool {self.value}"
            case "directory":
                return f"{whom} works in {self.value}"
            case "on_ask":
                return f"{whom} is unattended: what a person should decide is allowed"
            case "sandbox_off":
                return f"{whom} runs its commands without a sandbox"
            case "budget":
                return f"sempre.toml {_raised(fields(self.value))}"
            case "loosened":
                return f"sempre.toml {'; '.join(map(str, _of(self.value, 'widens')))}"
            case _:
                return f"a rule for {whom}: {_rule(self.value)}"

    @property
    def id(self) -> str:
        """The same for the same wish, wherever it is said."""
        said = msgspec.json.encode([self.kind, self.subject, self.value], order="deterministic")
        return hashlib.sha256(said).hexdigest()[:32]


def _rule(value: object) -> str:
    after = [_joined(items(each)) for each in _of(value, "after")]
    return _joined(_of(value, "rule")) + (f", after: {'; '.join(after)}" if after else "")


def _raised(change: Mapping[str, object]) -> str:
    name, limit = change.get("budget"), change.get("limit")
    return (
        f"takes the budget {name} away" if limit is None else f"raises the budget {name} to {limit}"
    )


def _of(value: object, name: str) -> Sequence[object]:
    return items(fields(value).get(name, value))


def _joined(words: Sequence[object]) -> str:
    return " ".join(str(word) for word in words if word)


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
    """`offer` comes at start and when the settings change, with all that they want; then `state` holds. `changed` is
    called when it may be another one for something."""

    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit
        self._wanted: Mapping[str, Wish] = {}
        self._states: Mapping[str, Decision] = {}
        self._waiting = 0
        self._rows: Sequence[Proposal] = ()
        self.changed: Callable[[], None] = lambda: None

    def state(self, wish: Wish) -> Decision:
        """As last read; what nobody decided is open."""
        return self._states.get(wish.id, Decision.OPEN)

    def subjects(self, kind: str) -> Sequence[str]:
        """Whom rows of this kind are about, as last read."""
        return [each.wish.subject for each in self.known(kind)]

    @property
    def waiting(self) -> int:
        """How many wait for a person; of those refused nobody need be reminded."""
        return self._waiting

    def wants(self, id: str) -> bool:
        """Whether the settings say so now."""
        return id in self._wanted

    async def offer(
        self,
        wanted: Iterable[Wish],
        *,
        before: Collection[str] = (),
        shipped: bool = False,
    ) -> None:
        """`before` are those that were wanted already, by id. `shipped`: these settings came with Sempre itself, so
        they need nobody's approval."""
        self._wanted = {each.id: each for each in wanted}
        async with self._db.transaction() as session:
            fresh = await wishes.add(session, list(self._wanted.values()), clock.now())
        new = {each.id for each in fresh} | (self._wanted.keys() - set(before))
        for wish in (self._wanted[each] for each in sorted(new)):
            said = {"id": wish.id, "kind": wish.kind, "subject": wish.subject, "wish": wish.value}
            self._audit.note("policy.proposed", by="system", details=said)
        if shipped:
            for proposal in await self.every():
                if proposal.wanted and proposal.state is Decision.OPEN:
                    await self.decide(proposal.id, approve=True, by="system")
        await self.every()

    def known(self, kind: str) -> Sequence[Proposal]:
        """All of this kind, as last read, the newest first."""
        return [each for each in self._rows if each.wish.kind == kind]

    async def remember(self, fact: Wish, *, instead: Sequence[Wish] = ()) -> None:
        """Something that was so and needs nobody's approval; kept to tell later that it changed. `instead` of what
        was so before."""
        async with self._db.transaction() as session:
            for each in instead:
                if each.id != fact.id:
                    await wishes.delete(session, each.id)
            if await wishes.add(session, [fact], clock.now()):
                approved = Decision.APPROVED.value
                await wishes.decide(session, fact.id, approved, clock.now(), "system")

    async def reopen(self, gone: Collection[str]) -> None:
        """The settings no longer say these, by id: what was said to them is decided anew when they come again."""
        back = [each for each in self._rows if each.id in gone and each.state is not Decision.OPEN]
        for each in back:
            details = {"id": each.id, "kind": each.wish.kind, "decision": each.state.value}
            await self._audit.record("policy.proposal_withdrawn", by="system", details=details)
        async with self._db.transaction() as session:
            for each in back:
                await wishes.reopen(session, each.id)

    async def every(self) -> Sequence[Proposal]:
        """The newest first; also those that the settings no longer name."""
        async with self._db.reading() as session:
            found = [self._proposal(row) for row in await wishes.every(session)]
        before, self._rows = self._states, found
        self._states = {each.id: each.state for each in found}
        self._waiting = sum(each.state is Decision.OPEN and each.wanted for each in found)
        if self._states != before:
            self.changed()
        return found

    def hear(self) -> None:
        """Another process may have decided one: read them anew."""
        spawn(self._look(), name="rulebook.proposals")

    async def _look(self) -> None:
        try:
            await self.every()
        except UnavailableError as error:
            _log.warning("rulebook.not_read", reason=error.message)

    async def decide(self, id: str, *, approve: bool, by: str) -> Proposal:
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
            await notify(session, PROPOSALS_TOPIC)
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
