import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from sempre.db import schema
from sempre.db.tables import metadata
from sempre.errors import MisconfiguredError
from tests.support.patience import PATIENCE

VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"


def sync_engine(url: str) -> sa.Engine:
    return sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg")
        if url.startswith("postgresql")
        else url,
        poolclass=sa.NullPool,
    )


def test_head_is_the_newest_migration() -> None:
    newest = max(path.name for path in VERSIONS.glob("[0-9]*.py"))
    assert newest.startswith(f"{schema.HEAD}_")


def test_a_new_database_is_brought_to_head_without_a_snapshot(database_url: str) -> None:
    snapshots: list[str] = []
    schema.ensure(database_url, before=snapshots.append)
    assert snapshots == []
    assert schema.ensure(database_url, before=snapshots.append) is None


def test_the_migrations_make_the_tables_that_the_code_uses(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    schema.ensure(database_url)
    with sync_engine(database_url).connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True}
        )
        assert compare_metadata(context, metadata) == []


def test_a_newer_releases_database_is_refused(database_url: str) -> None:
    schema.ensure(database_url)
    with sync_engine(database_url).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MisconfiguredError, match="9999"):
        schema.ensure(database_url)


def test_an_older_schema_is_told_before_it_is_changed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.ensure(database_url)
    monkeypatch.setattr(schema, "HEAD", "9999")
    snapshots: list[str] = []

    def refuse(found: str) -> None:
        snapshots.append(found)
        raise RuntimeError("no room for a snapshot")

    with pytest.raises(RuntimeError):
        schema.ensure(database_url, before=refuse)
    assert snapshots == [re.sub("_.*", "", max(p.name for p in VERSIONS.glob("[0-9]*.py")))]


@pytest.mark.postgres
def test_processes_that_start_at_once_migrate_once(
    postgres_url: str, clean_environment: dict[str, str]
) -> None:
    code = f"from sempre.db import schema; schema.ensure({postgres_url!r})"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code], env=clean_environment, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for start in starts:
        _, errors = start.communicate(timeout=PATIENCE)
        assert start.returncode == 0, errors.decode()
    assert schema.ensure(postgres_url) is None


def test_no_migration_library_is_loaded_when_the_schema_is_at_head(
    migrated_url: str, clean_environment: dict[str, str]
) -> None:
    code = (
        "import sys; from sempre.db import schema; "
        f"print(schema.ensure({migrated_url!r}), 'alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment, capture_output=True, text=True
    )
    assert done.stdout.split() == ["None", "False"], done.stderr
