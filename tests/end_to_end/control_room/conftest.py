"""A server for each module, and pages that are logged in and watched."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.control_room.boards import Boards
from tests.end_to_end.control_room.server import Server
from tests.end_to_end.control_room.watched import Watched
from tests.support.environment import allowed_environment
from tests.support.pages import NewPage

Visit = Callable[..., Watched]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("control-room")
    (folder / "user").mkdir()
    server = Server(folder / "home", allowed_environment(folder / "user"))
    server.add_worker("sentinela")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def login(browser: Browser, server: Server) -> dict[str, Any]:
    """The cookie that the printed link was exchanged for."""
    context = browser.new_context()
    context.request.get(server.login_url)
    state = context.storage_state()
    context.close()
    return dict(state)


@pytest.fixture(scope="module")
def boards(browser: Browser, server: Server, login: dict[str, Any]) -> Iterator[Boards]:
    """The same owner, by the API."""
    boards = Boards(browser, server, login)
    yield boards
    boards.close()


@pytest.fixture
def visit(new_page: NewPage, server: Server, login: dict[str, Any]) -> Iterator[Visit]:
    """Opens pages as the owner. In the end none of them may have complained, or asked a stranger."""
    opened: list[Watched] = []

    def open_page(**options: Any) -> Watched:
        page = new_page(**{"storage_state": login, "locale": "en-US", **options})
        opened.append(Watched(page, server.url))
        return opened[-1]

    yield open_page
    assert [line for each in opened for line in each.complaints] == []
    assert [line for each in opened for line in each.strangers] == []
