"""What is copied is one moment of everything that is Sempre's; what breaks on the way leaves nothing behind."""

import re
import threading
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from sempre.db import backup, schema
from sempre.db.interruption import Interruption
from sempre.db.postgres import Postgres, parts
from sempre.errors import UnavailableError
from tests.support.homes import Lived
from tests.support.patience import PATIENCE, wait_until
from tests.support.postgres_programs import spoil

pytestmark = pytest.mark.postgres
VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"


def with_programs(lived: Lived, pg_bin: str) -> Postgres:
    return Postgres(
        lived.url,
        state=lived.home.state,
        backups=lived.home.backups,
        node=lived.home.node(),
        pg_bin=lambda: pg_bin,
        dead_after=45,
    )


def left_by(lived: Lived) -> list[str]:
    """Half backups, and files with the password."""
    return [
        each.name
        for each in (*lived.home.backups.iterdir(), *lived.home.state.iterdir())
        if each.name.startswith("pgpass") or each.parent == lived.home.backups
    ]


def test_both_files_are_of_the_same_moment(postgres_home: Lived) -> None:
    """Somebody writes to both schemas in one transaction, again and again: the copies agree."""
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        at = 1
        with schema.connected(postgres_home.url) as connection:
            while not stop.is_set():
                with connection.begin():
                    connection.execute(
                        sa.text(
                            "INSERT INTO channels (id, state, next_seq, next_number, session_started,"
                            " created_at) VALUES (:id, 'open', 1, 1, false, :at)"
                        ),
                        {"id": f"mark:{at}", "at": at},
                    )
                    connection.execute(sa.text("INSERT INTO engine.marks VALUES ('x')"))
                at += 1
                written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(PATIENCE)
        made = postgres_home.backup()
    finally:
        stop.set()
        writer.join()
    assert made.manifest is not None
    engine, application = (made.manifest.files[name] for name in postgres_home.files)
    assert application.rows["channels"] == engine.rows["marks"] > 1
    assert postgres_home.drill(made).passed
    assert len(postgres_home.marks()["engine"]) > engine.rows["marks"], "it went on meanwhile"


def test_what_others_keep_in_the_same_database_is_not_copied(postgres_home: Lived) -> None:
    postgres_home.say("CREATE TABLE guests (name text)")
    postgres_home.say("CREATE SCHEMA theirs")
    postgres_home.say("CREATE TABLE theirs.secret (word text)")
    made = postgres_home.backup()
    assert made.manifest is not None
    assert not {"guests", "secret"} & {
        table for copy in made.manifest.files.values() for table in copy.rows
    }


def test_every_table_that_a_migration_ever_made_is_known_as_ours() -> None:
    """One that a later release drops must still be in the copy that is made before: put it into RETIRED then."""
    made = {
        name
        for each in VERSIONS.glob("[0-9]*.py")
        for name in re.findall(r"create_table\(\s*\"(\w+)\"", each.read_text())
    }
    assert made
    assert made <= parts.TABLES


@pytest.mark.posix
@pytest.mark.parametrize(
    ("does", "told"),
    [
        ('"$REAL" "$@"; echo "pg_dump: error: No space left on device" >&2; exit 1', "No space"),
        ("kill -9 $$", "-9"),
    ],
    ids=["a full disk", "killed"],
)
def test_a_dump_that_broke_off_leaves_no_half_backup(
    postgres_home: Lived, tmp_path: Path, does: str, told: str
) -> None:
    spoilt = with_programs(postgres_home, spoil("pg_dump", tmp_path / "bin", does))
    with pytest.raises(UnavailableError, match=told):
        backup.create(postgres_home.home.backups, spoilt.copy, "manual")
    assert left_by(postgres_home) == []


@pytest.mark.posix
def test_one_that_is_asked_to_stop_ends_its_program_and_leaves_nothing(
    postgres_home: Lived, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    slow = with_programs(
        postgres_home, spoil("pg_dump", tmp_path / "bin", f'echo $$ > "{begun}"; exec sleep 600')
    )
    stop, raised = Interruption(), list[Exception]()

    def make() -> None:
        try:
            backup.create(postgres_home.home.backups, slow.copy, "manual", stop=stop)
        except UnavailableError as error:
            raised.append(error)

    maker = threading.Thread(target=make)
    maker.start()
    wait_until(lambda: begun.exists() and bool(begun.read_text().strip()))
    assert [each.name for each in postgres_home.home.state.glob("pgpass-*")], "it runs"
    stop.ask()
    maker.join(PATIENCE)
    assert not maker.is_alive()
    assert "broken off" in str(raised[0])
    assert not psutil.pid_exists(int(begun.read_text()))
    assert left_by(postgres_home) == []


def test_no_password_is_on_a_command_line_or_in_an_environment(
    postgres_home: Lived, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    does = f'(echo "$@"; env) >> "{seen}"; exec "$REAL" "$@"'
    spied = with_programs(postgres_home, spoil("pg_dump", tmp_path / "bin", does))
    backup.create(postgres_home.home.backups, spied.copy, "manual")
    password = sa.make_url(postgres_home.url).password
    assert password
    told = seen.read_text()
    assert "--format=custom" in told
    assert str(password) not in told
