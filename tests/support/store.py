"""A migrated store with its log and conversations: what tests of features and of the API stand on."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sempre import clock, crypto
from sempre.contract.agents import Ending, Outcome, Question
from sempre.contract.messages import Failure, Inbound
from sempre.conversations import (
    Attempts,
    Channels,
    DeadLetters,
    Limits,
    StoredInbox,
    Submission,
    Turns,
)
from sempre.crypto import Keyring
from sempre.db import Database, schema
from sempre.events import Log
from tests.support.postgres import new_database

CHANNEL = "files:coder"


def new_keyring() -> Keyring:
    key = os.urandom(32)
    return Keyring({crypto.key_id(key): key}, crypto.key_id(key))


@dataclass(kw_only=True)
class Store:
    """One process's view of a database."""

    url: str
    db: Database
    keyring: Keyring
    log: Log
    limits: Limits = field(default_factory=Limits)
    submitted: list[Submission] = field(default_factory=list[Submission])

    def __post_init__(self) -> None:
        self.turns = Turns(self.db, self.keyring, self.log)
        self.attempts = Attempts(self.db, self.keyring, self.log, self.limits)
        self.channels = Channels(self.db, self.log)
        self.dead_letters = DeadLetters(self.db, self.keyring, self.log)
        self.inbox = StoredInbox(self.db, self.keyring, self.log, self._submit, node="here")

    async def _submit(self, submissions: Sequence[Submission]) -> None:
        self.submitted.extend(submissions)

    async def accept(self, *texts: str, channel: str = CHANNEL, prefix: str = "") -> list[str]:
        """Put prompts on a channel, each under an external id of its own; gives their turns' ids."""
        await self.inbox.open(channel)
        messages = [message(text, f"{prefix}{at}-{text}", channel) for at, text in enumerate(texts)]
        return [accepted.turn_id for accepted in await self.inbox.accept(messages)]

    async def begin(self, turn_id: str) -> Question:
        """Start an attempt that must be possible now."""
        turn = await self.turns.get(turn_id)
        step = await self.attempts.begin(
            turn_id, await self.channels.session(await self.channels.get(turn.channel))
        )
        assert step.question is not None, step
        return step.question

    async def answer(self, turn_id: str, text: str = "done") -> None:
        await self.attempts.end(*outcome(await self.begin(turn_id), Ending.ANSWERED, text=text))

    async def fail(self, turn_id: str, ending: Ending = Ending.INVALID) -> None:
        await self.attempts.end(*outcome(await self.begin(turn_id), ending))

    def reopened(self) -> "Store":
        """The same database as another process would see it, after a crash of this one."""
        return Store(
            url=self.url, db=self.db, keyring=self.keyring, log=self.log, limits=self.limits
        )


def message(text: str, external_id: str, channel: str = CHANNEL) -> Inbound:
    return Inbound(channel=channel, external_id=external_id, text=text, received_at=clock.now())


def outcome(
    question: Question, ending: Ending, *, text: str | None = None
) -> tuple[Question, Outcome]:
    """The arguments of `Attempts.end`."""
    failure = None if ending is Ending.ANSWERED else Failure(kind=ending.value, message="It broke.")
    return question, Outcome(ending=ending, session=question.session, text=text, failure=failure)


@asynccontextmanager
async def opened(
    url: str, *, keyring: Keyring | None = None, limits: Limits | None = None
) -> AsyncIterator[Store]:
    """A store whose log writes; the database is migrated already."""
    db = Database(url)
    keyring = keyring or new_keyring()
    log = Log(db, keyring, flush_ms=1)
    log.open()
    try:
        yield Store(url=url, db=db, keyring=keyring, log=log, limits=limits or Limits())
    finally:
        await log.close()
        await db.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database at head, to be copied: migrating each one would cost most of a test's time."""
    path = tmp_path_factory.mktemp("migrated") / "sempre.sqlite"
    schema.ensure(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres_server: str) -> Iterator[str]:
    """The name of a Postgres database at head, to be copied."""
    with new_database(postgres_server) as url:
        schema.ensure(url)
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database at head; a test that asks for it runs on SQLite and on Postgres."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_file")
        yield f"sqlite:///{shutil.copy(migrated, tmp_path / 'test.sqlite')}"
    else:
        template: str = request.getfixturevalue("migrated_template")
        with new_database(request.getfixturevalue("postgres_server"), template) as url:
            yield url


@pytest.fixture
async def store(migrated_url: str) -> AsyncIterator[Store]:
    async with opened(migrated_url) as each:
        yield each
