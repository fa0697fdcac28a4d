"""A disk that is full for a while holds the engine up; it does not end the work."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from dbos._utils import retriable_sqlite_exception
from sqlalchemy.exc import OperationalError

from sempre.durable._store import open_store


def test_a_full_disk_is_told_to_dbos_as_a_lock_that_it_waits_for(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'engine.sqlite'}", connections=1)
    with store.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (x BLOB)"))
        connection.execute(sa.text("PRAGMA max_page_count = 3"))  # the disk ends here
        with pytest.raises(OperationalError) as caught:
            connection.execute(sa.text("INSERT INTO t VALUES (zeroblob(100000))"))
    store.dispose()
    assert "full" in str(caught.value.orig)
    assert retriable_sqlite_exception(caught.value)


def test_another_fault_stays_what_it_is(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'engine.sqlite'}", connections=1)
    with (
        store.connect() as connection,
        pytest.raises(OperationalError, match="no such table") as caught,
    ):
        connection.execute(sa.text("SELECT * FROM missing"))
    store.dispose()
    assert not retriable_sqlite_exception(caught.value)
