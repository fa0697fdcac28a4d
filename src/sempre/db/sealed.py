"""Columns whose values are encrypted, and how a value is bound to its place in the database."""

import sqlalchemy as sa


def sealed_column(name: str, *, nullable: bool = False) -> "sa.Column[bytes]":
    """A column for Keyring.seal's output; rotation finds it by its mark."""
    return sa.Column(name, sa.LargeBinary, nullable=nullable, info={"sealed": True})


def place(column: "sa.Column[bytes]", row: object) -> str:
    """What is authenticated with a sealed value, so that it opens nowhere else."""
    return f"{column.table.name}/{column.name}/{row}"
