"""Brings a session to life: a new one, or one that is resumed; and when it can't be resumed, a new one instead."""

import asyncio
import os
from dataclasses import dataclass

from sempre import ids
from sempre.agents.claude import command, environment, transcript
from sempre.agents.claude.access import Access
from sempre.agents.claude.exchange import Exchange
from sempre.agents.claude.launches import Launches, StartError
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.passes import Pass, Passes
from sempre.agents.claude.profile import Profile
from sempre.agents.claude.session import LiveSession
from sempre.agents.claude.stream import Narrator
from sempre.agents.claude.totals import UNKNOWN, Count, Totals
from sempre.contract.agents import Question, Session, Sink
from sempre.contract.gate import Meter

_UNKNOWN = "no conversation found"
_TAKEN = "already in use"


@dataclass(kw_only=True)
class Running:
    """A live session and all that belongs to it. `turns` counts those asked of this process. `follows`: it goes on
    by itself with a call that it was put off for."""

    channel: str
    live: LiveSession
    caller: Pass
    token: str
    launch: tuple[object, ...]
    totals: Totals
    meter: Meter | None
    turns: int = 0
    follows: bool = False

    def fits(self, profile: Profile, session: Session) -> bool:
        return self.live.usable and self.launch == profile.launch and self.live.id == session.id

    def exchange(self, message_id: str, profile: Profile, sink: Sink, limits: Limits) -> Exchange:
        """For one prompt in this session."""
        return Exchange(
            self.live,
            message_id,
            narrator=Narrator(sink, limits.coalesce_seconds),
            caller=self.caller,
            profile=profile,
            limits=limits,
            totals=self.totals,
            meter=self.meter,
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
    ) -> Running:
        """Raises StartError, MisconfiguredError."""
        if not session.started:
            return await self._begin(channel, session.id, profile, sink)
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
        return await self._begin(channel, fresh, profile, sink)

    async def _begin(self, channel: str, session_id: str, profile: Profile, sink: Sink) -> Running:
        """A session that was begun before a crash let us note it down is resumed."""
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
        following: Question | None = None,
    ) -> Running:
        program = command.find_program()
        caller = Pass(channel=channel, session_id=session_id, directory=profile.directory)
        if following is not None:  # its hook asks before anybody else knows of the process
            caller.begin(following.turn_id, following.attempt_id)
        token = self._passes.issue(caller)
        launch = self._launches.new()
        launch.write(
            settings=command.settings(self._access.hook_address(token)),
            instructions=profile.instructions,
        )
        live = LiveSession(
            session_id,
            command=command.arguments(program, profile, session_id, resume=resume, launch=launch),
            environment=environment.build(
                os.environ,
                self._access,
                token,
                mark=launch.mark,
                directory=profile.directory,
                retries=self._limits.provider_retries,
                silence_seconds=profile.silence_seconds,
                continues=following is not None,
            ),
            directory=profile.directory,
            launch=launch,
            limits=self._limits,
            continues=following is not None,
        )
        try:
            await live.connect()
        except BaseException:
            self._passes.revoke(token)
            raise
        carried = await asyncio.to_thread(self._carried, session_id) if resume else Count()
        sink.tell("session.resumed" if resume else "session.started", {"session_id": session_id})
        return Running(
            channel=channel,
            live=live,
            caller=caller,
            token=token,
            launch=profile.launch,
            meter=self._meter,
            totals=Totals(carried),
            follows=following is not None,
        )

    async def stop(self, running: Running) -> None:
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
