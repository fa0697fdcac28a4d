"""The throw-away Postgres ends with the run that started it, and leaves nothing behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.support import postgres_server
from tests.support.patience import PATIENCE, wait_until

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.postgres


def test_the_server_follows_its_owner_even_after_kill_9(clean_environment: dict[str, str]) -> None:
    owner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    folder = postgres_server.new_folder()
    guard = subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres_server", str(owner.pid), folder],
        cwd=ROOT,
        env=clean_environment,
    )
    try:
        wait_until((folder / "address").exists)
        address = (folder / "address").read_text()
        psycopg.connect(address).close()
        owner.kill()
        owner.wait()
        assert guard.wait(PATIENCE) == 0
        assert not folder.exists()
        assert list(Path("/dev/shm").glob(f"{folder.name}-*")) == []
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(address)
    finally:
        owner.kill()
        guard.terminate()
        owner.wait()
        guard.wait()


def test_a_server_that_was_given_is_used_and_none_is_started(
    clean_environment: dict[str, str], tmp_path: Path
) -> None:
    given = "postgresql://me@127.0.0.1:1/mine"
    (tmp_path / "test_given.py").write_text(
        f"def test_it(postgres_server, request):\n    assert postgres_server == {given!r}\n"
        "    from tests.support import postgres\n"
        "    assert postgres._server not in request.config.stash\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.postgres", "-q", tmp_path],
        cwd=tmp_path,
        env={**clean_environment, "PYTHONPATH": str(ROOT), "SEMPRE_TEST_POSTGRES_URL": given},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_one_that_merely_answers_is_not_asked(postgres_server: str) -> None:
    """The run's own is known by its password, which nobody else has."""
    if "SEMPRE_TEST_POSTGRES_URL" not in os.environ:
        assert len(urlsplit(postgres_server).password or "") > 20


@pytest.mark.skipif(not postgres_server.is_root(), reason="only root runs it as another user")
def test_binaries_in_a_closed_folder_are_copied(tmp_path: Path) -> None:
    closed, folder = tmp_path / "closed", postgres_server.new_folder()
    program = closed / "install" / "bin" / "initdb"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    closed.chmod(0o700)
    postgres_server.hand_over(folder)
    try:
        run_as = postgres_server.unprivileged()
        found = postgres_server.reachable(closed / "install", folder, run_as)
        assert found == folder / "postgres"
        subprocess.run([found / "bin" / "initdb"], check=True, **run_as)
    finally:
        shutil.rmtree(folder)
