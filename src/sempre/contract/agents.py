"""Who answers: one question in, one outcome out, what happens meanwhile told to a sink as it happens."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sempre.contract.messages import Failure, Usage


class Ending(StrEnum):
    """How one attempt ended, and so what the turn does next."""

    ANSWERED = "answered"
    ERROR = "error"  # the agent ended it with an error: counted, tried again
    TRANSIENT = "transient"  # overload, network, provider down: tried again after a back-off
    QUOTA = "quota"  # a quota wall: the channel parks until `until`
    BUDGET = "budget"  # refused by our own gate before the call: the turn parks
    AUTHENTICATION = "authentication"  # the channel stops and asks the person
    MISCONFIGURED = (
        "misconfigured"  # cannot work before a person acts (no CLI, no folder): the channel stops
    )
    INVALID = (
        "invalid"  # this prompt can never be answered (too large for the provider): fails at once
    )
    WAITING = "waiting"  # a person must decide a call; asked again with it, the session goes on
    CANCELLED = "cancelled"  # a person said stop
    STOPPED = "stopped"  # this process is stopping; never counted


@dataclass(frozen=True, kw_only=True)
class Session:
    """An agent's conversation memory. `started` is false as long as nothing was said in it; then it may have a
    `parent`, the session that it begins as a copy of."""

    id: str
    started: bool
    parent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """One attempt at a turn. `message_id` is fresh for each attempt. `earlier` are the message ids of earlier
    attempts in this session, newest last: a finished answer to one of them is adopted, not asked for again.
    `interrupted` says that the last attempt broke off with its effects unknown. `continues` is a call that the session
    was put off for: it goes on with that one, without being told the text again."""

    turn_id: str
    attempt_id: str
    channel: str
    text: str
    message_id: str
    session: Session
    earlier: tuple[str, ...] = ()
    interrupted: bool = False
    continues: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it. `session` is the one to go on with: not always the one of the question."""

    ending: Ending
    session: Session
    text: str | None = None
    model: str | None = None
    usage: Usage = field(default_factory=Usage)
    failure: Failure | None = None
    until: datetime | None = None  # for QUOTA: when it is worth trying again
    waits_for: str | None = None  # for WAITING: the call
    adopted: bool = False  # the answer stood in the transcript already


class Sink(Protocol):
    """Where an agent tells what happens, as it happens. Never blocks and never fails."""

    def tell(self, kind: str, details: Mapping[str, object]) -> None:
        """`kind` is an event kind of docs/reference/events.md."""
        ...


class Agent(Protocol):
    """Who answers on a channel."""

    name: str

    def place(self, channel: str) -> AbstractAsyncContextManager[object]:
        """A place among those that may work at once, held around `answer`. Waiting for one is no attempt yet, so
        a crash meanwhile counts for nothing."""
        ...

    async def answer(self, question: Question, sink: Sink) -> Outcome:
        """Answer, or say in the Outcome why not; raises nothing but CancelledError. Cancelling the task means
        that the process stops: the agent is told nothing more, and whatever it started is ended."""
        ...

    async def interrupt(self, turn_id: str) -> bool:
        """A person said stop: the running `answer` ends as CANCELLED within a second. False: not here."""
        ...

    async def close(self) -> None:
        """End everything that was started."""
        ...
