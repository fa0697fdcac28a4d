"""Brings a session to life: a new one, or one that is resumed; and when it can't be resumed, a new one instead. The
process comes up while the agent SDK is imported, which takes as long: so nothing here needs it."""

import asyncio
import os
from typing import TYPE_CHECKING

import structlog

from sempre import ids
from sempre.agents.claude import command, environment, transcript
from sempre.agents.claude.access import Access
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.passes import Pass, Passes
from sempre.agents.claude.profile import Profile
from sempre.agents.claude.program import Program
from sempre.agents.claude.totals import UNKNOWN, Count, Totals
from sempre.agents.launches import Launch, Launches, StartError
from sempre.contract.agents import Question, Session, Sink
from sempre.contract.gate import Meter
from sempre.loading import ONE_AT_A_TIME, later

if TYPE_CHECKING:
    from sempre.agents.claude.running import Running
    from sempre.agents.claude.session import LiveSession

_log = structlog.stdlib.get_logger(__name__)
_UNKNOWN = "no conversation found"
_TAKEN = "already in use"
_FOR_TOOLS_OF_OURS = (  # most of what the agent SDK imports; it serves tools that we would have in this process
    "jsonschema",
    "mcp",
    "mcp.server",
    "mcp.shared",
    "mcp.shared.memory",
    "mcp.shared.message",
    "mcp.types",
)


class Starter:
    def __init__(
        self,
        access: Access,
        limits: Limits,
        launches: Launches,
        passes: Passes,
        meter: Meter | None,
    ) -> None:
        self._access = access
        self._limits = limits
        self._launches = launches
        self._passes = passes
        self._meter = meter if access.model_url is None else None  # else the gateway books

    async def start(
        self,
        channel: str,
        session: Session,
        profile: Profile,
        sink: Sink,
        following: Question | None = None,
    ) -> "Running":
        """Raises StartError, MisconfiguredError."""
        if not session.started:
            return await self._begin(channel, session.id, profile, sink, session.parent)
        await asyncio.to_thread(self._fetch, session.id)
        try:
            return await self._launch(
                channel, session.id, profile, sink, resume=True, following=following
            )
        except StartError as error:
            reason = str(error)
            if not self._is_lost(session.id, reason):
                raise
        fresh = ids.random_uuid()
        sink.tell("session.lost", {"session_id": session.id, "next": fresh, "reason": reason})
        return await self._begin(channel, fresh, profile, sink, None)

    async def _begin(
        self, channel: str, session_id: str, profile: Profile, sink: Sink, parent: str | None
    ) -> "Running":
        """A session that was begun before a crash let us note it down is resumed; one whose parent is gone begins
        empty."""
        begun = transcript.find(self._access.config_directory, session_id) is not None
        if parent is not None and not begun:
            await asyncio.to_thread(self._fetch, parent)
            try:
                return await self._launch(
                    channel, session_id, profile, sink, resume=False, parent=parent
                )
            except StartError as error:
                reason = str(error)
                if not self._is_lost(parent, reason):
                    raise
            told = {"session_id": parent, "next": session_id, "reason": reason}
            sink.tell("session.lost", told)
        try:
            return await self._launch(channel, session_id, profile, sink, resume=False)
        except StartError as error:
            if _TAKEN not in str(error).lower():
                raise
        return await self._launch(channel, session_id, profile, sink, resume=True)

    async def _launch(
        self,
        channel: str,
        session_id: str,
        profile: Profile,
        sink: Sink,
        *,
        resume: bool,
        parent: str | None = None,
        following: Question | None = None,
    ) -> "Running":
        found = command.find_program()
        caller = Pass(channel=channel, session_id=session_id, directory=profile.directory)
        if following is not None:  # its hook asks before anybody else knows of the process
            caller.begin(following.turn_id, following.attempt_id)
        token = self._passes.issue(caller)
        launch = self._launches.new()
        given = environment.build(
            os.environ,
            self._access,
            token,
            mark=launch.mark,
            directory=profile.directory,
            retries=self._limits.provider_retries,
            silence_seconds=profile.silence_seconds,
            continues=following is not None,
        )
        launch.write(
            settings=command.settings(self._access.hook_address(token), profile, given),
            instructions=profile.told,
        )
        program = Program(
            command.arguments(
                found, profile, session_id, resume=resume, launch=launch, parent=parent
            ),
            environment=given,
            directory=profile.directory,
            launch=launch,
        )
        try:
            live_session, running = await _come_up(program, launch)
            live = live_session(
                session_id,
                program=program,
                launch=launch,
                limits=self._limits,
                continues=following is not None,
            )
            await live.connect()
        except BaseException:
            self._passes.revoke(token)
            raise
        # What Claude Code says that a copy took begins with what its original had taken.
        before = session_id if resume else parent
        carried = await asyncio.to_thread(self._carried, before) if before else Count()
        kind = "session.resumed" if resume else "session.forked" if parent else "session.started"
        told = (
            {"session_id": session_id, "parent": parent} if parent else {"session_id": session_id}
        )
        sink.tell(kind, told)
        _log.info("claude.started", channel=channel, session=session_id, pid=program.pid)
        return running(
            channel=channel,
            live=live,
            caller=caller,
            token=token,
            launch=profile.launch,
            meter=self._meter,
            totals=Totals(carried),
            follows=following is not None,
        )

    async def warm_up(self) -> None:
        """Import the agent SDK ahead of the first session, off the loop."""
        await asyncio.to_thread(_import_running)

    async def stop(self, running: "Running") -> None:
        """End its process; the session stays, to be resumed."""
        self._passes.revoke(running.token)
        await running.live.stop()

    def _carried(self, session_id: str) -> Count:
        path = transcript.find(self._access.config_directory, session_id)
        return transcript.read_total(path) if path else UNKNOWN

    def _fetch(self, session_id: str) -> None:
        """A session that a person began in their own Claude Code comes with its transcript."""
        if self._access.users_directory is not None:
            own = self._access.config_directory
            transcript.adopt(own, self._access.users_directory, session_id)

    def _is_lost(self, session_id: str, reason: str) -> bool:
        """Claude Code does not know it, or has a transcript that it can't read."""
        if _UNKNOWN in reason.lower():
            return True
        path = transcript.find(self._access.config_directory, session_id)
        return path is None or not transcript.is_sound(path)


async def _come_up(program: Program, launch: Launch) -> "tuple[type[LiveSession], type[Running]]":
    """Start the process, and meanwhile import what talks to it. Raises StartError; nothing is left running then."""
    try:
        await program.start()
        return await asyncio.to_thread(_import_running)
    except BaseException:
        program.kill()
        launch.remove()
        raise


def _import_running() -> "tuple[type[LiveSession], type[Running]]":
    # Imported late: these and what they use need the agent SDK.
    with ONE_AT_A_TIME, later(*_FOR_TOOLS_OF_OURS):
        from sempre.agents.claude.running import Running
        from sempre.agents.claude.session import LiveSession

    return LiveSession, Running
