"""How prompts come in: real files, real events, in the order in which they counted."""

import asyncio
import os
import statistics
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from sempre import clock
from sempre.channels.files import intake
from sempre.channels.files.channel import FilesChannel
from sempre.channels.files.layout import Place
from tests.channels.files.conftest import Open
from tests.channels.inbox import RecordingInbox
from tests.support.patience import PATIENCE, until

linux = pytest.mark.skipif(sys.platform != "linux", reason="closing is only seen on Linux")
# Long enough that what a test sees came by an event.
NO_RESCAN = 600
AWKWARD = [
    "with spaces.prompt",
    "açúcar 🎉.prompt",
    "two\nlines.prompt",
    "-rf.prompt",
    "'; rm -rf ~; '.prompt",
    "%s%n{}.prompt",
    "é" * 124 + ".prompt",
    b"caf\xe9.prompt".decode("utf-8", "surrogateescape"),
]


async def test_the_same_name_again_and_again_is_a_prompt_each_time(
    place: Place, inbox: RecordingInbox, opened: Open
):
    """A rename into a folder that is not watched would hold back each of these by half a second."""
    await opened(rescan_seconds=NO_RESCAN)
    for number in range(20):
        (place.queue / "task.prompt").write_text(f"prompt {number}")
        await inbox.until(number + 1)  # written over before, it would be one prompt
    assert inbox.texts() == [f"prompt {number}" for number in range(20)]


@linux
async def test_prompts_50_ms_apart_are_not_held_back_by_the_claims_before_them(
    place: Place, inbox: RecordingInbox, opened: Open
):
    """Held back, they would wait for half a second; a machine that is busy gets more than one try."""
    await opened(rescan_seconds=NO_RESCAN)
    async with asyncio.timeout(PATIENCE):
        while await _median_wait(place, inbox) > timedelta(seconds=0.2):
            pass


async def _median_wait(place: Place, inbox: RecordingInbox) -> timedelta:
    """From the end of writing to the claim."""
    before, written = len(inbox.messages), []
    for number in range(15):
        (place.queue / f"{before + number}.prompt").write_text("prompt")
        written.append(clock.now())
        await asyncio.sleep(0.05)
    await inbox.until(before + len(written))
    claimed = [message.received_at for message in inbox.messages[before:]]
    return statistics.median(late - early for early, late in zip(written, claimed, strict=True))


async def test_any_name_will_do(place: Place, inbox: RecordingInbox, opened: Open):
    await opened(rescan_seconds=NO_RESCAN)
    for number, name in enumerate(AWKWARD):
        (place.queue / name).write_text(f"prompt {number}")
        await inbox.until(number + 1)
    shown = [message.origin["file"] for message in inbox.messages]
    assert inbox.texts() == [f"prompt {number}" for number in range(len(AWKWARD))]
    assert shown == [*AWKWARD[:-1], "caf\ufffd.prompt"]


@linux
async def test_a_half_written_file_is_never_read(place: Place, inbox: RecordingInbox, opened: Open):
    """A slow writer, seen by the watch, by several rescans, and by a channel that starts in the middle."""
    channel = await opened(rescan_seconds=0.1)
    with (place.queue / "slow.prompt").open("w") as file:
        for part in ("one ", "two ", "three ", "four"):
            file.write(part)
            file.flush()
            await asyncio.sleep(0.3)
            if part == "two ":
                await channel.close()
                channel = await opened(rescan_seconds=0.1)
            assert inbox.texts() == []
        await until(
            lambda: [one.name for one in channel.worker("coder").ignored] == ["slow.prompt"]
        )
    await inbox.until(1)
    assert inbox.texts() == ["one two three four"]
    await until(lambda: channel.worker("coder").ignored == [])


async def test_renamed_into_place_it_counts(
    home: Path, place: Place, inbox: RecordingInbox, opened: Open
):
    await opened(rescan_seconds=NO_RESCAN)
    (home / "draft").write_text("from outside")
    (home / "draft").rename(place.queue / "a.prompt")
    await inbox.until(1)
    (place.queue / "b.prompt.tmp").write_text("from beside")
    (place.queue / "b.prompt.tmp").rename(place.queue / "b.prompt")
    await inbox.until(2)
    assert inbox.texts() == ["from outside", "from beside"]


async def test_editors_that_save_in_their_own_ways(
    place: Place, inbox: RecordingInbox, opened: Open
):
    await opened(rescan_seconds=NO_RESCAN)
    # vim: a probe file, a backup by rename, the text written anew, the backup removed
    (place.queue / "4913").touch()
    (place.queue / "4913").unlink()
    (place.queue / "vim.prompt~").write_text("")
    (place.queue / "vim.prompt").write_text("from vim")
    (place.queue / "vim.prompt~").unlink()
    # many others: a hidden file, synced, renamed over
    (place.queue / ".rsync.prompt.x1").write_text("from rsync")
    (place.queue / ".rsync.prompt.x1").rename(place.queue / "rsync.prompt")
    await inbox.until(2)
    # some: the file is made first, and written a moment later
    (place.queue / "new.prompt").touch()
    await asyncio.sleep(0.1)
    (place.queue / "new.prompt").write_text("made, then written")
    await inbox.until(3)
    assert inbox.texts() == ["from vim", "from rsync", "made, then written"]


