"""A home, a provider that outlives it, and servers of which none is left behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sempre.rehearsal import MessagesApi
from tests.support.provider import credentials, scripted_provider
from tests.support.server import Server, children_of, kill


@pytest.fixture
def provider() -> Iterator[MessagesApi]:
    with scripted_provider() as api:
        yield api


@pytest.fixture
def server(
    tmp_path: Path, clean_environment: dict[str, str], provider: MessagesApi
) -> Iterator[Server]:
    """Not yet started. In the end nothing of it may be left."""
    server = Server(tmp_path / "home", {**clean_environment, **credentials(provider)})
    yield server
    server.end()
    for pid in children_of(server.home):
        # Claude Code ends by itself some seconds after its parent was killed; we don't wait for that here.
        kill(pid)
