"""Claude Code's process and its standard streams: lines in, lines out, its end. The SDK's own way of starting it merges
our whole environment into the child's and keeps it in our process group; this does neither. It needs no SDK, so that
the process comes up while that is still being imported."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from sempre.agents.launches import Launch, StartError

_LONGEST_LINE = 32 * 1024 * 1024
_KEPT_ERRORS = 20
_NEW_GROUP = 0x200  # CREATE_NEW_PROCESS_GROUP


class Program:
    """One process. `launch` gets its number at once, so that it is found again after a kill -9."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        launch: Launch,
    ) -> None:
        self._command = command
        self._directory = directory
        self._environment = environment
        self._launch = launch
        self._process: Process | None = None
        self._told_to_end = False
        self._errors: deque[str] = deque(maxlen=_KEPT_ERRORS)
        self._reading_errors: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def told_to_end(self) -> bool:
        return self._told_to_end

    @property
    def complaint(self) -> str:
        """The last that it wrote to its error stream."""
        return "\n".join(self._errors)

    async def start(self) -> None:
        """Raises StartError."""
        windows = sys.platform == "win32"
        try:
            self._process = await asyncio.create_subprocess_exec(
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
        except OSError as error:
            raise StartError(str(error)) from error
        self._launch.started(self._process.pid)
        self._reading_errors = asyncio.get_running_loop().create_task(self._read_errors())

    async def write(self, text: str) -> None:
        """Raises ConnectionError when it takes no more."""
        stdin = self._running.stdin
        if stdin is None or stdin.is_closing():
            raise ConnectionError("Claude Code takes no more input.")
        try:
            stdin.write(text.encode())
            await stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise ConnectionError("Claude Code has ended.") from error

    async def lines(self) -> AsyncIterator[bytes]:
        """What it says, to its end. Raises ValueError for a line without end."""
        stdout = cast("asyncio.StreamReader", self._running.stdout)
        while line := await stdout.readline():
            yield line

    async def ended(self) -> int:
        """Its exit code, once it has one."""
        return await self._running.wait()

    def end_input(self) -> None:
        """Nothing more will be asked: an idle one goes by itself then."""
        self._told_to_end = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def terminate(self) -> None:
        """Ask it to end now: it kills the command that it runs, writes its transcript and goes."""
        self._told_to_end = True
        with contextlib.suppress(ProcessLookupError):
            self._running.terminate()

    def kill(self) -> None:
        self._told_to_end = True
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._running.kill()

    async def gone(self, within: float) -> bool:
        """Wait for its end."""
        try:
            async with asyncio.timeout(within):
                await self._running.wait()
        except TimeoutError:
            return False
        return True

    async def let_go(self) -> None:
        """Of the streams. The owner has ended the process before; this is for when it could not."""
        self.end_input()
        if self.alive:
            self.kill()
            await self._running.wait()
        if self._reading_errors is not None:
            self._reading_errors.cancel()

    @property
    def _running(self) -> Process:
        if self._process is None:
            raise ConnectionError("Claude Code was not started.")
        return self._process

    async def _read_errors(self) -> None:
        stderr = cast("asyncio.StreamReader", self._running.stderr)
        with contextlib.suppress(ValueError):  # a line without end is no message to anyone
            while line := await stderr.readline():
                self._errors.append(line.decode(errors="replace").rstrip()[:500])
