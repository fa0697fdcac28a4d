"""A restore is the old or the new, wherever it is killed, and what stood there is kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from sempre.app import stores
from sempre.db import backup, restore, schema
from sempre.settings import Settings
from tests.db.homes import PROMPT, Lived, lived_in, migrate_to

_CODE = """
from pathlib import Path
from sempre.db import backup, restore
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
def lived(tmp_path: Path) -> Lived:
    """With a backup, and something that was done since."""
    lived = lived_in(tmp_path / "home")
    lived.backup()
    lived.write_and_die("second")
    return lived


def laid_aside(lived: Lived) -> list[Path]:
    return sorted((lived.home.state / "laid-aside").glob("*/sempre.sqlite"))


def test_the_backup_takes_the_place_and_what_stood_there_is_laid_aside(lived: Lived) -> None:
    (chosen,) = backup.every(lived.home.backups)
    for at in range(2):
        aside = restore.restore(lived.home.state, chosen, lived.databases)
        assert lived.marks() == {"engine.sqlite": _NEW, "sempre.sqlite": _NEW}
        assert {"sempre.sqlite", "engine.sqlite"} <= {each.name for each in aside.iterdir()}
        assert len(laid_aside(lived)) == at + 1
        lived.write("third")
    assert not restore.is_unfinished(lived.home.state)


@pytest.mark.posix
@pytest.mark.parametrize(("point", "expected"), POINTS)
def test_killed_anywhere_both_databases_are_the_old_or_both_are_the_new(
    lived: Lived, clean_environment: dict[str, str], point: str, expected: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CODE.format(home=str(lived.home.path))],
        env={**clean_environment, "SEMPRE_CRASH_AT": point},
        capture_output=True,
        text=True,
    )
    assert done.returncode == -9, done.stderr
    stores.prepare(lived.home, Settings())  # what every start does first
    assert lived.marks() == {"engine.sqlite": expected, "sempre.sqlite": expected}
    assert not restore.is_unfinished(lived.home.state)
    assert not (lived.home.state / "restoring").exists()
    assert len(laid_aside(lived)) == (expected == _NEW)


def test_a_restore_that_has_no_room_changes_nothing(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    (chosen,) = backup.every(lived.home.backups)
    with pytest.raises(Exception, match="nothing was changed"):
        restore.restore(lived.home.state, chosen, lived.databases)
    assert lived.marks()["sempre.sqlite"] == _OLD


def test_there_is_a_way_back_from_every_migration(tmp_path: Path, lived: Lived) -> None:
    """An older release's data, brought to this one's schema, and back by the snapshot that was made before."""
    old = Lived(lived.home.rehearsal, lived.keyring)
    old.home.make()
    old.home.key.write_bytes(lived.home.key.read_bytes())
    url = f"sqlite:///{old.home.database}"
    migrate_to(old.home.database, "0001")
    turn_id = old.accept()
    old.write("first")
    stores.prepare(old.home, Settings())
    assert schema.revision(url) == schema.HEAD
    assert old.prompt(turn_id) == PROMPT
    (snapshot,) = backup.every(old.home.backups)
    assert snapshot.reason == "schema-0001"
    restore.restore(old.home.state, snapshot, old.databases)
    assert schema.revision(url) == "0001", "the older release starts on it again"
    assert old.prompt(turn_id) == PROMPT
    stores.prepare(old.home, Settings())
    assert schema.revision(url) == schema.HEAD, "and the newer one brings it forward again"
    assert old.prompt(turn_id) == PROMPT
