"""What goes wrong with folders and disks: said plainly, nothing lost, the others go on."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sempre.channels.files.layout import Place
from sempre.contract.messages import Accepted, Inbound
from sempre.errors import InvalidError, MisconfiguredError, NotFoundError, UnavailableError
from sempre.settings import WorkerSettings
from tests.channels.endings import answered
from tests.channels.files.conftest import Open, make
from tests.channels.inbox import RecordingInbox
from tests.support.patience import until

can_mount = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root mounts a small disk"
)


async def test_a_missing_queue_is_made(tmp_path: Path, inbox: RecordingInbox):
    channel = make(tmp_path, workers={"night": WorkerSettings()})
    await channel.open(inbox)
    (tmp_path / ".queue" / "night" / "a.prompt").write_text("Hello")
    await inbox.until(1)
    await channel.close()
    assert inbox.messages[0].channel == "files:night"


async def test_a_file_in_place_of_the_queue_is_for_a_person(tmp_path: Path, inbox: RecordingInbox):
    (tmp_path / ".queue").write_text("a file")
    with pytest.raises(MisconfiguredError, match="Move it away"):
        await make(tmp_path).open(inbox)


async def test_when_the_store_is_away_at_start_nothing_stays_behind(
    home: Path, place: Place, inbox: RecordingInbox
):
    (place.queue / "a.prompt").write_text("wait")

    async def away(channel: str, *, first_number: int = 1) -> None:
        raise UnavailableError("the store is away")

    threads = _threads()
    channel = make(home)
    inbox_open, inbox.open = inbox.open, away
    with pytest.raises(UnavailableError):
        await channel.open(inbox)
    assert _threads() == threads, "the watch has been stopped"
    inbox.open = inbox_open
    await channel.open(inbox)
    await inbox.until(1)
    await channel.close()


async def test_closed_before_it_was_opened_it_does_nothing(home: Path):
    await make(home).close()


async def test_a_workers_folder_that_is_removed_is_gone_and_the_others_go_on(
    home: Path, place: Place, inbox: RecordingInbox, opened: Open
):
    other = Place(home, "writer")
    other.queue.mkdir()
    channel = await opened()
    (place.queue / "a.prompt").write_text("accepted")
    await inbox.until(1)
    shutil.rmtree(place.queue)
    said = await inbox.until_said("worker_gone")
    assert "was removed" in said["reason"]
    assert [(view.name, view.there) for view in channel.workers()] == [
        ("coder", False),
        ("writer", True),
    ]
    (other.queue / "b.prompt").write_text("goes on")
    await inbox.until(2)
    await channel.send(answered(inbox.messages[0], 1, "still published"))
    assert (place.output / "task_1.txt").read_text() == "still published"

    place.queue.mkdir()
    (place.queue / "c.prompt").write_text("back again")
    await inbox.until(3)
    assert inbox.said("worker_back")
    assert channel.worker("coder").there


async def test_the_whole_queue_removed_is_made_again_with_the_workers_that_are_set_up(
    home: Path, inbox: RecordingInbox, opened: Open
):
    channel = await opened(workers={"night": WorkerSettings()}, rescan_seconds=0.1)
    shutil.rmtree(home / ".queue")
    night = Place(home, "night").queue
    await until(night.is_dir)
    await until(lambda: channel._watch is not None and channel._watch.holds)
    (night / "a.prompt").write_text("as before")
    await inbox.until(1)
    assert not (home / ".queue" / "coder").exists()
    assert not channel.worker("coder").there


async def test_a_renamed_worker_takes_in_under_its_new_name_and_nothing_twice(
    home: Path, place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened()
    (place.queue / "a.prompt").write_text("for coder")
    await inbox.until(1)
    place.queue.rename(home / ".queue" / "writer")
    await until(lambda: "writer" in {view.name for view in channel.workers() if view.there})
    (home / ".queue" / "writer" / "b.prompt").write_text("for writer")
    await inbox.until(2)
    await channel.close()
    await opened()
    assert [(m.channel, m.text) for m in inbox.messages] == [
        ("files:coder", "for coder"),
        ("files:writer", "for writer"),
    ]


async def test_while_nothing_can_be_claimed_prompts_wait_where_they_are(
    place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened()
    shutil.rmtree(place.claimed)
    place.claimed.write_text("in the way")
    for name in ("a", "b", "c"):
        (place.queue / f"{name}.prompt").write_text(name)
        await asyncio.sleep(0.01)
    said = await inbox.until_said("claim_failed")
    assert "can't be taken in" in said["reason"]
    assert channel.worker("coder").waiting == 3
    assert len(list(place.queue.glob("*.prompt"))) == 3
    place.claimed.unlink()
    await inbox.until(3)
    assert inbox.texts() == ["a", "b", "c"]
    assert len(inbox.said("claim_failed")) == 1


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A disk with room for the home's folders and a little more."""
    options = "size=64k,nr_inodes=24"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", home], check=True)
    (home / ".queue" / "coder").mkdir(parents=True)
    yield home
    subprocess.run(["umount", "--lazy", home], check=True)


