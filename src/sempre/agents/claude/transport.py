"""The agent SDK's way to a program that was started without it: one JSON object a line. It knows nothing of what is
said."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from claude_agent_sdk import CLIConnectionError, ProcessError, Transport

from sempre.agents.claude.program import Program

Line = dict[str, Any]


class CliTransport(Transport):
    """`heard` is called with each line, before anything else sees it."""

    def __init__(self, program: Program, *, heard: Callable[[Line], None]) -> None:
        self._program = program
        self._heard = heard

    async def connect(self) -> None:
        """It was started before."""

    async def write(self, data: str) -> None:
        try:
            await self._program.write(data)
        except ConnectionError as error:
            raise CLIConnectionError(str(error)) from error

    async def read_messages(self) -> AsyncIterator[Line]:
        try:
            async for line in self._program.lines():
                if line.startswith(b"{"):  # anything else is a stray print
                    message = json.loads(line)
                    self._heard(message)
                    yield message
        except ValueError as error:
            raise CLIConnectionError("Claude Code said what is no JSON, or too long.") from error
        code = await self._program.ended()
        if code != 0 and not self._program.told_to_end:
            raise ProcessError("Claude Code ended.", exit_code=code, stderr=self._program.complaint)

    async def end_input(self) -> None:
        self._program.end_input()

    async def close(self) -> None:
        await self._program.let_go()

    def is_ready(self) -> bool:
        return self._program.alive
