"""The session file shows the session; only what a person did to it is a wish."""

from pathlib import Path

import pytest

from sempre.channels.files import session_file
from sempre.channels.files.layout import Place
from sempre.channels.files.session_file import SessionRequest
from sempre.errors import UnavailableError
from tests.channels.files.conftest import Open
from tests.channels.inbox import RecordingInbox

OLD = "11111111-1111-4111-8111-111111111111"
NEW = "22222222-2222-4222-8222-222222222222"
UNCHANGED = SessionRequest("unchanged")


def test_it_is_one_line_and_its_own(place: Place):
    session_file.write(place, OLD)
    assert place.session_file == place.home / ".session_coder.txt"
    assert place.session_file.read_text() == OLD + "\n"
    assert session_file.read_request(place, OLD) == UNCHANGED


def test_what_stands_already_is_not_written_again(place: Place):
    session_file.write(place, OLD)
    before = place.session_file.stat().st_mtime_ns
    session_file.write(place, OLD)
    assert place.session_file.stat().st_mtime_ns == before


def test_before_the_first_write_a_missing_file_wishes_nothing(place: Place):
    assert session_file.read_request(place, None) == UNCHANGED
    assert session_file.read_request(place, OLD) == UNCHANGED


@pytest.mark.parametrize("how", ["delete", "empty", "blank"])
def test_a_person_who_removes_it_resets(place: Place, how: str):
    session_file.write(place, OLD)
    if how == "delete":
        place.session_file.unlink()
    else:
        place.session_file.write_text("" if how == "empty" else " \n\n")
    assert session_file.read_request(place, OLD) == SessionRequest("reset")
    assert session_file.read_request(place, OLD) == SessionRequest("reset"), "until it was done"
    assert session_file.read_request(place, None) == UNCHANGED, "the session is reset"
    session_file.write(place, NEW)
    assert session_file.read_request(place, NEW) == UNCHANGED


@pytest.mark.parametrize("text", [NEW, f"  {NEW.upper()}\r\n", f"\ufeff{NEW}\n"])
def test_a_person_who_writes_another_adopts_it(place: Place, text: str):
    session_file.write(place, OLD)
    place.session_file.write_text(text)
    assert session_file.read_request(place, OLD) == SessionRequest("adopt", NEW)
    assert session_file.read_request(place, NEW) == UNCHANGED, "it is adopted"


def test_one_that_was_there_before_sempre_is_adopted(place: Place):
    place.session_file.write_text(OLD)
    assert session_file.read_request(place, None) == SessionRequest("adopt", OLD)


@pytest.mark.parametrize("text", ["hello", OLD[:-1], f"{OLD} {NEW}", "x" * 10_000, "\xff"])
def test_what_is_no_session_is_left_alone_and_said(place: Place, text: str):
    session_file.write(place, OLD)
    place.session_file.write_text(text, "latin-1")
    request = session_file.read_request(place, OLD)
    assert request.kind == "unchanged"
    assert "Write one uuid" in (request.note or "")
    assert place.session_file.read_text("latin-1") == text


def test_a_crash_between_database_and_file_is_not_a_wish(place: Place):
    session_file.write(place, OLD)
    assert session_file.read_request(place, NEW) == UNCHANGED, "the database is ahead of the file"


@pytest.mark.parametrize("before", [None, OLD])
@pytest.mark.parametrize("file_written", [False, True])
def test_a_crash_while_it_is_written_is_not_a_wish(
    place: Place, before: str | None, file_written: bool, monkeypatch: pytest.MonkeyPatch
):
    if before:
        session_file.write(place, before)
    real, writes = session_file.atomic.write, []

    def crashing(path: Path, content: bytes, *, replace: bool) -> None:
        writes.append(path)
        if len(writes) > (2 if file_written else 1):
            raise KeyboardInterrupt
        real(path, content, replace=replace)

    monkeypatch.setattr(session_file.atomic, "write", crashing)
    with pytest.raises(KeyboardInterrupt):
        session_file.write(place, NEW)
    monkeypatch.undo()
    assert place.session_file.exists() == (file_written or before is not None)
    for known in (before, NEW):
        assert session_file.read_request(place, known) == UNCHANGED
    session_file.write(place, NEW)
    place.session_file.unlink()
    assert session_file.read_request(place, NEW) == SessionRequest("reset")


def test_no_session_means_no_file(place: Place):
    session_file.write(place, OLD)
    session_file.write(place, None)
    assert not place.session_file.exists()
    assert session_file.read_request(place, None) == UNCHANGED
    place.session_file.write_text(NEW)
    assert session_file.read_request(place, None) == SessionRequest("adopt", NEW)


def test_a_folder_in_its_place_is_said(place: Place):
    place.session_file.mkdir()
    with pytest.raises(UnavailableError, match="Move it away"):
        session_file.read_request(place, OLD)
    with pytest.raises(UnavailableError, match="Move it away"):
        session_file.write(place, OLD)


def test_what_it_remembers_is_for_the_owner_only(place: Place):
    session_file.write(place, OLD)
    assert (place.home / ".sempre").stat().st_mode & 0o077 == 0


async def test_the_channel_asks_and_shows(place: Place, inbox: RecordingInbox, opened: Open):
    channel = await opened()
    await channel.session_changed("files:coder", OLD)
    assert (await channel.session_request("files:coder", OLD)).kind == "unchanged"
    place.session_file.write_text("mistyped")
    for _ in range(2):
        assert (await channel.session_request("files:coder", OLD)).kind == "unchanged"
    assert len(inbox.said("session_file_invalid")) == 1
    place.session_file.unlink()
    assert (await channel.session_request("files:coder", OLD)).kind == "reset"
