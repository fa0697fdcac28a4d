"""What the operating system tells, with the real watch. Also holds for the parts of watchdog that we rely on."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sempre.channels.files import intake
from sempre.channels.files.layout import Place
from sempre.channels.files.observer import ObserverSource
from sempre.channels.files.watch import Watch
from tests.channels.files.conftest import Open
from tests.channels.inbox import RecordingInbox
from tests.support.patience import PATIENCE

if sys.platform != "linux":
    pytest.skip("inotify is Linux's", allow_module_level=True)

from watchdog.observers.inotify_c import (
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    WatchDescriptor,
)

from sempre.channels.files.inotify import InotifySource

News = tuple[str, ...]


class Notes:
    """A listener that writes everything down."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self._changed = asyncio.Event()

    def file_closed(self, worker: str, name: str) -> None:
        self._note("closed", worker, name)

    def file_seen(self, worker: str, name: str) -> None:
        self._note("seen", worker, name)

    def folders_changed(self) -> None:
        self._note("folders")

    def events_lost(self) -> None:
        self._note("lost")

    def _note(self, *news: str) -> None:
        self.news.append(news)
        self._changed.set()

    async def until(self, holds: Callable[[list[News]], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds(self.news):
                self._changed.clear()
                await self._changed.wait()

    async def until_closed(self, worker: str, name: str) -> None:
        await self.until(lambda news: ("closed", worker, name) in news)


def descriptor(watch: Watch) -> InotifyFD:
    source = watch._source
    assert isinstance(source, InotifySource)
    assert source._descriptor is not None
    return source._descriptor


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
async def watch(home: Path, notes: Notes) -> AsyncIterator[Watch]:
    watch = Watch(home / ".queue", notes, asyncio.get_running_loop())
    watch.start()
    yield watch
    watch.stop()


async def test_a_file_is_seen_when_it_comes_and_closed_when_it_is_written(
    place: Place, notes: Notes, watch: Watch
):
    with (place.queue / "a.prompt").open("w") as file:
        file.write("text")
        await notes.until(bool)
        assert notes.news == [("seen", "coder", "a.prompt")]
    await notes.until_closed("coder", "a.prompt")


async def test_a_claim_makes_no_event_at_all(place: Place, notes: Notes, watch: Watch):
    place.claimed.mkdir()
    (place.queue / "a.prompt").write_text("text")
    await notes.until_closed("coder", "a.prompt")
    (place.queue / "a.prompt").rename(place.claimed / "1-a.prompt")
    (place.claimed / "1-a.prompt").unlink()
    (place.queue / "b.prompt").write_text("text")
    await notes.until_closed("coder", "b.prompt")
    assert len(notes.news) == 4


async def test_only_prompts_in_workers_folders_are_told(
    home: Path, place: Place, notes: Notes, watch: Watch
):
    (place.queue / "notes.txt").touch()
    (place.queue / ".hidden.prompt").touch()
    (place.queue / "folder.prompt").mkdir()
    (place.queue / "folder.prompt" / "deep.prompt").touch()
    (home / ".queue" / "beside.prompt").touch()
    (place.queue / "last.prompt").touch()
    await notes.until_closed("coder", "last.prompt")
    assert notes.news == [("seen", "coder", "last.prompt"), ("closed", "coder", "last.prompt")]


async def test_folders_that_come_are_watched_under_the_name_they_have(
    home: Path, notes: Notes, watch: Watch
):
    queue = home / ".queue"
    (queue / "writer").mkdir()
    await notes.until(lambda news: ("folders",) in news)
    (queue / "writer" / "a.prompt").touch()
    await notes.until_closed("writer", "a.prompt")
    (queue / "writer").rename(queue / "author")
    await notes.until(lambda news: news.count(("folders",)) >= 3)  # it went, and it came
    (queue / "author" / "b.prompt").touch()
    await notes.until_closed("author", "b.prompt")
    shutil.rmtree(queue / "author")
    (queue / "author").mkdir()
    await notes.until(lambda news: news.count(("folders",)) >= 5)
    (queue / "author" / "c.prompt").touch()
    await notes.until_closed("author", "c.prompt")
    assert ("closed", "writer", "b.prompt") not in notes.news
    assert watch.holds


async def test_a_queue_that_is_replaced_is_noticed(home: Path, watch: Watch):
    assert watch.holds
    (home / ".queue").rename(home / "old")
    assert not watch.holds
    (home / ".queue").mkdir()
    assert not watch.holds


async def test_lost_events_are_told_and_the_watch_is_to_be_replaced(notes: Notes, watch: Watch):
    overflow = InotifyEvent(WatchDescriptor(-1), InotifyConstants.IN_Q_OVERFLOW, 0, b"")
    descriptor(watch).handle_event(overflow)
    await notes.until(lambda news: ("lost",) in news)
    assert not watch.holds


async def test_a_folder_that_cannot_be_watched_makes_the_watch_be_replaced(
    home: Path, notes: Notes, watch: Watch, monkeypatch: pytest.MonkeyPatch
):
    def no_more(*_: object) -> int:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(descriptor(watch), "add_callback", no_more)
    (home / ".queue" / "writer").mkdir()
    await notes.until(lambda news: ("folders",) in news)
    assert not watch.holds


async def test_a_watch_that_cannot_start_leaves_nothing_open(home: Path, notes: Notes):
    before = open_files()
    watch = Watch(home / "missing", notes, asyncio.get_running_loop())
    with pytest.raises(OSError, match="No such file"):
        watch.start()
    assert open_files() == before
    assert not watch.holds


async def test_on_other_systems_every_change_is_worth_a_look(
    home: Path,
    place: Place,
    inbox: RecordingInbox,
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
):
    """watchdog's own observer, as on macOS and Windows, without leases: nothing half-written is read."""
    monkeypatch.setattr("sempre.channels.files.watch._source", ObserverSource)
    monkeypatch.setattr("sempre.channels.files.ready.leases_hold", lambda folder: False)
    await opened(rescan_seconds=600)
    with monkeypatch.context() as patch, (place.queue / "slow.prompt").open("w") as file:
        patch.setattr(intake, "SETTLE_SECONDS", 1.5)
        for part in ("one ", "two ", "three ", "four"):
            file.write(part)
            file.flush()
            await asyncio.sleep(0.25)
            assert inbox.texts() == []
    await inbox.until(1)
    (home / "draft").write_text("renamed")
    (home / "draft").rename(place.queue / "b.prompt")
    await inbox.until(2)
    Place(home, "writer").queue.mkdir()
    (Place(home, "writer").queue / "c.prompt").write_text("a new worker")
    await inbox.until(3)
    assert inbox.texts() == ["one two three four", "renamed", "a new worker"]
