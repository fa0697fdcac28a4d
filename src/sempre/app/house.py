"""What all work of one home stands on: its database, log, engine, conversations and ledger."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sempre.app import stores
from sempre.app.budgets import heed_settings, open_money
from sempre.app.plan import Role
from sempre.app.queues import ANYWHERE, Queues, own_queue
from sempre.app.rights import directory_of
from sempre.app.shipped import is_shipped
from sempre.approvals import TOPIC, Approvals
from sempre.audit import Trail, Witness
from sempre.budgets import Ledger, Money
from sempre.conversations import (
    Attempts,
    Channels,
    DeadLetters,
    Directives,
    Limits,
    StoredInbox,
    Submission,
    Suspension,
    Turns,
)
from sempre.db import Database
from sempre.db.notices import Notices
from sempre.durable import Engine, EngineSettings
from sempre.events import Log, Relay, Stream
from sempre.home import Home
from sempre.rulebook import PROPOSALS_TOPIC, Proposals, Rulebook, Trusts
from sempre.settings import Settings
from sempre.settings.live import LiveSettings
from sempre.telemetry.tally import Tally
from sempre.workflows.commands import submit
from sempre.workflows.permissions import Permissions


@dataclass(frozen=True, kw_only=True)
class House:
    """`node` binds what is on this machine's disk. `settings` are those of the start, `live` those that hold now."""

    home: Home
    settings: Settings
    live: LiveSettings
    node: str
    db: Database
    log: Log
    stream: Stream
    notices: Notices
    engine: Engine
    queues: Queues
    turns: Turns
    attempts: Attempts
    channels: Channels
    suspension: Suspension
    directives: Directives
    dead_letters: DeadLetters
    approvals: Approvals
    inbox: StoredInbox
    ledger: Ledger
    money: Money
    audit: Trail
    rulebook: Rulebook
    proposals: Proposals
    trusts: Trusts
    permissions: Permissions

    def tell(
        self, turn_id: str | None, channel: str, kind: str, details: Mapping[str, object]
    ) -> None:
        self.log.append(kind, details, channel=channel, turn_id=turn_id)

    async def submit(self, submissions: Sequence[Submission]) -> None:
        await submit(self.engine, self.queues.of, submissions)


@asynccontextmanager
async def open_house(
    home: Home, settings: Settings, roles: frozenset[Role]
) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        keyring, db = await asyncio.to_thread(stores.prepare, home, settings)
        stack.push_async_callback(db.close)
        node = await asyncio.to_thread(home.node)
        notices = Notices(db)
        log = Log(db, keyring, flush_ms=settings.events.flush_ms)
        stream = Stream(log, coalesce_ms=settings.events.coalesce_ms)
        relay = Relay(log, notices)
        (relay if db.is_postgres else log).watch(stream)
        log.watch(Tally())
        audit = Trail(db, keyring)
        log.watch(Witness(audit))
        stack.push_async_callback(audit.flush)
        engine = Engine(_engine_settings(home, settings, node, roles))
        money = open_money(
            db,
            lambda: permissions.budgets(),
            notices,
            node=node,
            zone=settings.server.zone,
            audit=audit,
            log=log,
        )
        stack.push_async_callback(money.close)

        approvals = Approvals(
            db,
            keyring,
            log,
            expire=timedelta(seconds=settings.approvals.expire_seconds),
            announce=lambda approval_id: notices.say(TOPIC, approval_id),
        )
        notices.on(TOPIC, approvals.waiters.wake)

        channels = Channels(db, log)
        queues = Queues(channels, node=node)

        async def give(submissions: Sequence[Submission]) -> None:
            await submit(engine, queues.of, submissions)

        rulebook, proposals, trusts = (
            Rulebook(db, audit, notices),
            Proposals(db, audit),
            Trusts(db, audit),
        )
        permissions = Permissions(
            settings=settings,
            workspaces=home.path / "workspaces",
            directory=lambda channel, worker: directory_of(home, worker, channel),
            rulebook=rulebook,
            proposals=proposals,
            node=node,
        )
        notices.on(PROPOSALS_TOPIC, lambda _: proposals.hear())
        await permissions.open(shipped=await asyncio.to_thread(is_shipped, home.path))
        proposals.changed = heed_settings(money, permissions.budgets)
        stack.push_async_callback(rulebook.close)
        notices.open()
        stack.push_async_callback(notices.close)
        log.open()
        stack.push_async_callback(log.close)
        if db.is_postgres:
            await relay.open()
            stack.push_async_callback(relay.close)
        yield House(
            home=home,
            settings=settings,
            live=LiveSettings(settings),
            node=node,
            db=db,
            log=log,
            stream=stream,
            notices=notices,
            engine=engine,
            queues=queues,
            turns=Turns(db, keyring, log),
            attempts=Attempts(db, keyring, log, _limits(settings)),
            channels=channels,
            suspension=Suspension(db, log),
            directives=Directives(db, keyring, log),
            dead_letters=DeadLetters(db, keyring, log),
            approvals=approvals,
            inbox=StoredInbox(db, keyring, log, give, node=node),
            ledger=money.ledger,
            money=money,
            audit=audit,
            rulebook=rulebook,
            proposals=proposals,
            trusts=trusts,
            permissions=permissions,
        )


def _limits(settings: Settings) -> Limits:
    turns = settings.turns
    return Limits(
        attempts=turns.attempts,
        transient_attempts=turns.transient_attempts,
        backoff_seconds=turns.backoff_seconds,
        backoff_cap_seconds=turns.backoff_cap_seconds,
    )


def _engine_settings(
    home: Home, settings: Settings, node: str, roles: frozenset[Role]
) -> EngineSettings:
    listens: list[str] = []
    if Role.WORKER in roles:
        listens.append(own_queue(node))
    if Role.CHANNELS in roles:
        listens.append(ANYWHERE)
    return EngineSettings(
        database_url=stores.engine_address(home, settings),
        node=node,
        listens=tuple(listens),
        beat=settings.engine.beat_seconds,
        dead_after=settings.engine.dead_after_seconds,
    )
