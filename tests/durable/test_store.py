from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from sempre.durable._store import Store, open_store, stop_waiting, sync
from tests.durable.power import record_syncs


@pytest.fixture
def refusing(tmp_path: Path) -> Store:
    """A SQLite file that takes nothing, as on a full disk."""
    store = open_store(f"sqlite:///{tmp_path / 'engine.sqlite'}", connections=1)
    with store.begin() as connection:
        connection.execute(sa.text("create table t (x int)"))
        connection.execute(sa.text("pragma query_only = on"))
    return store


def write(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(sa.text("insert into t values (1)"))


def test_the_file_lets_readers_read_and_waits_for_no_disk(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'engine.sqlite'}", connections=1)
    with store.begin() as connection:
        assert connection.execute(sa.text("pragma journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("pragma synchronous")).scalar() == 1  # NORMAL
    store.dispose()


def test_what_is_synced_has_reached_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'engine.sqlite'}", connections=1)
    sync(store)  # there is nothing yet
    with store.begin() as connection:
        connection.execute(sa.text("create table t (x int)"))
    synced = record_syncs(monkeypatch)
    sync(store)
    assert synced == [(tmp_path / "engine.sqlite-wal").stat().st_ino]
    store.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize(("dead_after", "longest"), [(2.0, "10s"), (20.0, "20s"), (600.0, "30s")])
def test_who_is_declared_dead_holds_nothing_by_then(
    bare_postgres_url: str, dead_after: float, longest: str
) -> None:
    store = open_store(bare_postgres_url, connections=1, dead_after=dead_after)
    with store.begin() as connection:
        show = sa.text("show idle_in_transaction_session_timeout")
        assert connection.execute(show).scalar() == longest
    store.dispose()


def test_a_disk_that_takes_nothing_is_waited_for_like_a_lock(refusing: Store) -> None:
    with pytest.raises(OperationalError, match="database is locked"):
        write(refusing)
    refusing.dispose()


def test_once_closing_nobody_waits_for_the_disk(refusing: Store) -> None:
    as_dbos_has_it = refusing.execution_options(schema_translate_map={"a": None})
    with pytest.raises(OperationalError, match="database is locked"):
        write(as_dbos_has_it)
    stop_waiting(refusing)
    stop_waiting(refusing)
    with pytest.raises(OperationalError) as told:
        write(as_dbos_has_it)
    assert "locked" not in str(told.value)
    refusing.dispose()