async def test_a_hard_link_counts_though_nobody_closes_it(
    home: Path, place: Place, inbox: RecordingInbox, opened: Open
):
    await opened(rescan_seconds=NO_RESCAN)
    (home / "kept.txt").write_text("linked")
    (place.queue / "link.prompt").hardlink_to(home / "kept.txt")
    await inbox.until(1)
    assert inbox.texts() == ["linked"]
    assert (home / "kept.txt").read_text() == "linked"


async def test_a_prompt_that_is_moved_to_another_worker_is_the_others(
    home: Path, place: Place, inbox: RecordingInbox, opened: Open
):
    other = Place(home, "writer")
    other.queue.mkdir()
    await opened(rescan_seconds=NO_RESCAN)
    (place.queue / "draft.txt").write_text("for whom?")
    (place.queue / "draft.txt").rename(other.queue / "draft.prompt")
    await inbox.until(1)
    assert [(m.channel, m.text) for m in inbox.messages] == [("files:writer", "for whom?")]


async def test_at_start_the_last_write_decides_then_the_natural_order_of_names(
    place: Place, inbox: RecordingInbox, opened: Open
):
    moments = {"task10": 5_000, "task2": 5_000, "task1": 5_001, "late": 4_999, "task02": 5_000}
    for name, moment in moments.items():
        path = place.queue / f"{name}.prompt"
        path.write_text(name)
        os.utime(path, ns=(moment, moment))
    await opened()
    await inbox.until(5)
    assert inbox.texts() == ["late", "task02", "task2", "task10", "task1"]


async def test_what_no_event_tells_is_found_by_looking(
    home: Path, place: Place, inbox: RecordingInbox, opened: Open
):
    await opened(watch=False, rescan_seconds=0.1)
    (place.queue / "a.prompt").write_text("not told")
    await inbox.until(1)
    Place(home, "late").queue.mkdir()
    (Place(home, "late").queue / "b.prompt").write_text("a new worker")
    await inbox.until(2)
    assert inbox.texts() == ["not told", "a new worker"]


async def test_without_leases_nothing_half_written_is_read_either(
    place: Place, inbox: RecordingInbox, opened: Open, monkeypatch: pytest.MonkeyPatch
):
    """As on a network mount: no events, no leases, only sizes and times."""
    monkeypatch.setattr("sempre.channels.files.ready.leases_hold", lambda folder: False)
    monkeypatch.setattr(intake, "SETTLE_SECONDS", 1.5)
    await opened(watch=False, rescan_seconds=0.1)
    with (place.queue / "slow.prompt").open("w") as file:
        for part in range(8):
            file.write(f"{part} ")
            file.flush()
            await asyncio.sleep(0.25)
    assert inbox.texts() == []
    await inbox.until(1)
    assert inbox.texts() == ["0 1 2 3 4 5 6 7 "]


async def test_a_new_folder_is_a_worker_at_once(home: Path, inbox: RecordingInbox, opened: Open):
    channel = await opened(rescan_seconds=NO_RESCAN)
    new = Place(home, "sentinela")
    new.queue.mkdir()
    (new.queue / "hello.prompt").write_text("Hello")
    await inbox.until(1)
    assert inbox.messages[0].channel == "files:sentinela"
    assert [view.name for view in channel.workers()] == ["coder", "sentinela"]


@linux
async def test_what_came_while_the_watch_was_down_goes_before_what_comes_after(
    place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened(rescan_seconds=NO_RESCAN)
    assert channel._watch is not None
    channel._watch.stop()
    (place.queue / "a.prompt").write_text("missed")
    await channel._keep_watch()
    (place.queue / "b.prompt").write_text("told")
    await inbox.until(2)
    assert inbox.texts() == ["missed", "told"]


_FLOOD = (
    "import pathlib, sys\n"
    "for n in range(int(sys.argv[2])):\n"
    "    pathlib.Path(sys.argv[1], f'task{n}.prompt').write_text(str(n))\n"
)


@linux
@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_ten_thousand_at_once_all_come_in_in_order(
    place: Place, inbox: RecordingInbox, opened: Open
):
    """The watch is held until the kernel's queue of events has run over, so most of them are lost."""
    channel = await opened(rescan_seconds=NO_RESCAN)
    with reader_lock(channel):
        flood = [sys.executable, "-c", _FLOOD, place.queue, "10000"]
        await asyncio.to_thread(subprocess.run, flood, check=True, timeout=100)
    await inbox.until(10_000, within=120)
    assert inbox.texts() == [str(number) for number in range(10_000)]
    assert max(inbox.batches) == intake.BATCH
    (place.queue / "next.prompt").write_text("and on it goes")
    await inbox.until(10_001)


def reader_lock(channel: FilesChannel):
    """What the thread that reads the kernel's events needs for each of them."""
    assert channel._watch is not None
    source = channel._watch._source
    return source._descriptor._lock  # type: ignore[union-attr]  (private, and not described)
