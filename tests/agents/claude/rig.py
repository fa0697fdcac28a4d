"""The real Claude Code against the rehearsal, with a gate of the test's own: everything a test of the agent needs."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from sempre import clock, ids
from sempre.agents.claude import Access, ClaudeAgent, Limits, Passes, Profile
from sempre.agents.claude.exchange import Exchange
from sempre.contract.agents import Outcome, Question, Session
from sempre.contract.gate import Meter
from tests.support.patience import PATIENCE

QUICK = Limits(
    provider_retries=0,
    accept_seconds=30,
    probe_after_seconds=30,
    probe_seconds=10,
    farewell_seconds=3,
)

# Of a process that must outlive a stop: on a busy machine it takes longer to listen than a person is ready to wait.
PATIENT = replace(QUICK, interrupt_seconds=PATIENCE)

SLOW = "touch begun; sleep 20; touch too_late"
ENDLESS = "touch begun; sleep 600"

Call = dict[str, Any]


async def until(holds: Callable[[], bool], limit: float = PATIENCE) -> bool:
    """Wait until it holds; False when it does not within the limit."""
    for _ in range(round(limit / 0.05)):
        if holds():
            return True
        await asyncio.sleep(0.05)
    return False


async def elapse(patch: pytest.MonkeyPatch, seconds: float) -> None:
    """From now on it is so much later for all that measures time, and who watches over the turns has noticed."""
    ticks, look, looks = clock.ticks, Exchange._look, 0

    async def counted(exchange: Exchange) -> None:
        nonlocal looks
        await look(exchange)
        looks += 1

    patch.setattr(clock, "ticks", lambda: ticks() + seconds)
    patch.setattr(Exchange, "_look", counted)
    assert await until(lambda: looks > 0)


def allow(_: Call) -> str:
    return "allow"


class Gate:
    """Answers the tool hook as `decide` says; `open` cleared makes it keep the caller waiting."""

    def __init__(self) -> None:
        self.decide: Callable[[Call], str] = allow
        self.asked: list[tuple[str, Call]] = []
        self.open = asyncio.Event()
        self.open.set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook/{{token}}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.open.set()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
                call = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.asked.append((lines[0].split()[1].rsplit("/", 1)[1], call))
                await self.open.wait()
                decision = {
                    "hookEventName": "PreToolUse",
                    "permissionDecision": self.decide(call),
                    "permissionDecisionReason": "the test says so",
                }
                body = json.dumps({"hookSpecificOutput": decision}).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                    b"content-length: %d\r\n\r\n%b" % (len(body), body)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Notes:
    """A sink that a test can read and wait on."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        self._news = asyncio.Event()

    def tell(self, kind: str, details: Mapping[str, object]) -> None:
        self.told.append((kind, details))
        self._news.set()

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [details for each, details in self.told if each == kind]

    def text(self) -> str:
        return "".join(details["text"] for details in self.of("turn.text"))

    async def wait_for(self, kind: str, limit: float = PATIENCE) -> Mapping[str, Any]:
        async with asyncio.timeout(limit):
            while not self.of(kind):
                self._news.clear()
                await self._news.wait()
        return self.of(kind)[0]


@dataclass
class Rig:
    """One agent and what it talks to. `ask` remembers each channel's session, as the turn's row would."""

    root: Path
    model_url: str | None
    gate: Gate
    limits: Limits = QUICK
    profile: Profile | None = None
    meter: Meter | None = None
    users_directory: Path | None = None
    passes: Passes = field(default_factory=Passes)
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    outside: list[tuple[str, str, Mapping[str, object]]] = field(
        default_factory=list[tuple[str, str, Mapping[str, object]]]
    )
    agents: list[ClaudeAgent] = field(default_factory=list[ClaudeAgent])

    @property
    def configuration(self) -> Path:
        return self.root / "claude"

    @property
    def state(self) -> Path:
        return self.root / "children"

    @property
    def work(self) -> Path:
        return self.root / "work"

    def set(self, **changes: Any) -> None:
        """Change the profile of all channels, as a person who edits the settings does."""
        self.profile = replace(self.profile or Profile(directory=self.work), **changes)

    async def _wanted(self, _channel: str) -> Profile:
        return self.profile or Profile(directory=self.work)

    def start(self) -> ClaudeAgent:
        """A new agent on the same home: the first one, or the one after a restart."""
        self.work.mkdir(exist_ok=True)
        access = Access(
            hook_url=self.gate.url,
            config_directory=self.configuration,
            model_url=self.model_url,
            users_directory=self.users_directory,
        )
        agent = ClaudeAgent(
            profile=self._wanted,
            access=access,
            passes=self.passes,
            state=self.state,
            limits=self.limits,
            meter=self.meter,
            tell=self.hear,
        )
        self.agents.append(agent)
        return agent

    def hear(
        self, turn_id: str | None, channel: str, kind: str, details: Mapping[str, object]
    ) -> None:
        assert turn_id is None
        self.outside.append((channel, kind, details))

    @property
    def agent(self) -> ClaudeAgent:
        return self.agents[-1] if self.agents else self.start()

    def question(self, text: str, *, channel: str = "files:a", **changes: Any) -> Question:
        session = self.sessions.setdefault(channel, Session(id=ids.random_uuid(), started=False))
        question = Question(
            turn_id=ids.new_id(),
            attempt_id=ids.new_id(),
            channel=channel,
            text=text,
            message_id=ids.random_uuid(),
            session=session,
        )
        return replace(question, **changes)

    async def answer(self, question: Question, notes: Notes | None = None) -> Outcome:
        outcome = await self.agent.answer(question, notes or Notes())
        self.sessions[question.channel] = outcome.session
        return outcome

    async def ask(self, text: str, notes: Notes | None = None, **changes: Any) -> Outcome:
        return await self.answer(self.question(text, **changes), notes)

    def programs(self) -> list[psutil.Process]:
        """Every program that stems from this rig and has not ended, whoever its parent is by now.

        What ends or begins while we look may be there or not: who asserts on it waits, by what stands below.
        """
        mine = str(self.configuration)
        return [each for each in psutil.process_iter() if _configuration(each) == mine]

    def claudes(self) -> list[psutil.Process]:
        """Claude Code itself, and not its child that is about to become another program."""
        found = [each for each in self.programs() if _is_claude(each)]
        pids = {each.pid for each in found}
        return [each for each in found if _parent(each) not in pids]

    async def command_runs(self) -> bool:
        """Wait until a SLOW or ENDLESS command has begun."""
        return await until((self.work / "begun").exists)

    async def none_left(self) -> bool:
        """Wait until all its programs are gone."""
        return await until(lambda: not self.programs())

    async def nothing_but_claudes_left(self) -> bool:
        """Wait until all that Claude Code has started is gone."""
        return await until(lambda: all(map(_is_claude, self.programs())))

    async def close(self) -> None:
        for agent in self.agents:
            await agent.close()


def _configuration(program: psutil.Process) -> str | None:
    try:
        if program.status() == psutil.STATUS_ZOMBIE:
            return None
        return program.environ().get("CLAUDE_CONFIG_DIR")
    except (psutil.Error, OSError):
        return None


def _parent(program: psutil.Process) -> int | None:
    try:
        return program.ppid()
    except psutil.Error:
        return None


def _is_claude(program: psutil.Process) -> bool:
    try:
        return "--output-format" in program.cmdline()
    except psutil.Error:
        return False