@can_mount
async def test_on_a_full_disk_answers_wait_for_room(
    small_disk: Path, place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened()
    (place.queue / "a.prompt").write_text("Hello")
    await inbox.until(1)
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(b"x" * 80_000)
    message = answered(inbox.messages[0], 1, "y" * 10_000)
    with pytest.raises(UnavailableError, match="Free some space") as caught:
        await channel.send(message)
    assert caught.value.code == "disk_full"
    assert list(place.output.glob("*")) == []
    assert (place.claimed / message.origin["claim"]).exists()
    ballast.unlink()
    await channel.send(message)
    assert (place.output / "task_1.txt").read_text() == "y" * 10_000


@can_mount
async def test_on_a_full_disk_a_new_worker_begins_when_there_is_room(
    small_disk: Path, inbox: RecordingInbox, opened: Open
):
    await opened(rescan_seconds=0.1)
    ballast = _fill(small_disk)
    ballast.pop().unlink()
    new = Place(small_disk, "writer")
    new.queue.mkdir()  # the last entry that the disk had room for
    said = await inbox.until_said("worker_fault")
    assert "Free some space" in said["reason"]
    for path in ballast:
        path.unlink()
    (new.queue / "a.prompt").write_text("there is room")
    await inbox.until(1)
    assert inbox.texts("files:writer") == ["there is room"]


async def test_without_a_watch_prompts_are_found_all_the_same_and_it_is_said(
    place: Place, inbox: RecordingInbox, opened: Open, monkeypatch: pytest.MonkeyPatch
):
    """As when the limit on watches is reached."""

    def no_more(source: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("sempre.channels.files.inotify.InotifySource.start", no_more)
    channel = await opened(rescan_seconds=0.1)
    assert "max_user_watches" in (await inbox.until_said("watch_unavailable"))["reason"]
    (place.queue / "a.prompt").write_text("found")
    await inbox.until(1)
    monkeypatch.undo()
    await until(lambda: channel._watch is not None and channel._watch.holds)
    (place.queue / "b.prompt").write_text("seen")
    await inbox.until(2)
    assert len(inbox.said("watch_unavailable")) == 1


async def test_an_outage_of_the_store_is_said_once_and_keeps_the_order(
    place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened()
    inbox.outage = UnavailableError("The database does not answer.", retry_after=0.02)
    for name in ("a", "b", "c"):
        (place.queue / f"{name}.prompt").write_text(name)
        await asyncio.sleep(0.03)
    await inbox.until_said("accept_delayed")
    assert channel.worker("coder").waiting == 3
    inbox.outage = None
    await inbox.until(3)
    assert inbox.texts() == ["a", "b", "c"]
    assert len(inbox.said("accept_delayed")) == 1


async def test_closed_during_an_outage_the_next_start_accepts(
    place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened()
    inbox.outage = UnavailableError("The database does not answer.")
    (place.queue / "a.prompt").write_text("claimed, not accepted")
    await inbox.until_refused()
    await channel.close()
    assert inbox.messages == []
    inbox.outage = None
    await opened()
    await inbox.until(1)
    assert inbox.texts() == ["claimed, not accepted"]


async def test_a_fault_in_the_intake_stops_nothing(
    place: Place, inbox: RecordingInbox, opened: Open
):
    await opened()
    accept, calls = inbox.accept, 0

    async def faulty(messages: Sequence[Inbound]) -> Sequence[Accepted]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("a fault of ours")
        return await accept(messages)

    inbox.accept = faulty
    (place.queue / "a.prompt").write_text("kept")
    (place.queue / "b.prompt").write_text("too")
    await inbox.until(2)
    assert inbox.texts() == ["kept", "too"]


@pytest.mark.parametrize("channel", ["files:../outside", "files:", "files:a/b", "files:.hidden"])
async def test_a_channel_that_is_no_worker_of_ours_is_refused(
    home: Path, place: Place, inbox: RecordingInbox, opened: Open, channel: str
):
    files = await opened()
    (place.queue / "a.prompt").write_text("Hello")
    await inbox.until(1)
    with pytest.raises(InvalidError, match="is no worker"):
        await files.send(answered(inbox.messages[0], 1, channel=channel))
    with pytest.raises(InvalidError, match="is no worker"):
        await files.session_changed(channel, "x")
    assert sorted(path.name for path in home.parent.iterdir()) == ["home"]


async def test_an_unknown_worker_is_not_found(opened: Open):
    channel = await opened()
    with pytest.raises(NotFoundError, match="Make the folder"):
        channel.worker("nobody")


def _fill(disk: Path) -> list[Path]:
    """Use up every entry that the disk has room for."""
    made: list[Path] = []
    try:
        while True:
            path = disk / f"ballast{len(made)}"
            path.touch()
            made.append(path)
    except OSError:
        return made


def _threads() -> int:
    return sum(1 for thread in threading.enumerate() if "asyncio" not in thread.name)
