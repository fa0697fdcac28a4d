"""Claude Code's standard streams: one JSON object a line. The SDK's own transport merges our whole environment
into the child's and starts it in our process group; this one does neither. It knows nothing of what is said."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from claude_agent_sdk import CLIConnectionError, ProcessError, Transport

_LONGEST_LINE = 32 * 1024 * 1024
_KEPT_ERRORS = 20
_NEW_GROUP = 0x200  # CREATE_NEW_PROCESS_GROUP

Line = dict[str, Any]


class CliTransport(Transport):
    """`started` is called with the process number; `heard` with each line, before anything else sees it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        started: Callable[[int], None],
        heard: Callable[[Line], None],
    ) -> None:
        self._command = command
        self._directory = directory
        self._environment = environment
        self._started = started
        self._heard = heard
        self._program: Process | None = None
        self._told_to_end = False
        self._errors: deque[str] = deque(maxlen=_KEPT_ERRORS)
        self._reading_errors: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def complaint(self) -> str:
        """The last that it wrote to its error stream."""
        return "\n".join(self._errors)

    async def connect(self) -> None:
        if self._program is not None:
            return
        windows = sys.platform == "win32"
        self._program = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=self._directory,
            env=dict(self._environment),
            limit=_LONGEST_LINE,
            start_new_session=not windows,
            creationflags=_NEW_GROUP if windows else 0,
        )
        self._started(self._program.pid)
        self._reading_errors = asyncio.get_running_loop().create_task(self._read_errors())

    async def write(self, data: str) -> None:
        stdin = self._running.stdin
        if stdin is None or stdin.is_closing():
            raise CLIConnectionError("Claude Code takes no more input.")
        try:
            stdin.write(data.encode())
            await stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise CLIConnectionError("Claude Code has ended.") from error

    async def read_messages(self) -> AsyncIterator[Line]:
        stdout = cast("asyncio.StreamReader", self._running.stdout)
        try:
            while line := await stdout.readline():
                if line.startswith(b"{"):  # anything else is a stray print
                    message = json.loads(line)
                    self._heard(message)
                    yield message
        except ValueError as error:
            raise CLIConnectionError("Claude Code said what is no JSON, or too long.") from error
        code = await self._running.wait()
        if code != 0 and not self._told_to_end:
            raise ProcessError("Claude Code ended.", exit_code=code, stderr=self.complaint)

    async def end_input(self) -> None:
        self._told_to_end = True
        if self._program is not None and self._program.stdin is not None:
            self._program.stdin.close()

    async def close(self) -> None:
        """Let go of the streams. The owner has ended the process before; this is for when it could not."""
        await self.end_input()
        if self._program is not None and self._program.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._program.kill()
            await self._program.wait()
        if self._reading_errors is not None:
            self._reading_errors.cancel()

    def is_ready(self) -> bool:
        return self._program is not None and self._program.returncode is None

    def terminate(self) -> None:
        """Ask it to end now: it kills the command that it runs, writes its transcript and goes."""
        self._told_to_end = True
        with contextlib.suppress(ProcessLookupError):
            self._running.terminate()

    def kill(self) -> None:
        self._told_to_end = True
        with contextlib.suppress(ProcessLookupError):
            self._running.kill()

    async def gone(self, within: float) -> bool:
        """Wait for its end."""
        try:
            await asyncio.wait_for(self._running.wait(), within)
        except TimeoutError:
            return False
        return True

    @property
    def _running(self) -> Process:
        if self._program is None:
            raise CLIConnectionError("Claude Code was not started.")
        return self._program

    async def _read_errors(self) -> None:
        stderr = cast("asyncio.StreamReader", self._running.stderr)
        with contextlib.suppress(ValueError):  # a line without end is no message to anyone
            while line := await stderr.readline():
                self._errors.append(line.decode(errors="replace").rstrip()[:500])
