"""A role that may make no databases gets backups all the same; that they are not proven is said, with the right that is
missing."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from sempre.backups import Copies
from sempre.db import backup, drill
from sempre.db.source import DrillNotHeldError
from sempre.errors import ConflictError
from tests.support.homes import Lived, lived_in, on_postgres
from tests.support.postgres import drop

pytestmark = pytest.mark.postgres
NAME = "sempre_test_role"


@pytest.fixture
def humble(postgres_server: str, tmp_path: Path, pg_bin: str) -> Iterator[Lived]:
    """A home whose role owns its database and may do nothing else."""
    name, password = f"{NAME}_{secrets.token_hex(4)}", secrets.token_hex(8)
    role = sql.Identifier(name)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        try:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password))
            )
        except psycopg.errors.InsufficientPrivilege:
            pytest.skip("this server's user may make no roles")
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(role, role)
        )
    server = urlsplit(postgres_server)
    address = f"{name}:{password}@{server.hostname}:{server.port}"
    url = urlunsplit(server._replace(netloc=address, path=f"/{name}"))
    yield lived_in(tmp_path / "home", on_postgres(url, pg_bin))
    drop(postgres_server, name)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


async def test_the_missing_right_is_named_and_the_copy_is_kept(humble: Lived) -> None:
    obstacle = humble.source.obstacle()
    assert obstacle is not None
    assert "CREATEDB" in obstacle.remedy
    made = humble.backup()
    with pytest.raises(DrillNotHeldError, match="may not create databases"):
        humble.drill(made)
    assert drill.last(made) is None, "that is no verdict on the backup"
    told: list[str] = []
    copies = Copies(
        folder=humble.home.backups,
        source=humble.source,
        keyring=humble.keyring,
        keep=lambda: 1,
        tell=lambda kind, details: told.append(kind),
    )
    with pytest.raises(ConflictError, match="ALTER ROLE"):
        await copies.create("scheduled")
    assert told == ["backup.made", "backup.failed"]
    assert [each.reason for each in backup.every(humble.home.backups)] == ["scheduled"], "pruned"


def test_it_can_be_put_back(humble: Lived) -> None:
    made = humble.backup()
    humble.write("second")
    humble.restore(made)
    assert humble.marks() == {"engine": ["first"], "sempre": ["first"]}
