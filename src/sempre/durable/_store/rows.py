"""Inserts rows faster than dbos does, with statements that are kept as text."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

_Row = dict[str, Any]


class Inserts:
    """In place of `SystemDatabase._insert_rows`, which renders thirty parameters for each row, one by one, and each
    time anew: here the statement for one row is kept, and the one for many is given the values of all."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], OneRow] = {}

    def __call__(
        self,
        conn: sa.Connection | Session,
        build: Callable[..., sa.Executable],
        rows: list[_Row],
        *,
        returning: bool = False,
    ) -> list[sa.Row[Any]]:
        if len(rows) > 1:
            result = conn.execute(build(rows[0]), rows)
        else:
            connection = conn.connection() if isinstance(conn, Session) else conn
            result = self._one(connection, build, rows[0]).run(connection, rows[0])
        return list(result) if returning else []

    def _one(
        self, connection: sa.Connection, build: Callable[..., sa.Executable], row: _Row
    ) -> "OneRow":
        columns = tuple(row)
        if (kept := self._kept.get(columns)) is None:
            kept = self._kept[columns] = OneRow(connection, build(row))
        return kept


class OneRow:
    """A statement of dbos' as text, with what makes the driver's values of a row's. SQLAlchemy itself keeps no
    compiled INSERT ... ON CONFLICT."""

    def __init__(
        self,
        connection: sa.Connection,
        statement: sa.Executable,
        columns: Sequence[str] | None = None,
    ) -> None:
        schemas: Any = connection.get_execution_options().get("schema_translate_map")
        compiled = cast(
            "SQLCompiler",
            cast("sa.ClauseElement", statement).compile(
                dialect=connection.dialect,
                column_keys=columns,
                schema_translate_map=schemas,
                render_schema_translate=schemas is not None,
            ),
        )
        self._text = str(compiled)
        self._order = compiled.positiontup
        self._constants: _Row = {name: bind.value for name, bind in compiled.binds.items()}
        self._processors = {
            name: processor
            for name, bind in compiled.binds.items()
            if (
                processor := bind.type.dialect_impl(connection.dialect).bind_processor(
                    connection.dialect
                )
            )
        }

    def run(self, connection: sa.Connection, row: _Row) -> sa.CursorResult[Any]:
        values = {**self._constants, **row}
        for name, process in self._processors.items():
            values[name] = process(values[name])
        if self._order is None:
            return connection.exec_driver_sql(self._text, values)
        return connection.exec_driver_sql(self._text, tuple(values[name] for name in self._order))
