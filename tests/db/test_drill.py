import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sempre.db import backup, drill
from tests.db.homes import Lived, lived_in, migrate_to
from tests.support.store import new_keyring


@pytest.fixture
def lived(tmp_path: Path) -> Lived:
    lived = lived_in(tmp_path)
    lived.accept()
    return lived


def left_in(lived: Lived) -> list[str]:
    return [each.name for each in lived.home.state.iterdir() if each.name.startswith("drill")]


def test_a_whole_backup_passes_and_the_result_is_kept(lived: Lived) -> None:
    made = lived.backup()
    assert drill.last(made) is None
    before = lived.home.database.read_bytes()
    said = drill.run(made, lived.keyring, lived.home.state)
    assert said.passed, said.problems
    assert made.manifest is not None
    assert said.rows == sum(sum(each.rows.values()) for each in made.manifest.files.values())
    assert said.opened >= 1
    assert drill.last(made) == said
    assert lived.home.database.read_bytes() == before
    assert left_in(lived) == []


def test_one_that_another_key_belongs_to_fails_and_says_so(lived: Lived) -> None:
    said = drill.run(lived.backup(), new_keyring(), lived.home.state)
    assert not said.passed
    assert "key" in said.problems[0]


def test_rows_that_are_not_what_was_written_down_are_told(lived: Lived) -> None:
    made = lived.backup()
    path = made.path / "manifest.json"
    told = json.loads(path.read_text())
    told["files"]["sempre.sqlite"]["rows"]["turns"] = 7
    path.write_text(json.dumps(told))
    (found,) = backup.every(lived.home.backups)
    (problem,) = drill.run(found, lived.keyring, lived.home.state).problems
    assert problem == "sempre.sqlite: turns has 1 rows, 7 were there when it was made"


def test_a_damaged_one_is_not_even_restored(lived: Lived) -> None:
    made = lived.backup()
    with (made.path / "sempre.sqlite").open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff" * 4000)
    said = drill.run(made, lived.keyring, lived.home.state)
    assert not said.passed
    assert said.rows == 0


def test_one_of_an_older_schema_is_brought_to_this_releases_as_a_start_would(
    tmp_path: Path, lived: Lived
) -> None:
    old = Lived(lived.home.rehearsal, lived.keyring)
    old.home.make()
    migrate_to(old.home.database, "0001")
    old.accept()
    made = old.backup()
    assert made.manifest is not None
    assert made.manifest.files["sempre.sqlite"].schema == "0001"
    said = drill.run(made, lived.keyring, lived.home.state)
    assert said.passed, said.problems
    assert said.opened == 1


def test_one_of_a_newer_release_is_told_from_a_broken_one(lived: Lived) -> None:
    with closing(sqlite3.connect(lived.home.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    said = drill.run(lived.backup(), lived.keyring, lived.home.state)
    assert any("9999" in each for each in said.problems)
