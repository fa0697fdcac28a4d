"""`sempre up` and `sempre demo`: run Sempre in this process until a signal, or until a person connects a model."""

import asyncio
import os
import signal
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from sempre.app import Application, Exit, Plan, Role
from sempre.cli.options import HomeOption
from sempre.home import Home, Lock
from sempre.rehearsal.sample import lay_down
from sempre.settings import ServerSettings, Settings, load
from sempre.telemetry import logs

_log = structlog.stdlib.get_logger(__name__)
_GIVEN = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "CLAUDE_CONFIG_DIR")
_LOST = 75  # EX_TEMPFAIL: a process manager shall start it again
_AT_ONCE = 130
_DEMO = Path("sempre-demo")

HostOption = Annotated[str | None, typer.Option(help="Address to listen on.")]
PortOption = Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the dashboard in the browser.")]
RoleOption = Annotated[
    list[Role] | None,
    typer.Option(help="What this process does; all by default. May be given more than once."),
]


def up(
    home: HomeOption = None,
    role: RoleOption = None,
    host: HostOption = None,
    port: PortOption = None,
    open_browser: OpenOption = False,  # noqa: FBT002  (a flag of the command line)
) -> None:
    """Run Sempre on this home. Without a connected model it rehearses, in a home of its own."""
    place = Home.find(home)
    roles = frozenset(role or Role)
    _run(place, roles, host, port, open_browser=open_browser, demo=False)


def demo(
    home: HomeOption = None,
    host: HostOption = None,
    port: PortOption = None,
    open_browser: OpenOption = False,  # noqa: FBT002  (a flag of the command line)
) -> None:
    """Run the whole product on scripted answers, with a sample workspace, in `sempre-demo` or --home."""
    place = Home.find(home or _DEMO)
    lay_down(place.path)
    _run(place, frozenset(Role), host, port, open_browser=open_browser, demo=True)


def _run(
    home: Home,
    roles: frozenset[Role],
    host: str | None,
    port: int | None,
    *,
    open_browser: bool,
    demo: bool,
) -> None:
    home.make()
    lock = Lock(home)
    logs.configure(folder=home.log.parent)
    settings = _overruled(load(home.path), host, port)
    given = {name: os.environ[name] for name in _GIVEN if name in os.environ}
    plan = Plan(home=home, settings=settings, given=given, roles=roles, demo=demo)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        ended = runner.run(_live(Application(plan), open_browser=open_browser))
    lock.release()
    if ended is Exit.RESTART:
        # The whole process anew: nothing of the rehearsal is left in it. The address stays.
        os.execv(sys.executable, [sys.executable, "-m", "sempre", *sys.argv[1:]])  # noqa: S606
    if ended is Exit.LOST:
        raise typer.Exit(_LOST)


def _overruled(settings: Settings, host: str | None, port: int | None) -> Settings:
    """What the command line says goes before the file and the environment."""
    changes = {"host": host, "port": port}
    server = settings.server.model_dump() | {k: v for k, v in changes.items() if v is not None}
    return settings.model_copy(update={"server": ServerSettings(**server)})


async def _live(application: Application, *, open_browser: bool) -> Exit:
    loop = asyncio.get_running_loop()
    signals = 0

    def asked_to_stop() -> None:
        nonlocal signals
        signals += 1
        if signals > 1:
            os._exit(_AT_ONCE)
        _log.info("up.stopping", grace_seconds=application.plan.settings.server.grace_seconds)
        application.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        if os.name == "posix":
            loop.add_signal_handler(number, asked_to_stop)
        else:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(asked_to_stop))
    running = asyncio.ensure_future(application.run())
    ready = asyncio.ensure_future(application.ready.wait())
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    if ready.done():
        await _welcome(application, open_browser=open_browser)
    ready.cancel()
    return await running


async def _welcome(application: Application, *, open_browser: bool) -> None:
    """How to get in. The link is for one login within ten minutes, so it is printed, not logged."""
    doors = application.doors
    if doors is None:
        return
    link = await doors.logins.create_link()
    address = application.address + link.path
    console = Console(highlight=False)
    console.print(f"[bold green]Sempre is up[/] ({application.mode}) on {application.address}")
    console.print(f"Log in within ten minutes: [bold]{address}[/]", soft_wrap=True)
    if application.mode == "rehearsal":
        console.print("[yellow]Answers are scripted.[/] Connect a model in the dashboard's settings.")
    if open_browser:
        await asyncio.to_thread(webbrowser.open, address)


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    if sys.platform == "win32":
        return asyncio.SelectorEventLoop  # what the Postgres driver needs
    import uvloop  # not on Windows

    return uvloop.new_event_loop
