"""What the pages and the command line are given to read and to command, and the server that answers them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sempre import __version__, clock
from sempre.api import About, Parts, ScheduledPrompt, WorkerPlace
from sempre.api.care import Care
from sempre.api.listener import Listener
from sempre.api.parts import Mode
from sempre.app.control import clearing_of
from sempre.app.doors import Doors
from sempre.app.house import House
from sempre.app.plan import Plan
from sempre.app.work import Work
from sempre.audit import anchors
from sempre.channels.files.worker import View
from sempre.db import schema
from sempre.home import Home

_WEB = Path(__file__).parent.parent / "web"


@asynccontextmanager
async def open_listener(plan: Plan) -> AsyncIterator[Listener]:
    """The port is taken; what is served on it comes when all else stands."""
    listener = Listener(host=plan.settings.server.host, port=plan.settings.server.port)
    try:
        yield listener
    finally:
        await listener.close()


def parts_of(
    plan: Plan,
    doors: Doors,
    house: House,
    work: Work,
    care: Care,
    *,
    mode: Mode,
    restart: Callable[[], None],
) -> Parts:
    async def waiting_for_real_model() -> int:
        return 0 if house.home == plan.home else await asyncio.to_thread(_prompts_in, plan.home)

    return Parts(
        about=About(
            version=__version__,
            mode=mode,
            home=house.home.path,
            node=house.node,
            database="postgres" if house.db.is_postgres else "sqlite",
            started_at=clock.now(),
        ),
        live=house.live,
        turns=house.turns,
        attempts=house.attempts,
        channels=house.channels,
        dead_letters=house.dead_letters,
        approvals=house.approvals,
        deciding=work.deciding,
        log=house.log,
        stream=house.stream,
        commands=work.commands,
        money=house.money,
        releasing=work.releasing,
        control=work.control,
        clearing=clearing_of(house, work.commands),
        audit=house.audit,
        audit_anchors=lambda: asyncio.to_thread(anchors.known, plan.home.log, house.home.backups),
        rulebook=house.rulebook,
        proposals=house.proposals,
        trusts=house.trusts,
        permissions=house.permissions,
        tool_rules=work.rules,
        care=care,
        suspension=house.suspension,
        directives=house.directives,
        spending=house.ledger,
        logins=doors.logins,
        local_token=doors.local_token,
        tokens=doors.tokens,
        connections=doors.connections,
        board=work.board,
        workers=lambda: _places(house, work),
        nodes_alive=house.engine.nodes,
        sessions_alive=lambda: work.claude.alive,
        waiting_for_real_model=waiting_for_real_model,
        day_began=lambda: clock.day_began(house.settings.server.zone),
        restart=restart,
        engine_running=lambda: not house.engine.stopping.is_set(),
        at_head=lambda: schema.at_head(house.db),
        web=_WEB,
        cookie=f"sempre_{plan.home.node()[-12:]}",
    )


def _places(house: House, work: Work) -> list[WorkerPlace]:
    if work.files is None:
        return []
    return [_place(house, view) for view in work.files.workers() if view.there]


def _place(house: House, view: View) -> WorkerPlace:
    channel = f"files:{view.name}"
    return WorkerPlace(
        name=view.name,
        channel=channel,
        directory=house.permissions.directory(channel),
        model=house.live.now.worker(view.name).model or None,
        queue_path=Path(view.queue_path),
        output_path=Path(view.output_path),
        ignored={each.name: each.reason for each in view.ignored},
        schedule=[
            ScheduledPrompt(
                name=each.name, every=each.every, prompt=each.prompt, next_at=each.next_at
            )
            for each in view.schedule
        ],
    )


def _prompts_in(home: Home) -> int:
    return sum(1 for _ in (home.path / ".queue").glob("*/*.prompt"))
