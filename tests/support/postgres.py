"""Postgres for tests: the server named by SEMPRE_TEST_POSTGRES_URL, else one started for this run.

The server is shared by all xdist workers and started by the first that asks. Each test gets a
database of its own. A server that merely happens to answer on this machine is never used.
"""

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from xdist.workermanage import WorkerController

from tests.support.environment import allowed_environment
from tests.support.patience import PATIENCE
from tests.support.postgres_server import new_folder

OWNER = "sempre_owner"
WHO_IS_THERE = """
SELECT pid, datname, backend_type, state, wait_event_type, wait_event, left(query, 60)
FROM pg_stat_activity
"""
ROOT = Path(__file__).parents[2]


class SharedServer:
    """The run's one server, found or started under a lock that all workers of the run share."""

    def __init__(self, place: Path, owner: int) -> None:
        self._lock = place / "postgres.lock"
        self._pointer = place / "postgres.folder"
        self._owner = owner
        self._guard: subprocess.Popen[bytes] | None = None

    def address(self) -> str:
        """Returns the server's address, starting it if this is the first call of the run."""
        import fcntl  # not on Windows, where Postgres tests need SEMPRE_TEST_POSTGRES_URL

        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._pointer.exists():
                self._pointer.write_text(str(self._start()))
        return (Path(self._pointer.read_text()) / "address").read_text()

    def _start(self) -> Path:
        folder = new_folder()
        command = [sys.executable, "-m", "tests.support.postgres_server", str(self._owner), folder]
        errors = self._lock.with_suffix(".errors")
        with errors.open("wb") as output:
            self._guard = subprocess.Popen(
                command,
                cwd=ROOT,
                env=allowed_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._wait(folder, self._guard, errors)
        return folder

    def _wait(self, folder: Path, guard: "subprocess.Popen[bytes]", errors: Path) -> None:
        deadline = time.monotonic() + 3 * PATIENCE
        while not (folder / "address").exists():
            if guard.poll() is not None or time.monotonic() > deadline:
                guard.terminate()
                pytest.fail(f"Postgres could not be started:\n{errors.read_text()}", pytrace=False)
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends the server, if this process started it."""
        if self._guard is not None:
            self._guard.terminate()
            self._guard.wait()


def pytest_configure(config: pytest.Config) -> None:
    """Remembers whose life the server follows: the controller's, also in xdist's workers."""
    told: dict[str, int] = getattr(config, "workerinput", {})
    config.stash[_owner] = told.get(OWNER, os.getpid())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Tells each xdist worker who the controller is."""
    node.workerinput[OWNER] = os.getpid()


_owner = pytest.StashKey[int]()
_server = pytest.StashKey[SharedServer]()


@pytest.fixture(scope="session")
def postgres_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a Postgres on which this run may create databases."""
    given = os.environ.get("SEMPRE_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    place = tmp_path_factory.getbasetemp()
    is_worker = hasattr(request.config, "workerinput")
    server = SharedServer(place.parent if is_worker else place, request.config.stash[_owner])
    request.config.stash[_server] = server  # a child process is kept until this one ends
    yield server.address()
    if not is_worker:  # other workers may go on; the server ends by itself after the controller
        server.stop()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database of this test's own: `postgresql://user:password@host:port/name`."""
    with new_database(postgres_server) as url:
        yield url


@contextmanager
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a copy of the template."""
    name = f"sempre_test_{os.urandom(6).hex()}"
    with psycopg.connect(server, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    drop(server, name)


def drop(server: str, name: str) -> None:
    """Drops a database; what cannot be dropped is left to the server's end, and said."""
    drop_it = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SET statement_timeout = '15s'")
        try:
            connection.execute(drop_it)
        except psycopg.errors.QueryCanceled:
            active = connection.execute(WHO_IS_THERE).fetchall()
            warnings.warn(f"{name} could not be dropped; there are {active}", stacklevel=1)
