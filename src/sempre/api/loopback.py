"""The listener for Claude Code's own processes: the Messages gateway and the tool hook, on 127.0.0.1 only.

A browser has no business here: a request with an Origin, or under another host name, is refused.
"""

import asyncio
import logging
import socket

import uvicorn
from starlette.types import Receive, Scope, Send

from sempre.api import gateway, tool_hook
from sempre.api._asgi import Request
from sempre.api.gateway import BrokenOffError, Gateway
from sempre.api.provider import Provider, Upstream
from sempre.api.serving import Server
from sempre.api.tool_hook import ToolHook
from sempre.contract.gate import Gate, Meter, Passes, Tell
from sempre.tasks import spawn

_HOST = "127.0.0.1"
_BACKLOG = 512
_IDLE_SECONDS = (
    600  # Claude Code keeps its connections; closing first would race with its next call
)
_CLOSING_SECONDS = 1


class Loopback:
    """`provider` None: no gateway (the user's own login), the hook alone. `{token}` in the addresses is a place to fill."""

    def __init__(
        self, passes: Passes, gate: Gate, meter: Meter, provider: Provider | None, tell: Tell
    ) -> None:
        self._hook = ToolHook(passes, gate)
        self._gateway = Gateway(passes, meter, Upstream(provider), tell) if provider else None
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def hook_url(self) -> str:
        return f"http://{_HOST}:{self.port}{tool_hook.PREFIX}{{token}}"

    @property
    def model_url(self) -> str | None:
        return f"http://{_HOST}:{self.port}{gateway.PREFIX}{{token}}" if self._gateway else None

    async def open(self) -> None:
        """Listen on a free port. Raises OSError when there is none."""
        listener = socket.create_server((_HOST, 0), backlog=_BACKLOG)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self,
            http="httptools",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_CLOSING_SECONDS,
        )
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        self._server = Server(config)
        self._serving = spawn(self._server.serve(sockets=[listener]), name="loopback")

    async def close(self) -> None:
        """Hang up on everyone; calls on their way are settled as far as they were counted."""
        if self._serving is None:
            return
        self._server.end()
        await self._serving
        self._serving = None
        if self._gateway is not None:
            await self._gateway.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        if not self._is_ours(request):
            await request.refuse(
                403, "permission_error", "Only Claude Code on this machine is served."
            )
        elif request.path.startswith(tool_hook.PREFIX):
            await self._hook.answer(request)
        elif request.path.startswith(gateway.PREFIX) and self._gateway is not None:
            await self._gateway.answer(request)
        else:
            await request.refuse(404, "not_found_error", "There is no such path here.")

    def _is_ours(self, request: Request) -> bool:
        names = {b"%s:%d" % (name, self.port) for name in (b"127.0.0.1", b"localhost")}
        return request.header(b"host") in names and request.header(b"origin") is None


def _is_news(record: logging.LogRecord) -> bool:
    """The server logs as its own failure that we let it cut an answer; that was logged where it happened."""
    return not (record.exc_info and isinstance(record.exc_info[1], BrokenOffError))
