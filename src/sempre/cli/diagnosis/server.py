"""Whether Sempre runs on this home, how it is reached, and with what it reaches a model."""

import asyncio
import os
import socket
from collections.abc import Iterator

from sempre import __version__
from sempre.access import Kind
from sempre.cli.diagnosis import reading
from sempre.cli.diagnosis.finding import Examined, Finding, note, ok, problem, warning
from sempre.cli.records import read
from sempre.cli.records.access import Connection
from sempre.errors import SempreError, UnavailableError

_NONE = "No model is connected: Sempre rehearses, answers are scripted, and real prompts wait."
_CONNECT = "`sempre connect key`, or in the dashboard's settings."


def running(examined: Examined) -> Iterator[Finding]:
    server, status = examined.server, examined.status
    if server is None or status is None:
        yield note("server", "Sempre does not run on this home.", "`sempre up` starts it.")
        return
    if status.version != __version__:
        yield warning(
            "server",
            f"Sempre {status.version} runs, and {__version__} is installed.",
            "Stop it and start it again.",
        )
    try:
        server.get("/readyz")
    except UnavailableError:
        yield problem(
            "server",
            f"Sempre answers on {server.url}, but cannot work.",
            f"See the database below, and the log {examined.home.log}.",
        )
        return
    yield ok("server", f"Sempre {status.version} runs on {server.url}, ready ({status.mode}).")


def port(examined: Examined) -> Iterator[Finding]:
    if examined.server is not None:
        return
    where = examined.settings.server
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        socket.create_server((where.host, where.port), family=family).close()
    except OSError as error:
        yield note(
            "port",
            f"{where.host}:{where.port} cannot be used now ({error.strerror}); Sempre moves to the next free port.",
            "To have this one, stop what listens there, or set server.port.",
        )
    else:
        yield ok("port", f"{where.host}:{where.port} is free.")


def connection(examined: Examined) -> Iterator[Finding]:
    """The kind of credential and where it comes from; never the credential, nor a part of it."""
    if examined.server is not None:
        found = read(examined.server.get("/api/connection"), Connection)
        yield _connection(found.kind, found.source, found.base_url)
        return
    try:
        stored = asyncio.run(reading.connection(examined, os.environ))
    except SempreError as error:
        yield problem("connection", error.message, "Connect again when the key is back.")
        return
    yield _connection(stored.kind.value, stored.source, stored.base_url)


def _connection(kind: str, source: str | None, base_url: str | None) -> Finding:
    if kind == Kind.NONE.value:
        return note("connection", _NONE, _CONNECT)
    where = base_url or "the provider's own address"
    origin = "the environment" if source == "environment" else "the home, encrypted"
    if kind == Kind.LOGIN.value:
        return note(
            "connection",
            f"Your own `claude` login, from {origin}: calls are booked, but no gateway can refuse one.",
            "To have every call pass the gateway: `sempre connect key`.",
        )
    return ok("connection", f"A {kind.replace('_', ' ')}, from {origin}, for {where}.")
