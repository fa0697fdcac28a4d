import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from sempre.db import backup, drill, schema
from sempre.errors import RefusedError
from tests.support.homes import Lived, lived_in, migrate_to
from tests.support.store import new_keyring


@pytest.fixture
def used(lived: Lived) -> Lived:
    lived.accept()
    return lived


def left_of(lived: Lived) -> list[str]:
    """What a drill would have left: a folder, or a database."""
    folders = [
        each.name
        for each in lived.home.state.iterdir()
        if each.name.startswith(("drill", "pgpass"))
    ]
    if not lived.is_postgres:
        return folders
    mine = sa.text("SELECT datname FROM pg_database WHERE datname LIKE :mine")
    with schema.connected(lived.url) as connection:
        node = lived.home.node().replace("-", "")[-12:]
        found = connection.execute(mine, {"mine": f"sempre_drill_{node}%"})
        return [*folders, *found.scalars()]


def test_a_whole_backup_passes_and_the_result_is_kept(used: Lived) -> None:
    made = used.backup()
    assert drill.last(made) is None
    before = used.marks()
    said = used.drill(made)
    assert said.passed, said.problems
    assert made.manifest is not None
    assert said.rows == sum(sum(each.rows.values()) for each in made.manifest.files.values())
    assert said.opened >= 1
    assert drill.last(made) == said
    assert used.marks() == before
    assert left_of(used) == []


def test_one_that_another_key_belongs_to_fails_and_says_so(used: Lived) -> None:
    said = used.drill(used.backup(), new_keyring())
    assert not said.passed
    assert "key" in said.problems[0]
    assert left_of(used) == []


def test_rows_that_are_not_what_was_written_down_are_told(used: Lived) -> None:
    made = used.backup()
    _, application = used.files
    path = made.path / "manifest.json"
    told = json.loads(path.read_text())
    told["files"][application]["rows"]["turns"] = 7
    path.write_text(json.dumps(told))
    (found,) = backup.every(used.home.backups)
    (problem,) = used.drill(found).problems
    assert problem == f"{application}: turns has 1 rows, 7 were there when it was made"


def test_a_damaged_one_is_not_even_restored(used: Lived) -> None:
    made = used.backup()
    with (made.path / used.files[1]).open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff" * 4000)
    said = used.drill(made)
    assert not said.passed
    assert said.rows == 0


def test_one_of_a_newer_release_is_told_from_a_broken_one(used: Lived) -> None:
    used.say("UPDATE alembic_version SET version_num = '9999'")
    said = used.drill(used.backup())
    assert any("9999" in each for each in said.problems)
    assert left_of(used) == []


def test_one_of_an_older_schema_is_brought_to_this_releases_as_a_start_would(
    used: Lived, request: pytest.FixtureRequest
) -> None:
    settings = used.settings
    if used.is_postgres:
        url: str = request.getfixturevalue("postgres_url")
        settings = settings.model_copy(
            update={"database": settings.database.model_copy(update={"url": url})}
        )
    old = Lived(used.home.rehearsal, used.keyring, settings)
    old.home.make()
    migrate_to(old.url, "0001")
    old.accept()
    made = old.backup()
    assert made.manifest is not None
    assert made.manifest.files[old.files[1]].schema == "0001"
    said = old.drill(made)
    assert said.passed, said.problems
    assert said.opened == 1


@pytest.mark.postgres
def test_one_of_another_kind_of_database_is_refused_in_words(
    postgres_home: Lived, tmp_path: Path
) -> None:
    embedded = lived_in(tmp_path / "embedded")
    with pytest.raises(RefusedError, match=r"is of Postgres, and this home's database is SQLite"):
        embedded.drill(postgres_home.backup())
    with pytest.raises(RefusedError, match=r"is of SQLite, and this home's database is Postgres"):
        postgres_home.drill(embedded.backup())
