"""Listens for browsers, the command line and scrapers: one server on the address of the settings."""

import asyncio
import errno
import socket

import uvicorn
from starlette.types import ASGIApp

from sempre.api.serving import Server
from sempre.errors import UnavailableError
from sempre.tasks import spawn

_PORTS_TRIED = 50
_CLOSING_SECONDS = 3
_TAKEN = {errno.EADDRINUSE, errno.EACCES}


class Listener:
    """`port` 0 takes any free one; a taken one moves to the next free one."""

    def __init__(self, *, host: str, port: int) -> None:
        """Takes the port, so that it is known before anything is served. Raises UnavailableError."""
        self._socket = _bind(host, port)
        self._host = host
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    @property
    def address(self) -> str:
        """What a person opens; a wildcard address is reached at home."""
        host = "127.0.0.1" if self._host in {"0.0.0.0", "::", ""} else self._host  # noqa: S104  (compared, not bound)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def open(self, app: ASGIApp) -> None:
        """Serve."""
        config = uvicorn.Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_CLOSING_SECONDS,
        )
        self._server = Server(config)
        self._serving = spawn(self._server.serve(sockets=[self._socket]), name="api.listener")

    async def close(self) -> None:
        """Answer what was asked, then hang up."""
        if self._server is None or self._serving is None:
            self._socket.close()
            return
        self._server.end()
        await self._serving


def _bind(host: str, port: int) -> socket.socket:
    last = port + (_PORTS_TRIED if port else 1)
    for candidate in range(port, min(last, 65536)):
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return socket.create_server((host, candidate), family=family, backlog=2048)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise UnavailableError(
                    f"Sempre cannot listen on {host}: {error.strerror}. Set server.host to an address of this "
                    "machine."
                ) from error
    raise UnavailableError(
        f"Ports {port} to {last - 1} on {host} are all taken. Set server.port to a free one, or stop what "
        "listens there."
    )
