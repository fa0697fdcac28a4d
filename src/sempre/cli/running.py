"""Runs Sempre in this process until a signal, or until it has to start anew. Imported by `up` and `demo` only: all of
Sempre hangs on it."""

import asyncio
import gc
import os
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import typer

from sempre.app import Application, Exit, Plan, Role
from sempre.cli import exits
from sempre.cli.banner import Welcome
from sempre.cli.calling import command
from sempre.cli.roles import RoleName
from sempre.cli.secrecy import close_to_others
from sempre.cli.signals import Signals
from sempre.contract.finding import Finding
from sempre.dataclass_code import of_this_process as dataclass_code
from sempre.errors import ConflictError, MisconfiguredError
from sempre.home import Home, Lock
from sempre.settings import ServerSettings, Settings, load
from sempre.tasks import spawn, stop
from sempre.telemetry import logs

_GIVEN = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "CLAUDE_CONFIG_DIR")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the command line says; it goes before sempre.toml and the environment."""

    host: str | None
    port: int | None
    open_browser: bool
    json: bool


def run(
    home: Home, wishes: Wishes, *, roles: Sequence[RoleName] | None = None, demo: bool = False
) -> None:
    """Until it is told to stop. Raises ConflictError when another one runs on this home."""
    close_to_others()
    home.make()
    lock = _lock(home)
    if demo:
        from sempre.rehearsal import lay_down  # what is scripted is loaded where it is played

        lay_down(home.path)
    settings = _overruled(load(home.path), wishes)
    logs.configure(
        folder=home.log.parent, max_bytes=settings.log.max_mb * 1_000_000, keep=settings.log.keep
    )
    chosen = frozenset(Role(role.value) for role in roles or RoleName)
    given = {name: os.environ[name] for name in _GIVEN if name in os.environ}
    plan = Plan(
        home=home,
        settings=settings,
        given=given,
        roles=chosen,
        demo=demo,
        diagnose=lambda: _diagnose(home),
    )
    application = Application(plan)
    with asyncio.Runner(loop_factory=_loop_factory(settings, chosen)) as runner:
        ended = runner.run(_live(application, wishes))
    lock.release()
    if ended is Exit.RESTART:
        _start_anew(application.address)
    if ended is Exit.LOST:
        raise typer.Exit(exits.LOST)


def _lock(home: Home) -> Lock:
    """Raises ConflictError, with the way to the page of the one that runs."""
    try:
        return Lock(home)
    except ConflictError as error:
        link = command(home, "login-link")
        raise ConflictError(
            f"{error.message} To open the one that runs: {link}", code=error.code
        ) from error


def _diagnose(home: Home) -> Sequence[Finding]:
    from sempre.cli.doctor import examine  # when somebody asks

    return list(examine(home))


def _overruled(settings: Settings, wishes: Wishes) -> Settings:
    said = {"host": wishes.host, "port": wishes.port}
    server = settings.server.model_dump() | {
        name: value for name, value in said.items() if value is not None
    }
    return settings.model_copy(update={"server": ServerSettings.model_validate(server)})


async def _live(application: Application, wishes: Wishes) -> Exit:
    Signals(application).listen()
    greeting = spawn(_greet(application, wishes), name="up.greeting")
    try:
        return await application.run()
    finally:
        await stop(greeting)


async def _greet(application: Application, wishes: Wishes) -> None:
    await application.ready.wait()
    gc.freeze()  # what a start makes stays to the end: no collection needs to look at it again
    gc.enable()
    welcome = await Welcome.to(application)
    welcome.print(json=wishes.json)
    if wishes.open_browser and welcome.login:
        await asyncio.to_thread(webbrowser.open, welcome.login)
    await asyncio.to_thread(dataclass_code.keep)


def _start_anew(address: str) -> None:
    """The whole process, so that nothing of the rehearsal is left in it; on the same address, in the same terminal."""
    arguments = [each for each in sys.orig_argv[1:] if each != "--open"]
    command = [sys.executable, *arguments, "--port", str(urlsplit(address).port)]
    sys.stdout.flush()
    if sys.platform == "win32":  # exec there gives the terminal back while the new one runs
        raise typer.Exit(subprocess.call(command))
    os.execv(sys.executable, command)  # noqa: S606  (no shell is meant)


def _loop_factory(
    settings: Settings, roles: frozenset[Role]
) -> Callable[[], asyncio.AbstractEventLoop]:
    if sys.platform != "win32":
        import uvloop  # not on Windows

        return uvloop.new_event_loop
    if not settings.database.url:
        return asyncio.ProactorEventLoop
    if Role.WORKER in roles:
        raise MisconfiguredError(
            "On Windows one process cannot both run agents and use Postgres: each needs another kind of event loop.",
            remedy="Leave database.url empty on this machine, or give it `--role channels --role api`.",
        )
    return asyncio.SelectorEventLoop
