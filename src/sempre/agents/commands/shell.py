"""One command in a shell: its output as it comes, its exit code, and the end of everything that it started."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from sempre import clock
from sempre.agents import descendants

_PIECE = 1_000_000
_LOOK_SECONDS = 0.1
_PAUSE = 0.05  # seconds between two pieces, so that a chatty test does not make an event a line
_DRAIN_SECONDS = (
    1.0  # what is left in the pipe once the shell has gone, though a child keeps it open
)
_NEW_GROUP = 0x200  # CREATE_NEW_PROCESS_GROUP


class ShellProcess:
    """`mark` is in its environment, by which what it started is found."""

    def __init__(self, process: Process, mark: str) -> None:
        self._process = process
        self._mark = mark

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def start(
        cls, command: str, *, directory: Path, given: Mapping[str, str], mark: str
    ) -> "ShellProcess":
        """Raises OSError."""
        windows = sys.platform == "win32"
        process = await asyncio.create_subprocess_exec(
            *_shell(command),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            limit=_PIECE,
            cwd=directory,
            env=dict(given),
            start_new_session=not windows,
            creationflags=_NEW_GROUP if windows else 0,
        )
        return cls(process, mark)

    async def output(self) -> AsyncIterator[bytes]:
        """As it comes, until the command has ended; what it left running may hold the pipe, and is not waited for."""
        stream, until = self._process.stdout, 0.0
        while stream is not None:
            piece = await _piece(stream)
            if piece == b"":
                return
            if piece:
                yield piece
                await asyncio.sleep(_PAUSE)
            if self._process.returncode is not None:
                until = until or clock.ticks() + _DRAIN_SECONDS
                if clock.ticks() > until:
                    return

    async def code(self) -> int:
        """Once `output` has ended."""
        known = self._process.returncode
        return await self._process.wait() if known is None else known

    async def end(self) -> None:
        """Kill it, its group, and whatever carries its mark; all is gone when it returns."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                descendants.kill(descendants.children(self.pid))
                self._process.kill()
            else:
                os.killpg(self.pid, signal.SIGKILL)
        await asyncio.to_thread(descendants.kill_marked, self._mark)
        with contextlib.suppress(TimeoutError):  # a program without the mark may hold the pipe
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self._process.stdout is not None and await self._process.stdout.read(_PIECE):
                    continue
                await self._process.wait()


async def _piece(stream: asyncio.StreamReader) -> bytes | None:
    """None: there is nothing now."""
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            return await stream.read(_PIECE)
    except TimeoutError:
        return None


def _shell(command: str) -> Sequence[str]:
    return ("cmd", "/c", command) if sys.platform == "win32" else ("/bin/sh", "-c", command)
