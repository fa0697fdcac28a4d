"""One live Claude Code process and its session: connect to it, give it one prompt at a time, end it and all that it
started. What the messages to a prompt mean is the exchange's affair; who may have a process is the pool's."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import structlog
from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient, ClaudeSDKError, Message

from sempre import tasks
from sempre.agents import descendants
from sempre.agents.claude.exchange import Exchange
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.program import Program
from sempre.agents.claude.transport import CliTransport, Line
from sempre.agents.launches import Launch, StartError

_log = structlog.stdlib.get_logger(__name__)
_CERTAIN_SECONDS = 5.0


class LiveSession:
    """`id` is the session's; it outlives the process. `program` is started."""

    def __init__(
        self,
        session_id: str,
        *,
        program: Program,
        launch: Launch,
        limits: Limits,
        continues: bool = False,
    ) -> None:
        self.id = session_id
        self._launch = launch
        self._limits = limits
        self._program = program
        options = ClaudeAgentOptions(verbatim_prompts=True)
        transport = CliTransport(program, heard=self._hear)
        self._client = ClaudeSDKClient(options, transport=transport)
        self._exchange: Exchange | None = None
        # A session that goes on by itself speaks before anybody can listen.
        self._early: list[Message] | None = [] if continues else None
        self._listening: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def usable(self) -> bool:
        """It lives, and nobody has told it to end."""
        return self._ending is None

    @property
    def pid(self) -> int:
        return self._program.pid

    @property
    def memory_mb(self) -> float:
        return descendants.memory_mb(self.pid)

    async def connect(self) -> None:
        """Shake hands with the process. Raises StartError; nothing is left running then."""
        try:
            async with asyncio.timeout(self._limits.start_seconds):
                await self._client.connect()
        except TimeoutError as error:
            await self.kill()
            raise StartError("Claude Code did not come up in time.") from error
        except asyncio.CancelledError:
            await self.kill()
            raise
        except Exception as error:  # the SDK raises bare Exceptions for what the process reports
            await self.kill()
            raise StartError(self._program.complaint or str(error)) from error
        self._launch.forget_secrets()
        self._listening = tasks.spawn(
            self._listen(), name=f"claude-listen-{self.pid}", lasting=True
        )

    async def ask(self, exchange: Exchange, text: str) -> None:
        """Hand one prompt over; its messages go to `exchange` until `release`. Raises ClaudeSDKError."""
        self._exchange = exchange
        await self._client.query(_one_message(text, exchange.message_id))

    def follow(self, exchange: Exchange) -> None:
        """Hand nothing over: what the session says by itself, from its first word on, goes to `exchange`."""
        self._exchange = exchange
        early, self._early = self._early or [], None
        for message in early:
            exchange.take(message)
        if not self.usable:
            exchange.broken("Claude Code ended.")

    def release(self) -> None:
        self._exchange = None

    async def interrupt(self) -> None:
        """Break the running turn off; its result comes as usual."""
        await self._client.interrupt()

    async def probe(self) -> bool:
        """Whether the process answers at all; it does within milliseconds, also in mid-turn."""
        try:
            async with asyncio.timeout(self._limits.probe_seconds):
                await self._client.get_mcp_status()
        except (TimeoutError, ClaudeSDKError):
            return False
        except Exception as error:  # noqa: BLE001  (it answered, with an error of its own)
            _log.warning("claude.probe_refused", session=self.id, error=str(error))
        return True

    async def stop(self) -> None:
        """End it in order, so that it writes its transcript: an idle one by closing its input, one that works
        by SIGTERM, which also ends the command that it runs."""
        if self._ending is None:
            self._ending = tasks.spawn(self._end_in_order(), name=f"claude-stop-{self.id}")
        await asyncio.shield(self._ending)

    async def kill(self) -> None:
        """End it now."""
        if self._ending is None:
            self._ending = tasks.spawn(self._end_now(), name=f"claude-kill-{self.id}")
        elif self._program.alive:
            self._program.kill()
        await asyncio.shield(self._ending)

    async def _end_in_order(self) -> None:
        if self._exchange is None:
            self._program.end_input()
            await self._program.gone(self._limits.farewell_seconds)
        if self._program.alive:
            self._program.terminate()
            await self._program.gone(self._limits.farewell_seconds)
        await self._end_now()

    async def _end_now(self) -> None:
        if self._program.alive:
            started = await asyncio.to_thread(descendants.children, self.pid)
            self._program.kill()
            await self._program.gone(_CERTAIN_SECONDS)
            descendants.kill(started)
        await asyncio.to_thread(descendants.kill_marked, self._launch.mark)
        await self._client.disconnect()
        if self._listening is not None:
            await asyncio.wait({self._listening}, timeout=_CERTAIN_SECONDS)
        self._launch.remove()

    def _hear(self, line: Line) -> None:
        """Sees every line first; the SDK drops those it does not know, and these are the signs of acceptance."""
        if line.get("type") == "command_lifecycle" and self._exchange is not None:
            self._exchange.note(line["command_uuid"], line["state"])

    async def _listen(self) -> None:
        """For as long as the process lives. What comes between turns (a background task's end) has no listener."""
        reason = "Claude Code ended."
        try:
            async for message in self._client.receive_messages():
                if self._exchange is not None:
                    self._exchange.take(message)
                elif self._early is not None:
                    self._early.append(message)
        except Exception as error:  # noqa: BLE001  (whatever broke it, this process is done)
            reason = self._program.complaint or str(error)
        if self._exchange is not None:
            self._exchange.broken(reason)
        if self._ending is None:
            _log.warning("claude.died", session=self.id, reason=reason)
            self._ending = tasks.spawn(self._end_now(), name=f"claude-bury-{self.id}")


async def _one_message(text: str, message_id: str) -> AsyncIterator[dict[str, Any]]:
    yield {
        "type": "user",
        "uuid": message_id,
        "parent_tool_use_id": None,
        "message": {"role": "user", "content": [{"type": "text", "text": text}]},
    }
