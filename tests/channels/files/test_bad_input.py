"""Every unusable prompt becomes a failed turn with its reason; the worker goes on."""

import os
from pathlib import Path

from sempre.channels.files.layout import Place
from tests.channels.endings import failed
from tests.channels.files.conftest import Open
from tests.channels.inbox import RecordingInbox


async def test_each_unusable_prompt_fails_with_its_reason_and_the_next_is_taken(
    place: Place, inbox: RecordingInbox, opened: Open, tmp_path: Path
):
    (tmp_path / "elsewhere").write_text("do not read")
    unusable = {
        "empty.prompt": b"",
        "blank.prompt": b" \n\n",
        "latin1.prompt": "ação".encode("latin-1"),
        "binary.prompt": b"\x7fELF\0\0",
        "big.prompt": b"x" * 101,
    }
    await opened(max_prompt_bytes=100)
    for count, (name, content) in enumerate(unusable.items(), 1):
        (place.queue / name).write_bytes(content)
        await inbox.until(count)
    (place.queue / "link.prompt").symlink_to(tmp_path / "elsewhere")
    await inbox.until(6)
    (place.queue / "good.prompt").write_text("x" * 100)
    await inbox.until(7)
    kinds = {m.origin["file"]: m.failure.kind if m.failure else "" for m in inbox.messages}
    assert kinds == {
        "empty.prompt": "prompt_empty",
        "blank.prompt": "prompt_empty",
        "latin1.prompt": "prompt_not_utf8",
        "binary.prompt": "prompt_binary",
        "big.prompt": "prompt_too_large",
        "link.prompt": "prompt_symlink",
        "good.prompt": "",
    }


async def test_an_unusable_prompt_ends_beside_its_reason(
    place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened()
    (place.queue / "bad.prompt").write_bytes(b"caf\xe9")
    await inbox.until(1)
    await channel.send(failed(inbox.messages[0], 1))
    assert (place.failed / "bad.prompt").read_bytes() == b"caf\xe9"
    assert "byte 3 (line 1) is 0xe9" in (place.failed / "bad.prompt.reason.txt").read_text()
    assert (place.output / "task_1.json").exists()
    assert not (place.output / "task_1.txt").exists()


async def test_what_is_no_prompt_is_listed_with_the_reason_and_left_alone(
    place: Place, inbox: RecordingInbox, opened: Open
):
    (place.queue / "notes.txt").write_text("a note")
    (place.queue / "LOUD.PROMPT").write_text("not this suffix")
    (place.queue / ".draft.prompt").write_text("hidden")
    (place.queue / "folder.prompt").mkdir()
    os.mkfifo(place.queue / "pipe.prompt")
    channel = await opened(rescan_seconds=0.1)
    (place.queue / "good.prompt").write_text("taken")
    await inbox.until(1)
    await inbox.until_said("file_ignored")
    ignored = {one.name: one.reason for one in channel.worker("coder").ignored}
    assert set(ignored) == {
        "notes.txt",
        "LOUD.PROMPT",
        ".draft.prompt",
        "folder.prompt",
        "pipe.prompt",
    }
    assert "does not end in .prompt" in ignored["notes.txt"]
    assert "a folder" in ignored["folder.prompt"]
    assert "pipe" in ignored["pipe.prompt"]
    assert "dot" in ignored[".draft.prompt"]
    assert inbox.texts() == ["taken"]
    assert (place.queue / "notes.txt").read_text() == "a note"


async def test_what_is_ignored_is_said_once(place: Place, inbox: RecordingInbox, opened: Open):
    (place.queue / "notes.txt").write_text("a note")
    await opened(rescan_seconds=0.02)
    await inbox.until_said("file_ignored")
    (place.queue / "other.txt").write_text("another")
    (place.queue / "good.prompt").write_text("taken")
    await inbox.until(1)
    while len(inbox.said("file_ignored")) < 2:
        inbox._changed.clear()
        await inbox._changed.wait()
    assert [one["file"] for one in inbox.said("file_ignored")] == ["notes.txt", "other.txt"]


async def test_a_folder_whose_name_no_worker_may_have_is_reported_and_left_alone(
    home: Path, inbox: RecordingInbox, opened: Open, tmp_path: Path
):
    (home / ".queue" / "two words").mkdir()
    (home / ".queue" / "two words" / "a.prompt").write_text("nobody's")
    (home / ".queue" / "lost.prompt").write_text("beside the folders")
    (tmp_path / "outside").mkdir()
    (home / ".queue" / "linked").symlink_to(tmp_path / "outside")
    channel = await opened(rescan_seconds=0.02)
    (home / ".queue" / "coder" / "a.prompt").write_text("coder's")
    await inbox.until(1)
    said = {one["name"]: one["reason"] for one in inbox.said("worker_refused")}
    assert set(said) == {"two words", "lost.prompt", "linked"}
    assert "Rename the folder" in said["two words"]
    assert "symbolic link" in said["linked"]
    assert "folder of a worker" in said["lost.prompt"]
    assert len(inbox.said("worker_refused")) == 3
    assert (home / ".queue" / "two words" / "a.prompt").exists()
    assert [view.name for view in channel.workers()] == ["coder"]
