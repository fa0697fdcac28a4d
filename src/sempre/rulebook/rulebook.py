"""A person's rules and the channels' `on_ask`. Each process holds them in memory, since every tool call is judged by
them; a change is there at once, and in other processes as soon as they hear of it."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import structlog

from sempre.contract.actions import OnAsk
from sempre.contract.audit import Audit
from sempre.contract.rules import Rule
from sempre.db import Database
from sempre.db.notices import Notices, notify
from sempre.errors import ConflictError, UnavailableError
from sempre.rulebook._store import rows
from sempre.tasks import spawn, stop

TOPIC = "sempre_policy"
_AGAIN = 2.0  # seconds; other processes hear of a change at once, and look this often beside
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Book:
    """All of it at one moment. A channel that is not in `on_ask` has what its settings say."""

    rules: Sequence[Rule] = ()
    on_ask: Mapping[str, OnAsk] = field(default_factory=dict[str, OnAsk])

    @property
    def version(self) -> str:
        """Names these rules: who changes them says which ones they saw."""
        said = [(each.id, *each.conditions, each.note) for each in self.rules]
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:16]

    def require(self, seen: str) -> None:
        """Raises ConflictError when these are not the rules that somebody saw."""
        if self.version != seen:
            raise ConflictError(
                "Somebody else has changed the rules since you read them. Read them again and repeat your change.",
                code="policy_changed_meanwhile",
            )


class Rulebook:
    """Open it before the first tool call."""

    def __init__(self, db: Database, audit: Audit, notices: Notices) -> None:
        self._db = db
        self._audit = audit
        self._notices = notices
        self._book = Book()
        self._looking: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()

    @property
    def book(self) -> Book:
        """As it stands."""
        return self._book

    async def open(self) -> None:
        """Raises UnavailableError: without its rules no call may be judged."""
        await self.look()
        if self._db.is_postgres:
            self._notices.on(TOPIC, lambda _: self._wake())
            self._looking = spawn(self._look_for_ever(), name="rulebook.look")

    async def close(self) -> None:
        if self._looking is not None:
            await stop(self._looking)

    async def look(self) -> Book:
        """Read it anew."""
        async with self._db.reading() as session:
            self._book = Book(rules=await rows.rules(session), on_ask=await rows.on_ask(session))
        return self._book

    async def replace(self, rules: Sequence[Rule], *, seen: str, by: str) -> Book:
        """The whole list, in this order. Raises ConflictError when it is no longer the one whose version was seen."""
        async with self._changing:
            before = await self.look()
            before.require(seen)
            wanted = Book(rules=rules, on_ask=before.on_ask)
            details = {
                "version": wanted.version,
                "before": [_told(each) for each in before.rules],
                "after": [_told(each) for each in rules],
            }
            await self._audit.record("policy.changed", by=by, details=details)
            async with self._db.transaction() as session:
                Book(rules=await rows.rules(session, hold=True)).require(seen)
                await rows.put_rules(session, rules)
                await notify(session, TOPIC)
            return await self.look()

    async def set_on_ask(
        self,
        channel: str,
        on_ask: OnAsk | None,
        *,
        by: str,
        may: Callable[[OnAsk | None], None] = lambda _before: None,
    ) -> Book:
        """None: what the settings say, again. `may` is told what holds and raises when that may not be changed so."""
        async with self._changing:
            before = (await self.look()).on_ask.get(channel)
            may(before)
            details = {"on_ask": on_ask and on_ask.value, "before": before and before.value}
            await self._audit.record("policy.on_ask", by=by, channel=channel, details=details)
            async with self._db.transaction() as session:
                may((await rows.on_ask(session, hold=True)).get(channel))
                await rows.put_on_ask(session, channel, on_ask)
                await notify(session, TOPIC)
            return await self.look()

    def _wake(self) -> None:
        spawn(self._try_to_look(), name="rulebook.heard")

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_AGAIN)
            await self._try_to_look()

    async def _try_to_look(self) -> None:
        try:
            await self.look()
        except UnavailableError as error:
            _log.warning("rulebook.not_read", reason=error.message)


def _told(rule: Rule) -> Mapping[str, object]:
    said = {
        "id": rule.id,
        "verdict": rule.verdict.value,
        "channel": rule.channel,
        "tool": rule.tool,
        "command": rule.command,
        "path": rule.path,
        "risk": rule.risk and rule.risk.value,
        "note": rule.note,
    }
    return {name: value for name, value in said.items() if value}
