"""The databases that tests get are real, empty and apart."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from psycopg.conninfo import make_conninfo


def count_tables(url: str) -> int:
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchone()
        return row[0] if row else -1


def create_table(url: str) -> None:
    statement = "CREATE TABLE mine (id int)"
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute(statement)
    else:
        with psycopg.connect(url) as connection:
            connection.execute(statement)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database(database_url: str, turn: int) -> None:
    assert count_tables(database_url) == 0
    create_table(database_url)
    assert count_tables(database_url) == 1


@pytest.mark.postgres
def test_the_server_takes_nobody_without_its_password(postgres_url: str) -> None:
    stranger = make_conninfo(postgres_url, password="guess")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(stranger)
