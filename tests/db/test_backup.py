import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from sempre.db import backup
from sempre.db.files import Files
from sempre.db.interruption import Interruption
from sempre.errors import NotFoundError, UnavailableError
from tests.support.homes import Lived, lived_in
from tests.support.patience import PATIENCE


@pytest.fixture
def embedded(tmp_path: Path) -> Lived:
    return lived_in(tmp_path / "home")


def test_a_backup_says_what_is_in_it_and_leaves_the_key_out(lived: Lived) -> None:
    lived.accept()
    made = lived.backup()
    assert made.manifest is not None
    assert sorted(made.manifest.files) == list(lived.files)
    engine, application = (made.manifest.files[name] for name in lived.files)
    assert application.schema is not None
    assert (application.rows["turns"], application.rows["channels"]) == (1, 2)
    assert (engine.schema, engine.rows["marks"]) == (None, 1)
    assert made.bytes == sum((made.path / name).stat().st_size for name in lived.files)
    assert (made.reason, made.manifest.reason) == ("manual", "manual")
    key = lived.home.key.read_bytes().strip()
    assert all(key not in each.read_bytes() for each in made.path.iterdir())
    assert backup.verify(made) == []
    assert lived.source.check(made) == []
    assert lived.drill(made).passed


def test_rows_are_counted_in_the_moment_that_is_copied_while_others_write(lived: Lived) -> None:
    stop = threading.Event()

    def write() -> None:
        at = 0
        while not stop.is_set():
            lived.write(f"{(at := at + 1)}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [lived.backup(f"n{at}") for at in range(2)]
    finally:
        stop.set()
        writer.join()
    for each in made:
        assert lived.drill(each).problems == [], "the drill counts, and compares"


def test_a_changed_or_missing_file_is_found(lived: Lived) -> None:
    made = lived.backup()
    engine, _ = lived.files
    path = made.path / engine
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert any("hash" in each for each in backup.verify(made))
    path.unlink()
    assert f"{engine} is missing" in backup.verify(made)


def test_one_of_an_older_release_has_no_manifest_and_is_a_backup_all_the_same(
    embedded: Lived,
) -> None:
    made = embedded.backup()
    (made.path / "manifest.json").unlink()
    (found,) = backup.every(embedded.home.backups)
    assert found.manifest is None
    assert backup.verify(found) == []
    assert embedded.drill(found).passed


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


def test_only_so_many_are_kept(embedded: Lived) -> None:
    names = [embedded.backup().name for _ in range(4)]
    assert backup.prune(embedded.home.backups, 2) == 2
    assert [each.name for each in backup.every(embedded.home.backups)] == names[:1:-1]
    with pytest.raises(NotFoundError):
        backup.find(embedded.home.backups, names[0])


def test_the_manifest_is_for_people_too(lived: Lived) -> None:
    made = lived.backup()
    told = json.loads((made.path / "manifest.json").read_text())
    assert {"version", "made_at", "reason", "files", "audit_head"} == set(told)


def test_who_wants_a_second_one_meanwhile_waits_and_both_are_whole(embedded: Lived) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Files):
        def copy(self, folder: Path, stop: Interruption):
            begun.set()
            assert go_on.wait(PATIENCE)
            return super().copy(folder, stop)

    slow = Slow(embedded.home.state, embedded.databases)
    first = threading.Thread(
        target=backup.create, args=(embedded.home.backups, slow.copy, "scheduled")
    )
    second = threading.Thread(target=embedded.backup)
    first.start()
    assert begun.wait(PATIENCE)
    second.start()
    second.join(0.3)
    assert second.is_alive(), "it would take the first for what a crash left"
    go_on.set()
    first.join(PATIENCE)
    second.join(PATIENCE)
    made = backup.every(embedded.home.backups)
    assert sorted(each.reason for each in made) == ["manual", "scheduled"]
    assert all(embedded.drill(each).passed for each in made)


def test_a_copy_of_sqlite_is_one_that_sqlite_opens(embedded: Lived) -> None:
    with closing(sqlite3.connect(embedded.backup().path / "sempre.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM channels").fetchone() == (1,)
