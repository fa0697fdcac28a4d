import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from sempre.db import backup
from sempre.errors import NotFoundError, UnavailableError
from tests.db.homes import Lived, lived_in


@pytest.fixture
def lived(tmp_path: Path) -> Lived:
    return lived_in(tmp_path)


def test_a_backup_says_what_is_in_it_and_leaves_the_key_out(lived: Lived) -> None:
    lived.accept()
    made = lived.backup()
    assert made.manifest is not None
    assert list(made.manifest.files) == ["engine.sqlite", "sempre.sqlite"]
    copy = made.manifest.files["sempre.sqlite"]
    assert copy.schema is not None
    assert (copy.rows["turns"], copy.rows["marks"]) == (1, 1)
    assert copy.bytes == (made.path / "sempre.sqlite").stat().st_size
    assert (made.reason, made.manifest.reason) == ("manual", "manual")
    key = lived.home.key.read_bytes().strip()
    assert all(key not in each.read_bytes() for each in made.path.iterdir())
    assert backup.verify(made) == []


def test_rows_are_counted_in_the_moment_that_is_copied_while_others_write(lived: Lived) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(lived.home.database)) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO marks VALUES ('more')")
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [lived.backup(f"n{at}") for at in range(5)]
    finally:
        stop.set()
        writer.join()
    for each in made:
        assert each.manifest is not None
        with closing(backup.read_only(each.path / "sempre.sqlite")) as copy:
            (count,) = copy.execute("SELECT count(*) FROM marks").fetchone()
        assert count == each.manifest.files["sempre.sqlite"].rows["marks"]


def test_a_changed_or_missing_file_is_found(lived: Lived) -> None:
    made = lived.backup()
    path = made.path / "engine.sqlite"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert any("hash" in each for each in backup.verify(made))
    path.unlink()
    assert "engine.sqlite is missing" in backup.verify(made)


def test_one_of_an_older_release_has_no_manifest_and_is_a_backup_all_the_same(lived: Lived) -> None:
    made = lived.backup()
    (made.path / "manifest.json").unlink()
    (found,) = backup.every(lived.home.backups)
    assert found.manifest is None
    assert backup.verify(found) == []


def test_what_a_crash_left_half_made_is_no_backup_and_is_cleared(lived: Lived) -> None:
    half = lived.home.backups / "20260101T000000.000000Z-manual.unfinished"
    half.mkdir(parents=True)
    (lived.home.backups / "notes").mkdir()
    assert backup.every(lived.home.backups) == []
    lived.backup()
    assert not half.exists()
    assert (lived.home.backups / "notes").exists(), "what is not ours stays"


def test_a_disk_that_takes_no_more_leaves_nothing_behind(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sempre.db.manifest.store", full)
    with pytest.raises(UnavailableError, match="Free disk space"):
        lived.backup()
    assert list(lived.home.backups.iterdir()) == []


def test_only_so_many_are_kept(lived: Lived) -> None:
    names = [lived.backup().name for _ in range(4)]
    assert backup.prune(lived.home.backups, 2) == 2
    assert [each.name for each in backup.every(lived.home.backups)] == names[:1:-1]
    with pytest.raises(NotFoundError):
        backup.find(lived.home.backups, names[0])


def test_the_manifest_is_for_people_too(lived: Lived) -> None:
    made = lived.backup()
    told = json.loads((made.path / "manifest.json").read_text())
    assert {"version", "made_at", "reason", "files", "audit_head"} == set(told)
