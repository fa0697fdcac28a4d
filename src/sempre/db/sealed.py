"""Columns whose values are encrypted, and how a value is bound to its place in the database."""

from functools import cache

import sqlalchemy as sa


def sealed_column(name: str, *, nullable: bool = False) -> "sa.Column[bytes]":
    """A column for Keyring.seal's output; rotation finds it by its mark."""
    return sa.Column(name, sa.LargeBinary, nullable=nullable, info={"sealed": True})


def place(column: "sa.Column[bytes]", row: object) -> str:
    """What is authenticated with a sealed value, so that it opens nowhere else."""
    return f"{_prefix(column)}{row}"


@cache
def _prefix(column: "sa.Column[bytes]") -> str:
    """Asked for each row of a list, and its columns are few."""
    return f"{column.table.name}/{column.name}/"
