"""A shell with an empty home, and one whose home is rehearsing in a process of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.support.environment import allowed_environment
from tests.support.server import Server


@pytest.fixture
def shell(tmp_path: Path, clean_environment: dict[str, str]) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    return Shell(home, clean_environment)


@pytest.fixture(scope="module")
def rehearsing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Without a credential it rehearses; it has settings already, so no sample comes in between."""
    folder = tmp_path_factory.mktemp("cli")
    environment = allowed_environment(folder)
    home = folder / "home"
    for worker in ("coder", "writer"):
        (home / "rehearsal" / ".queue" / worker).mkdir(parents=True)
    backups = '[backups]\nevery = "6h"\nkeep = 3\n'
    (home / "sempre.toml").write_text(backups)
    (home / "rehearsal" / "sempre.toml").write_text(
        f"[turns]\nbackoff_seconds = 0.2\nprovider_retries = 0\n{backups}"
    )
    server = Server(home, environment).start()
    try:
        server.wait_ready()
        yield Shell(home, environment)
    finally:
        server.end()
