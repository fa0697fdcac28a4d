"""A server for each module, its owner, and boards on repositories that tests make."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.durability.cards import Board, repository
from tests.end_to_end.board.owner import Owner
from tests.end_to_end.control_room.conftest import visit
from tests.end_to_end.control_room.server import Server
from tests.support.environment import allowed_environment

__all__ = ["visit"]  # pages that are watched, opened with our `login`

NewBoard = Callable[..., Board]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("board")
    (folder / "user").mkdir()
    server = Server(folder / "home", allowed_environment(folder / "user"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[Owner]:
    owner = Owner(server).log_in()
    yield owner
    owner.close()


@pytest.fixture(scope="module")
def login(owner: Owner) -> dict[str, Any]:
    return owner.storage()


@pytest.fixture
def new_board(owner: Owner, tmp_path: Path) -> NewBoard:
    """Makes a board of this name with a repository of its own; takes a board's settings, and `files` for its first
    commit."""

    def make(name: str, files: dict[str, str] | None = None, **settings: Any) -> Board:
        folder = repository(tmp_path / name, files)
        return Board(owner, folder, name).make(**settings)

    return make
