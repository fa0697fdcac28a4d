"""Putting back is all or nothing, is refused while somebody lives there, and touches nothing of others."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from sempre.db import backup, drill, schema
from sempre.db.backup import Backup
from sempre.errors import ConflictError, UnavailableError
from tests.support.homes import Lived, on_postgres
from tests.support.patience import wait_until
from tests.support.postgres_programs import spoil

pytestmark = pytest.mark.postgres
_OLD, _NEW = ["first", "second"], ["first"]
_CODE = """
from pathlib import Path
from sempre.app import stores
from sempre.db import backup
from sempre.home import Home
from sempre.settings import load
home = Home(Path({home!r}))
chosen = backup.every(home.backups)[-1]
stores.source(home, load(home.path)).put_back(chosen, audit_head=None)
"""
# All that makes up a schema, but for the owner: tables with columns and defaults, indexes, constraints, functions.
_CATALOG = """
SELECT format('column %s.%s.%s %s %s %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
              a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname IN ('public', 'engine') AND a.attnum > 0 AND c.relkind IN ('r', 'v', 'S') AND NOT a.attisdropped
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'engine')
UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(o.oid))
FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace WHERE n.nspname IN ('public', 'engine')
UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname IN ('public', 'engine')
UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT tgisinternal
ORDER BY 1
"""


@pytest.fixture
def lived(postgres_home: Lived) -> Lived:
    """With a backup, and something that was done since."""
    postgres_home.backup()
    postgres_home.write("second")
    return postgres_home


def oldest(lived: Lived) -> Backup:
    return backup.every(lived.home.backups)[-1]


def catalog(lived: Lived) -> list[str]:
    with schema.connected(lived.url) as connection:
        return list(connection.execute(sa.text(_CATALOG)).scalars())


def test_all_comes_back_and_what_stood_there_is_a_backup_of_its_own(lived: Lived) -> None:
    before = catalog(lived)
    aside = lived.restore(oldest(lived))
    assert lived.marks() == {"engine": _NEW, "sempre": _NEW}
    assert catalog(lived) == before, "nothing of the schema is lost"
    assert aside is not None
    way_back = backup.find(lived.home.backups, aside.name)
    assert way_back.reason == "before-restore"
    lived.restore(way_back)
    assert lived.marks() == {"engine": _OLD, "sempre": _OLD}


def test_a_database_that_was_lost_is_made_anew_in_an_empty_one(
    lived: Lived, postgres_url: str, pg_bin: str
) -> None:
    before = catalog(lived)
    elsewhere = Lived(lived.home, lived.keyring, on_postgres(postgres_url, pg_bin))
    assert elsewhere.restore(oldest(lived)) is None, "nothing stood there"
    assert elsewhere.marks() == {"engine": _NEW, "sempre": _NEW}
    assert catalog(elsewhere) == before


def beat(lived: Lived, node: str, seconds_ago: int) -> None:
    lived.say(
        "INSERT INTO engine.executors (id, node, beat) VALUES"
        " (:node, :node, now() - make_interval(secs => :ago))",
        node=node,
        ago=seconds_ago,
    )


def test_another_node_that_lives_there_is_a_reason_to_refuse(lived: Lived) -> None:
    beat(lived, "far-away", 3)
    with pytest.raises(ConflictError, match=r"node far-away.*Nothing was changed"):
        lived.restore(oldest(lived))
    assert lived.marks()["sempre"] == _OLD
    assert len(backup.every(lived.home.backups)) == 1


def test_one_that_starts_at_that_moment_is_noticed_too(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came after the first look: the transaction looks again, where nobody can come between."""
    beat(lived, "far-away", 3)
    monkeypatch.setattr("sempre.db.postgres.residents.refuse", lambda *_, **__: None)
    with pytest.raises(UnavailableError, match="another Sempre has this database in use"):
        lived.restore(oldest(lived))
    assert lived.marks()["sempre"] == _OLD


def test_the_dead_and_this_home_itself_are_none(lived: Lived) -> None:
    beat(lived, "dead", 60)
    beat(lived, lived.home.node(), 1)
    lived.restore(oldest(lived))
    assert lived.marks()["sempre"] == _NEW
    with schema.connected(lived.url) as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM engine.executors")).scalar() == 0


def test_what_others_keep_there_stays(lived: Lived) -> None:
    lived.say("CREATE TABLE guests (name text)")
    lived.say("INSERT INTO guests VALUES ('Ana')")
    lived.restore(oldest(lived))
    with schema.connected(lived.url) as connection:
        assert connection.execute(sa.text("SELECT name FROM guests")).scalar() == "Ana"


def test_what_others_built_upon_it_stops_it_and_is_named(lived: Lived) -> None:
    lived.say("CREATE VIEW report AS SELECT count(*) FROM turns")
    with pytest.raises(UnavailableError, match="report"):
        lived.restore(oldest(lived))
    assert lived.marks() == {"engine": _OLD, "sempre": _OLD}


@pytest.mark.posix
@pytest.mark.parametrize(
    ("program", "does"),
    [
        (
            "pg_restore",
            '"$REAL" "$@" | head -c 30000; exit 0',
        ),  # cut off, and says that all is well
        ("pg_restore", 'case "$*" in *engine*) exit 1;; esac; exec "$REAL" "$@"'),
        ("psql", "kill -9 $$"),
    ],
    ids=["cut off", "half", "killed"],
)
def test_what_breaks_half_way_changes_nothing(
    lived: Lived, tmp_path: Path, program: str, does: str
) -> None:
    spoilt = Lived(
        lived.home, lived.keyring, on_postgres(lived.url, spoil(program, tmp_path / "bin", does))
    )
    before = catalog(lived)
    with pytest.raises(UnavailableError):
        spoilt.restore(oldest(lived))
    assert lived.marks() == {"engine": _OLD, "sempre": _OLD}
    assert catalog(lived) == before


@pytest.mark.posix
@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("restore.played:1", _OLD),
        ("restore.committing", _OLD),
        ("restore.committed", _NEW),
    ],
)
def test_killed_anywhere_it_is_the_old_or_the_new(
    lived: Lived, clean_environment: dict[str, str], pg_bin: str, point: str, expected: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CODE.format(home=str(lived.home.path))],
        env={
            **clean_environment,
            "SEMPRE_CRASH_AT": point,
            "SEMPRE_DATABASE_URL": lived.url,
            "SEMPRE_BACKUPS__PG_BIN": pg_bin,
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == -9, done.stderr
    wait_until_alone(lived)
    assert lived.marks() == {"engine": expected, "sempre": expected}
    assert lived.backup().databases, "and what the killed one left is in nobody's way"


def wait_until_alone(lived: Lived) -> None:
    """What the killed process had started notices that nobody speaks to it any more."""
    there = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def alone() -> bool:
        with schema.connected(lived.url) as connection:
            return connection.execute(there).scalar() == 0

    wait_until(alone)


@pytest.mark.posix
def test_a_drill_that_cannot_restore_it_says_what_stood_in_the_way(
    lived: Lived, tmp_path: Path
) -> None:
    does = 'echo "pg_restore: error: unsupported version (9.9) in file header" >&2; exit 1'
    programs = spoil("pg_restore", tmp_path / "bin", does)
    spoilt = Lived(lived.home, lived.keyring, on_postgres(lived.url, programs))
    said = spoilt.drill(oldest(lived))
    assert not said.passed
    assert "unsupported version (9.9)" in said.problems[0]
    assert drill.last(oldest(lived)) == said
