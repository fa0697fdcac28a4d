"""A home with one worker, and the channel on it, with real files and the real watch."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sempre.channels.files.channel import FilesChannel
from sempre.channels.files.layout import Place
from sempre.settings import FileSettings
from tests.channels.inbox import RecordingInbox
from tests.support.patience import PATIENCE

Open = Callable[..., Awaitable[FilesChannel]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / ".queue" / "coder").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def place(home: Path) -> Place:
    return Place(home, "coder")


@pytest.fixture
def inbox() -> RecordingInbox:
    return RecordingInbox()


def make(home: Path, *, watch: bool = True, workers: Any = None, **settings: Any) -> FilesChannel:
    return FilesChannel(
        home, FileSettings(**settings), workers or {}, zone=ZoneInfo("UTC"), watch=watch
    )


async def _first_look(channel: FilesChannel) -> None:
    """From here on, what comes is told by events."""
    async with asyncio.timeout(PATIENCE):
        # Nobody in the product waits for this, so there is nothing to be told by.
        while any(  # noqa: ASYNC110  (as said)
            w.intake and w.intake._line._held is not None for w in channel._roster.all()
        ):
            await asyncio.sleep(0.005)


@pytest.fixture
async def opened(home: Path, inbox: RecordingInbox) -> AsyncIterator[Open]:
    """Opens channels on the home and closes them in the end."""
    channels: list[FilesChannel] = []

    async def begin(**options: Any) -> FilesChannel:
        channel = make(home, **options)
        channels.append(channel)
        await channel.open(inbox)
        await _first_look(channel)
        return channel

    yield begin
    for channel in channels:
        await channel.close()
