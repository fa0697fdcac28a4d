"""The life of one runtime: opened in order, closed in the reverse order."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from sempre import __version__, tasks
from sempre.access import Connection, Kind
from sempre.api import Parts, check_address, create_app
from sempre.api.parts import Mode
from sempre.app import housekeeping, settings_watch
from sempre.app.around import Around
from sempre.app.care import open_care
from sempre.app.doors import Doors, open_doors
from sempre.app.house import House, open_house
from sempre.app.pages import open_listener, parts_of
from sempre.app.plan import Plan
from sempre.app.tracing import open_tracing
from sempre.app.unfinished import take_up
from sempre.app.work import Work, open_work
from sempre.dataclass_code import of_this_process as dataclass_code
from sempre.errors import SempreError
from sempre.home import Home
from sempre.loading import ONE_AT_A_TIME
from sempre.settings import FILE_NAME

if TYPE_CHECKING:
    from fastapi import FastAPI

_log = structlog.stdlib.get_logger(__name__)
_RECONCILE_SECONDS = 30.0
_WARM_UP_SECONDS = 1.0
_SCANS_SECONDS = 5.0  # for what goes on after a crash: then the loop stands still for a moment


class Exit(StrEnum):
    """Why a runtime ended."""

    STOPPED = "stopped"
    RESTART = "restart"  # a person connected another model
    LOST = "lost"  # other processes took it for dead and go on in its place


class Application:
    """`run` it once. `ready` is set when work goes on and pages answer; then `address`, `mode` and `doors` hold."""

    def __init__(self, plan: Plan) -> None:
        check_address(plan.settings)
        self.plan = plan
        self.ready = asyncio.Event()
        self.address = ""
        self.mode: Mode = "live"
        self.doors: Doors | None = None
        self._end = asyncio.Event()
        self._exit = Exit.STOPPED

    def stop(self, why: Exit = Exit.STOPPED) -> None:
        """Take nothing more in, let running turns finish for the grace time, put the rest down, end."""
        self._exit = why
        self._end.set()

    async def run(self) -> Exit:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            self.doors = await enter(open_doors(self.plan))
            connection = await self.doors.connections.current()
            rehearses = self.plan.demo or connection.kind is Kind.NONE
            self.mode = _mode(connection, rehearses=rehearses)
            home, settings = await asyncio.to_thread(self.plan.where, rehearses=rehearses)
            listener = await enter(open_listener(self.plan))
            house = await enter(open_house(home, settings, self.plan.roles))
            await enter(open_tracing(house))
            around = Around(
                connection=connection,
                rehearses=rehearses,
                protected=_protected(self.plan.home, home, connection),
                port=listener.port,
            )
            work = await enter(open_work(house, around, self.plan.roles))
            care = await enter(open_care(house, self.plan))
            parts = parts_of(
                self.plan,
                self.doors,
                house,
                work,
                care,
                mode=self.mode,
                restart=lambda: self.stop(Exit.RESTART),
            )
            stack.callback(house.stream.close)
            # In a thread: what goes on after a crash is with Claude Code meanwhile.
            listener.open(await asyncio.to_thread(_make_pages, parts))
            self.address = listener.address
            self.doors.local_token.renew()
            self.plan.home.announce({"url": self.address, "mode": self.mode, "pid": os.getpid()})
            stack.callback(self.plan.home.withdraw)
            await enter(_beside(self._watch(house), "app.watch"))
            await enter(_beside(settings_watch.watch(house, work.configure), "app.settings"))
            await enter(_beside(housekeeping.run(house), "app.collect"))
            await enter(_beside(_reconcile(house, work), "app.reconcile"))
            await enter(_beside(_warm_up(house, work), "app.warm_up"))
            if rehearses:
                from sempre.app import sample  # what is scripted is loaded where it is played

                await enter(_beside(sample.lay_out(house, work.board), "app.sample"))
            house.log.append("system.started", {"version": __version__, "mode": self.mode})
            self.ready.set()
            await self._end.wait()
            await _put_down(house, work, self._exit)
        return self._exit

    async def _watch(self, house: House) -> None:
        await house.engine.lost.wait()
        _log.error(
            "app.lost", reason="Other processes took this one for dead and go on in its place."
        )
        self.stop(Exit.LOST)


def _make_pages(parts: Parts) -> "FastAPI":
    with ONE_AT_A_TIME:
        return create_app(parts)


async def _put_down(house: House, work: Work, why: Exit) -> None:
    """Take nothing more in, let what runs finish, put the rest down. Pages answer until this has ended."""
    house.log.append("system.stopping", {"why": why.value})
    if work.files is not None:
        await work.files.close()
    await house.engine.close(0 if why is Exit.LOST else house.settings.server.grace_seconds)


def _protected(named: Home, worked_in: Home, connection: Connection) -> list[Path]:
    """What no worker may touch beside the home that is worked in."""
    login = [connection.config_directory] if connection.config_directory else []
    if named == worked_in:
        return login
    return [*login, named.state, *(named.path / name for name in (".queue", ".output", FILE_NAME))]


def _mode(connection: Connection, *, rehearses: bool) -> Mode:
    if rehearses:
        return "rehearsal"
    return "login" if connection.kind is Kind.LOGIN else "live"


async def _warm_up(house: House, work: Work) -> None:
    """A moment later: those who wait for us to be ready come first."""
    await asyncio.sleep(_WARM_UP_SECONDS)
    await work.claude.warm_up()
    await asyncio.sleep(_SCANS_SECONDS)
    await house.db.prepare_scans()
    await asyncio.to_thread(dataclass_code.keep)  # with the agent SDK's
    dataclass_code.forget()


async def _reconcile(house: House, work: Work) -> None:
    """The safety net under the engine: no turn stays without a workflow for longer than this, and none waits for a
    decision that was made."""
    while True:
        await asyncio.sleep(_RECONCILE_SECONDS)
        try:
            await house.money.purse.sweep(await house.engine.nodes())
            if taken := await take_up(house):
                _log.warning("app.taken_up", turns=taken)
            await work.deciding.catch_up()
            await work.deciding.remind()
            await work.control.remind()
            await work.scheduler.reconcile()
        except SempreError as error:  # the next round does it
            _log.warning("app.not_reconciled", reason=error.message)


@asynccontextmanager
async def _beside(work: Coroutine[object, object, object], name: str) -> AsyncIterator[None]:
    """Runs while the block does."""
    task = tasks.spawn(work, name=name)
    try:
        yield
    finally:
        await tasks.stop(task)
