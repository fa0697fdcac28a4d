"""A restore is the old or the new, wherever it is killed, and what stood there is kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from sempre import crypto
from sempre.app import stores
from sempre.db import backup, restore, schema
from sempre.errors import MisconfiguredError
from sempre.home import Home
from sempre.settings import Settings
from tests.support.homes import PROMPT, Lived, lived_in, migrate_to, on_postgres

_CODE = """
from pathlib import Path
from sempre.db import backup, restore
from sempre.errors import MisconfiguredError
from sempre.home import Home
home = Home(Path({home!r}))
(chosen,) = backup.every(home.backups)
restore.restore(home.state, chosen, [home.engine_database, home.database])
"""
# Before the intent is written the old holds; from then on the new does.
_OLD, _NEW = ["first", "second"], ["first"]
POINTS = [
    ("restore.staged", _OLD),
    ("restore.intended", _NEW),
    *((f"restore.aside:{at}", _NEW) for at in (1, 2, 3, 6)),
    ("restore.in_place:1", _NEW),
    ("restore.in_place:2", _NEW),
    ("restore.exchanged", _NEW),
]


@pytest.fixture
def embedded(tmp_path: Path) -> Lived:
    return with_something_since(lived_in(tmp_path / "home"))


def with_something_since(lived: Lived) -> Lived:
    """A backup, and something that was done since."""
    lived.backup()
    lived.write_and_die("second")
    return lived


@pytest.fixture
def older(older_settings: Settings, tmp_path: Path) -> Lived:
    """A home with the data of the first release."""
    home = Home(tmp_path / "older")
    home.make()
    old = Lived(home, crypto.load(home.key, data_exists=False), older_settings)
    migrate_to(old.url, "0001")
    return old


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def older_settings(request: pytest.FixtureRequest) -> Settings:
    if request.param == "sqlite":
        return Settings()
    return on_postgres(request.getfixturevalue("postgres_url"), request.getfixturevalue("pg_bin"))


def laid_aside(lived: Lived) -> list[Path]:
    return sorted((lived.home.state / "laid-aside").glob("*/sempre.sqlite"))


def test_the_backup_takes_the_place_and_what_stood_there_is_laid_aside(embedded: Lived) -> None:
    (chosen,) = backup.every(embedded.home.backups)
    for at in range(2):
        aside = restore.restore(embedded.home.state, chosen, embedded.databases)
        assert embedded.marks() == {"engine": _NEW, "sempre": _NEW}
        assert {"sempre.sqlite", "engine.sqlite"} <= {each.name for each in aside.iterdir()}
        assert len(laid_aside(embedded)) == at + 1
        embedded.write("third")
    assert not restore.is_unfinished(embedded.home.state)


@pytest.mark.posix
@pytest.mark.parametrize(("point", "expected"), POINTS)
def test_killed_anywhere_both_databases_are_the_old_or_both_are_the_new(
    embedded: Lived, clean_environment: dict[str, str], point: str, expected: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CODE.format(home=str(embedded.home.path))],
        env={**clean_environment, "SEMPRE_CRASH_AT": point},
        capture_output=True,
        text=True,
    )
    assert done.returncode == -9, done.stderr
    stores.prepare(embedded.home, embedded.settings)  # what every start does first
    assert embedded.marks() == {"engine": expected, "sempre": expected}
    assert not restore.is_unfinished(embedded.home.state)
    assert not (embedded.home.state / "restoring").exists()
    assert len(laid_aside(embedded)) == (expected == _NEW)


def test_a_restore_that_has_no_room_changes_nothing(
    embedded: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    (chosen,) = backup.every(embedded.home.backups)
    with pytest.raises(Exception, match="nothing was changed"):
        restore.restore(embedded.home.state, chosen, embedded.databases)
    assert embedded.marks()["sempre"] == _OLD


def test_there_is_a_way_back_from_every_migration(
    older: Lived,
) -> None:
    """An older release's data, brought to this one's schema, and back by the snapshot that was made before."""
    turn_id = older.accept()
    stores.prepare(older.home, older.settings)
    assert schema.revision(older.url) == schema.HEAD
    assert older.prompt(turn_id) == PROMPT
    (snapshot,) = backup.every(older.home.backups)
    assert snapshot.reason == "schema-0001"
    older.restore(snapshot)
    assert schema.revision(older.url) == "0001", "the older release starts on it again"
    assert older.prompt(turn_id) == PROMPT
    stores.prepare(older.home, older.settings)
    assert schema.revision(older.url) == schema.HEAD, "and the newer one brings it forward again"
    assert older.prompt(turn_id) == PROMPT


def test_what_was_restored_can_be_restored_away_again(lived: Lived) -> None:
    with_something_since(lived)
    (chosen,) = backup.every(lived.home.backups)
    assert lived.restore(chosen) is not None
    assert lived.marks() == {"engine": _NEW, "sempre": _NEW}
    lived.write("third")
    assert lived.drill(lived.backup()).passed


@pytest.mark.postgres
def test_a_migration_without_a_copy_is_not_done_unless_a_person_says_so(
    postgres_url: str, tmp_path: Path
) -> None:
    """There is no `pg_dump`."""
    empty = tmp_path / "empty"
    empty.mkdir()
    home = Home(tmp_path / "older")
    home.make()
    old = Lived(
        home, crypto.load(home.key, data_exists=False), on_postgres(postgres_url, str(empty))
    )
    migrate_to(old.url, "0001")
    turn_id = old.accept()
    with pytest.raises(MisconfiguredError, match=r"was not changed.*pg_dump") as told:
        stores.prepare(home, old.settings)
    assert "postgresql-client" in told.value.remedy
    assert "SEMPRE_BACKUPS__BEFORE_CHANGES=false" in told.value.remedy
    assert schema.revision(old.url) == "0001"
    stores.prepare(home, on_postgres(postgres_url, str(empty), before_changes=False))
    assert schema.revision(old.url) == schema.HEAD
    assert old.prompt(turn_id) == PROMPT
    assert backup.every(home.backups) == []
