"""The API over a real store. Commands go to conversations directly: no engine runs, so nothing is answered by itself."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx2

from sempre import clock, ids
from sempre.access import Connections, LocalToken, Logins, Secrets, Tokens
from sempre.api import About, Parts, WorkerPlace, create_app
from sempre.app.budgets import open_money
from sempre.approvals import Approvals
from sempre.audit import Head, Trail
from sempre.contract.actions import Action, Judgement, OnAsk, Verdict
from sempre.contract.messages import Inbound, Usage
from sempre.conversations import Directives, Suspension, Turn
from sempre.db.notices import Notices
from sempre.db.schema import at_head
from sempre.events import Stream
from sempre.policy import Rights
from sempre.rulebook import Proposals, Rulebook, Trusts
from sempre.settings import Settings
from sempre.settings.live import LiveSettings
from sempre.workflows.clearing import Clearing
from sempre.workflows.control import Control
from sempre.workflows.deciding import Deciding
from sempre.workflows.permissions import Permissions
from sempre.workflows.releasing import Releasing
from sempre.workflows.tool_gate import Rules
from tests.api.board_rig import IdleEngine, boarding_of
from tests.api.care import care_of
from tests.support.store import Store

HERE = "http://localhost:8377"


@dataclass
class Commands:
    """What a person does, without an engine that would take it up."""

    store: Store

    async def send(
        self,
        channel: str,
        text: str,
        *,
        key: str | None = None,
        origin: Mapping[str, str] | None = None,
        by: str = "",
    ) -> Turn:
        if channel.startswith("api:"):
            await self.store.channels.open(channel)
        await self.store.channels.get(channel)
        message = Inbound(
            channel=channel,
            external_id=f"api:{key or ids.new_id()}",
            text=text,
            received_at=clock.now(),
            origin=dict(origin or {}),
        )
        (accepted,) = await self.store.inbox.accept([message])
        return await self.store.turns.get(accepted.turn_id)

    async def cancel(self, turn_id: str, *, by: str = "") -> Turn:
        return await self.store.turns.cancel(turn_id)

    async def retry(self, turn_id: str, *, text: str | None = None, by: str = "") -> Turn:
        await self.store.turns.retry(turn_id, text=text)
        return await self.store.turns.get(turn_id)


@dataclass
class Spent:
    """A ledger of which the test says what it holds."""

    turns: dict[str, Usage] = field(default_factory=dict[str, Usage])
    sessions: dict[str, Usage] = field(default_factory=dict[str, Usage])
    channels: dict[str, Usage] = field(default_factory=dict[str, Usage])
    without_price: int = 0
    added_up: int = 0

    async def of_turns(self, turn_ids: Sequence[str]) -> Mapping[str, Usage]:
        return {turn_id: self.turns[turn_id] for turn_id in turn_ids if turn_id in self.turns}

    async def of_sessions(self, session_ids: Sequence[str]) -> Mapping[str, Usage]:
        self.added_up += len(session_ids)
        return {each: self.sessions[each] for each in session_ids if each in self.sessions}

    async def by_channel(self, since: datetime) -> Mapping[str, Usage]:
        return self.channels

    async def unpriced(self, since: datetime) -> int:
        return self.without_price


@dataclass
class House:
    store: Store
    parts: Parts
    spent: Spent
    places: list[WorkerPlace]
    restarts: list[datetime]
    settings: Settings
    engine: dict[str, bool]
    home: Path
    woken: list[str]
    idle: IdleEngine

    @property
    def token(self) -> str:
        return (self.home / ".sempre" / "token").read_text().strip()

    @asynccontextmanager
    async def browser(self, base: str = HERE) -> AsyncIterator[httpx2.AsyncClient]:
        """A client without any credential, as a browser on this machine."""
        transport = httpx2.ASGITransport(create_app(self.parts), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=base) as client:
            yield client

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[httpx2.AsyncClient]:
        """A client with the local token, as the command line."""
        async with self.browser() as client:
            client.headers["authorization"] = f"Bearer {self.token}"
            yield client

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[httpx2.AsyncClient]:
        """A browser that has logged in; it says where its requests come from, as browsers do."""
        async with self.browser() as client:
            link = await self.parts.logins.create_link()
            assert (await client.get(link.path)).status_code == 303
            client.headers["origin"] = HERE
            yield client


def build(
    store: Store, home: Path, settings: Settings | None = None, *, directory: Path | None = None
) -> House:
    """`directory` is where workers work, when it is not their own folder in the home."""
    settings = settings or Settings()
    token = LocalToken(home / ".sempre" / "token")
    token.renew()
    spent, places = Spent(), [place(home, "coder")]
    restarts: list[datetime] = []
    engine = {"running": True}

    async def nodes() -> frozenset[str]:
        return frozenset({"here"})

    async def waiting() -> int:
        return 0

    async def signal(workflow: str, _topic: str) -> None:
        woken.append(workflow)

    async def wake(workflow: str) -> None:
        woken.append(workflow)

    async def anchors() -> Sequence[Head]:
        return kept

    def place_of(channel: str) -> Path:
        return directory or home / "workspaces" / channel.partition(":")[2]

    kept: list[Head] = []
    commands, audit, idle = Commands(store), Trail(store.db, store.keyring), IdleEngine()
    money = open_money(
        store.db,
        lambda: permissions.budgets(),
        Notices(store.db),
        node="here",
        zone=settings.server.zone,
        audit=audit,
        log=store.log,
    )
    rulebook, proposals = Rulebook(store.db, audit, Notices(store.db)), Proposals(store.db, audit)
    permissions = Permissions(
        settings=settings,
        workspaces=home / "workspaces",
        directory=lambda channel, _worker: place_of(channel),
        rulebook=rulebook,
        proposals=proposals,
        node="here",
    )
    suspension = Suspension(store.db, store.log)
    woken: list[str] = []
    approvals = Approvals(store.db, store.keyring, store.log, expire=timedelta(hours=1))
    stream = Stream(store.log, coalesce_ms=5)
    store.log.watch(stream)
    began = clock.now()
    parts = Parts(
        about=About(
            version="0.1.0",
            mode="live",
            home=home,
            node="here",
            database="postgres" if store.db.is_postgres else "sqlite",
            started_at=began,
        ),
        live=LiveSettings(settings),
        turns=store.turns,
        attempts=store.attempts,
        channels=store.channels,
        dead_letters=store.dead_letters,
        approvals=approvals,
        deciding=_deciding(store, approvals),
        log=store.log,
        stream=stream,
        commands=commands,
        control=Control(
            suspension=suspension,
            channels=store.channels,
            turns=store.turns,
            audit=audit,
            wake=wake,
            make=store.inbox.open,
        ),
        clearing=Clearing(letters=store.dead_letters, audit=audit, retry=commands.retry),
        audit=audit,
        money=money,
        releasing=Releasing(turns=store.turns, purse=money.purse, signal=signal),
        audit_anchors=anchors,
        rulebook=rulebook,
        proposals=proposals,
        trusts=Trusts(store.db, audit),
        permissions=permissions,
        tool_rules=Rules(
            lambda channel: Rights(
                directory=str(place_of(channel)),
                home=str(home),
                commands=permissions.commands(channel),
                rules=permissions.rules(),
                unattended=permissions.on_ask(channel) is OnAsk.ALLOW,
            )
        ),
        care=care_of(store, home),
        board=boarding_of(store, home, audit, idle),
        suspension=suspension,
        directives=Directives(store.db, store.keyring, store.log),
        spending=spent,
        logins=Logins(store.db),
        local_token=token,
        tokens=Tokens(store.db),
        connections=Connections(Secrets(store.db, store.keyring), {}, audit),
        workers=lambda: places,
        nodes_alive=nodes,
        sessions_alive=lambda: 0,
        waiting_for_real_model=waiting,
        day_began=lambda: began,
        restart=lambda: restarts.append(clock.now()),
        engine_running=lambda: engine["running"],
        at_head=lambda: at_head(store.db),
        web=home / "web",
    )
    return House(store, parts, spent, places, restarts, settings, engine, home, woken, idle)


def _deciding(store: Store, approvals: Approvals) -> Deciding:
    """As people decide, without an engine that would go on; a command with `rm` is one that is always refused."""

    async def weigh(action: Action) -> Judgement:
        refused = "rm" in str(action.input.get("command", "")).split()
        verdict = Verdict.DENY if refused else Verdict.ASK
        return Judgement(verdict=verdict, rule="test", reason="No agent removes that.")

    async def signal(_workflow: str, _topic: str) -> None: ...

    return Deciding(
        approvals=approvals,
        turns=store.turns,
        channels=store.channels,
        signal=signal,
        audit=Trail(store.db, store.keyring),
        weigh=weigh,
    )


def place(home: Path, name: str) -> WorkerPlace:
    return WorkerPlace(
        name=name,
        channel=f"files:{name}",
        directory=home / "workspaces" / name,
        model=None,
        queue_path=home / ".queue" / name,
        output_path=home / ".output" / name,
    )
