"""One real Sempre on a model of its own script, for the tests of this folder that look at it from outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sempre.rehearsal import MessagesApi
from tests.support.environment import allowed_environment
from tests.support.provider import credentials, scripted_provider
from tests.support.server import Server, drop, record


@dataclass(frozen=True)
class Live:
    """`user` is the directory of the person who started it."""

    server: Server
    provider: MessagesApi
    user: Path

    @property
    def home(self) -> Path:
        return self.server.home

    def ask(self, worker: str, number: int, text: str) -> dict[str, Any]:
        """Drop a prompt; the record of its answer, which is to have this number."""
        drop(self.home, worker, f"prompt-{number}", text)
        return self.answered(worker, number)

    def answered(self, worker: str, number: int) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            return record(self.home, worker, number)

        self.server.wait_for(lambda: found() is not None, f"the record of {worker}#{number}")
        return found() or {}


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    user = folder / "user"
    user.mkdir()
    with scripted_provider() as provider:
        environment = {**allowed_environment(user), **credentials(provider)}
        server = Server(folder / "home", environment)
        try:
            yield Live(server.start().wait_ready(), provider, user)
        finally:
            server.end()
