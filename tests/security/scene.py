"""All that hostile inputs are thrown at: one house for a whole module, in one loop."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import uvicorn

from sempre.access import OWNER, Kind, Offer, Principal, Scope
from sempre.api import create_app
from sempre.api.provider import Provider
from sempre.api.serving import Server
from sempre.channels.files.channel import FilesChannel
from sempre.channels.files.layout import Place
from sempre.contract.actions import Verdict
from sempre.contract.rules import Rule
from sempre.rehearsal import MessagesApi
from tests.api.gateway_rig import KEY, Decision, Rig, rigged
from tests.api.house import House, build
from tests.channels.files.conftest import make as make_channel
from tests.channels.inbox import RecordingInbox
from tests.policy.worker import Worker
from tests.policy.worker import make as make_worker
from tests.support.patience import PATIENCE
from tests.support.store import opened

LONGEST_PROMPT = 1000
BY_OWNER = Principal(via="cookie", who="owner", scopes=OWNER)


@dataclass(frozen=True)
class Scene:
    """`clients` by who they are: `nobody`, `reader`, `operator` (the token on disk), `approver` (a token of the
    owner's) and `owner` (a browser that logged in)."""

    root: Path
    house: House
    clients: dict[str, httpx2.AsyncClient]
    turn_id: str
    worker: Worker
    unruly: Worker
    provider: MessagesApi
    gate: Decision
    rig: Rig
    loopback: httpx2.AsyncClient
    inbox: RecordingInbox
    place: Place
    channel: FilesChannel

    async def standing(self) -> list[object]:
        """What a request may change: when this is the same afterwards, nothing got through."""
        reads = (
            "/api/turns",
            "/api/budgets",
            "/api/policy",
            "/api/approvals",
            "/api/workers",
            "/api/connection",
            "/api/prices",
            "/api/backups",
            "/api/policy/proposals",
        )
        approver = self.clients["approver"]
        told = [(await approver.get(path)).json() for path in reads]
        tokens = [each.id for each in await self.house.parts.tokens.every()]
        return [*told, tokens, self.house.parts.suspension.current, list(self.house.restarts)]


@asynccontextmanager
async def scene(migrated: Path, root: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        store = await enter(opened(_copy(migrated, root / "house.sqlite")))
        house = build(store, root)
        (turn_id,) = await store.accept("a prompt")
        clients = {
            "nobody": await enter(house.browser()),
            "operator": await enter(house.operator()),
            "owner": await enter(house.owner()),
        }
        for name, scope in (("reader", Scope.READ), ("approver", Scope.APPROVE)):
            made = await house.parts.tokens.create(name, [scope], by=BY_OWNER, expires_at=None)
            clients[name] = await enter(house.browser())
            clients[name].headers["authorization"] = f"Bearer {made.secret}"
        limited = await clients["approver"].put("/api/budgets/day", json={"micros": 1_000_000})
        assert limited.status_code == 200, limited.text
        key = Offer(kind=Kind.KEY, value=KEY)
        await house.parts.connections.store(key, by="owner", first=True)
        web(root)
        await enter(served(house))
        provider, gate = await enter(MessagesApi(pace=0)), Decision()
        rig = await enter(
            rigged(
                _copy(migrated, root / "rig.sqlite"),
                Provider(base_url=provider.url, key=KEY),
                gate,
            )
        )
        plain = httpx2.AsyncClient(verify=False, trust_env=False, timeout=PATIENCE)
        home = root / "files"
        (home / ".queue" / "coder").mkdir(parents=True)
        inbox = RecordingInbox()
        channel = make_channel(home, max_prompt_bytes=LONGEST_PROMPT, rescan_seconds=0.1)
        await channel.open(inbox)
        stack.push_async_callback(channel.close)
        yield Scene(
            root=root,
            house=house,
            clients=clients,
            turn_id=turn_id,
            worker=make_worker(root / "disk"),
            unruly=_unruly(root / "unruly"),
            provider=provider,
            gate=gate,
            rig=rig,
            loopback=await enter(plain),
            inbox=inbox,
            place=Place(home, "coder"),
            channel=channel,
        )


@asynccontextmanager
async def served(house: House) -> AsyncIterator[None]:
    """On a port, for the command line, which finds it through its home."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(uvicorn.Config(create_app(house.parts), log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        told = json.dumps({"url": address, "mode": "live"})
        (house.home / ".sempre" / "server.json").write_text(told)
        try:
            yield
        finally:
            server.end()
            await serving


def web(root: Path) -> None:
    """A build of the page, with a secret beside it."""
    (root / "web").mkdir()
    (root / "web" / "index.html").write_text("<title>Sempre</title>")
    (root / "outside").write_text("outside")
    (root / "web" / "link").symlink_to(root / "outside")


def _copy(migrated: Path, path: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated, path)}"


def _unruly(place: Path) -> Worker:
    """Whose person allowed everything, and is never asked."""
    return make_worker(
        place,
        rules=(
            Rule(id="all", verdict=Verdict.ALLOW, tool="*"),
            Rule(id="places", verdict=Verdict.ALLOW, tool="*", path="/**"),
        ),
        unattended=True,
    )
