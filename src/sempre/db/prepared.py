"""Statements that come again, as text and as what makes the driver's values of theirs, and Python's of what it gives.

SQLAlchemy compiles a statement once, yet looks it up, takes its parameters apart and wraps its rows anew at each
execution, which costs five times what SQLite takes for a point read. A statement object that is executed a second time
is taken to be one that is built once: what SQLAlchemy made of it is kept here and given to the driver directly.
"""

import sqlite3
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

_Convert: TypeAlias = Callable[[Any], Any]
_Values: TypeAlias = Mapping[str, Any]

_IN_TEXT_LATER = (
    "__[POSTCOMPILE"  # SQLAlchemy's mark for what depends on the values, as a list of an IN
)


class Prepared:
    """One statement with parameters of these names, for SQLite."""

    def __init__(self, statement: sa.Select[Any] | sa.UpdateBase, compiled: SQLCompiler) -> None:
        self._text = str(compiled)
        self._dialect = dialect = compiled.dialect
        self._order: Sequence[str] = compiled.positiontup or ()
        self._constants: dict[str, Any] = {}
        self._converters: dict[str, _Convert] = {}
        for name, bind in compiled.binds.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                self._converters[name] = convert
            if not bind.required:
                self._constants[name] = bind.value if convert is None else convert(bind.value)
        self._columns = list(statement.exported_columns)
        self._read = [
            each.type.dialect_impl(dialect).result_processor(dialect, None)
            for each in self._columns
        ]
        self._reads = any(self._read)
        self._names: SimpleResultMetaData | None = None

    def run(self, cursor: sqlite3.Cursor, parameters: _Values | Sequence[_Values]) -> "Result":
        """Raises what SQLAlchemy raises."""
        try:
            if isinstance(parameters, Mapping):
                cursor.execute(self._text, self._driven(parameters))
            else:
                cursor.executemany(self._text, [self._driven(each) for each in parameters])
            rows: list[Any] = cursor.fetchall() if cursor.description else []
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                self._text, None, error, sqlite3.Error, hide_parameters=True, dialect=self._dialect
            ) from error
        if self._names is None:
            self._names = self._named(cursor)
        if self._reads:
            rows = [self._opened(row) for row in rows]
        return Result(self._names, rows, cursor.rowcount)

    def _named(self, cursor: sqlite3.Cursor) -> SimpleResultMetaData:
        """A row's fields go by name and by column."""
        names = [each[0] for each in cursor.description or ()]
        return SimpleResultMetaData(names, extra=[(each,) for each in self._columns])

    def _driven(self, parameters: _Values) -> tuple[Any, ...]:
        values = {**self._constants, **parameters}
        for name, convert in self._converters.items():
            if name in parameters:
                values[name] = convert(values[name])
        return tuple([values[name] for name in self._order])

    def _opened(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            [
                value if read is None else read(value)
                for read, value in zip(self._read, row, strict=True)
            ]
        )


class Result(IteratorResult[Any]):
    """As SQLAlchemy's CursorResult, in what stores ask of one."""

    def __init__(self, names: SimpleResultMetaData, rows: list[Any], rowcount: int) -> None:
        super().__init__(names, iter(rows))
        self.rowcount = rowcount


class Statements:
    """What was prepared, for all connections of one database. It goes with the statement it was made of."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self._dialect = dialect
        self._seen: dict[int, weakref.ref[sa.Executable]] = {}
        self._prepared: dict[int, dict[tuple[str, ...], Prepared | None]] = {}

    def find(self, statement: sa.Executable, parameters: Any) -> Prepared | None:
        """None the first time, and for what can't be prepared."""
        identity = id(statement)
        kept = self._prepared.get(identity)
        if kept is None:
            self._see(identity, statement)
            return None
        names = _names_of(parameters)
        if names not in kept:
            kept[names] = self._prepare(statement, names)
        return kept[names]

    def _see(self, identity: int, statement: sa.Executable) -> None:
        if identity in self._seen:
            self._prepared[identity] = {}
            return

        def forget(_statement: object) -> None:
            self._seen.pop(identity, None)
            self._prepared.pop(identity, None)

        self._seen[identity] = weakref.ref(statement, forget)

    def _prepare(self, statement: sa.Executable, names: tuple[str, ...]) -> Prepared | None:
        if not isinstance(statement, sa.Select | sa.UpdateBase):
            return None
        asked = cast("sa.Select[Any] | sa.UpdateBase", statement)
        compiled = asked.compile(dialect=self._dialect, column_keys=list(names) or None)
        made_up = compiled.insert_prefetch or compiled.update_prefetch
        lacks = {name for name, bind in compiled.binds.items() if bind.required} - set(names)
        if made_up or lacks or _IN_TEXT_LATER in str(compiled):
            return None
        return Prepared(asked, compiled)


def _names_of(parameters: _Values | Sequence[_Values] | None) -> tuple[str, ...]:
    if not parameters:
        return ()
    return tuple(parameters if isinstance(parameters, Mapping) else parameters[0])
