"""What a database is asked while a test looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from sempre.db import Database
from sempre.db.embedded import Readers


@contextmanager
def statements_read(db: Database) -> Iterator[list[tuple[str, Any]]]:
    """Each statement that is read with in the block, and its parameters; also those that are kept prepared."""
    reader = db._reader
    engine = reader.file.engine if isinstance(reader, Readers) else reader.sync_engine
    asked: list[tuple[str, Any]] = []

    def catch(_c: Any, _cur: Any, statement: str, parameters: Any, _ctx: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", catch)
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(reader, Readers):  # those are given to the driver past SQLAlchemy
            patch.setattr(reader.file.statements, "find", lambda *_: None)
        try:
            yield asked
        finally:
            event.remove(engine, "before_cursor_execute", catch)
