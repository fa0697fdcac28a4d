"""Drives the real Claude Code CLI, one long-lived process a session, against a Messages API on loopback."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.support.patience import PATIENCE

_LONGEST_LINE = 8 * 1024 * 1024


def find_cli() -> Path:
    """The CLI that the SDK's wheel brings; found without importing the SDK, which takes half a second."""
    spec = find_spec("claude_agent_sdk")
    assert spec is not None
    assert spec.origin is not None
    name = "claude.exe" if os.name == "nt" else "claude"
    return Path(spec.origin).parent / "_bundled" / name


def cli_environment(base: Mapping[str, str], url: str, *, retries: int) -> dict[str, str]:
    return {
        **base,
        "CLAUDE_CONFIG_DIR": str(Path(base["HOME"]) / "claude"),
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "any",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_MAX_RETRIES": str(retries),
        "DISABLE_TELEMETRY": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_ERROR_REPORTING": "1",
    }


@dataclass
class Turn:
    """All that the CLI wrote about one prompt; `result` is its last message."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def result(self) -> dict[str, Any]:
        return self.messages[-1]

    def blocks(self, kind: str) -> list[dict[str, Any]]:
        """The content blocks of this type, of the assistant's and the user's messages."""
        contents = [
            m["message"]["content"] for m in self.messages if m["type"] in ("assistant", "user")
        ]
        return [b for c in contents if isinstance(c, list) for b in c if b["type"] == kind]

    def subtypes(self) -> list[str]:
        return [m.get("subtype", "") for m in self.messages if m["type"] == "system"]


class Cli:
    """One session. Ask one thing at a time."""

    def __init__(self, child: asyncio.subprocess.Process, directory: Path) -> None:
        self._child = child
        self.directory = directory

    async def write(self, line: Mapping[str, object]) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(line).encode() + b"\n")
        await self._child.stdin.drain()

    async def ask(self, prompt: str, *, limit: float = PATIENCE) -> Turn:
        await self.write({"type": "user", "message": {"role": "user", "content": prompt}})
        async with asyncio.timeout(limit):
            return await self.read_turn()

    async def read_turn(self) -> Turn:
        turn = Turn()
        while not turn.messages or turn.result["type"] != "result":
            turn.messages.append(await self.read_line())
        return turn

    async def read_line(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        line = await self._child.stdout.readline()
        assert line, "the CLI ended"
        return json.loads(line)

    async def close(self) -> None:
        if self._child.returncode is None:
            os.killpg(self._child.pid, signal.SIGKILL)
        await self._child.wait()


@asynccontextmanager
async def running_cli(
    url: str, base: Mapping[str, str], directory: Path, *arguments: str, retries: int = 1
) -> AsyncIterator[Cli]:
    """A session in `directory`, allowed to use the common tools there; its children end with it."""
    options = ["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"]
    options += ["--include-partial-messages", "--setting-sources", "", "--strict-mcp-config"]
    options += ["--permission-mode", "acceptEdits", "--allowedTools=Bash,Read,Write,Agent"]
    child = await asyncio.create_subprocess_exec(
        find_cli(),
        *options,
        *arguments,
        env=cli_environment(base, url, retries=retries),
        cwd=directory,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
        start_new_session=True,
    )
    cli = Cli(child, directory)
    try:
        yield cli
    finally:
        await cli.close()
