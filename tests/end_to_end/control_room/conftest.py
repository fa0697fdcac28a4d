"""A server for each module, and pages that are logged in and watched."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.control_room.boards import Boards
from tests.end_to_end.control_room.server import Server
from tests.end_to_end.control_room.watched import Watched
from tests.support.environment import allowed_environment
from tests.support.pages import DESKTOP, NewPage, new_context

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
    assert_well_behaved(opened)


@pytest.fixture(scope="module")
def kept(browser: Browser, server: Server, login: dict[str, Any]) -> Iterator[Visit]:
    """Pages as `visit` opens them, one for each set of options."""
    pages: dict[str, Watched] = {}

    def page_with(**options: Any) -> Watched:
        wish: dict[str, Any] = {
            **DESKTOP,
            "storage_state": login,
            "locale": "en-US",
            **options,
        }
        key = repr(sorted(options.items()))
        if key not in pages:
            pages[key] = Watched(new_context(browser, **wish).new_page(), server.url)
        pages[key].page.set_viewport_size(wish["viewport"])
        return pages[key]

    yield page_with
    for each in pages.values():
        each.page.context.close()


@pytest.fixture
def revisit(kept: Visit) -> Iterator[Visit]:
    """As `visit`, for tests that only look: they share the pages, since a new one costs more than opening a room in
    it does."""
    used: list[Watched] = []

    def open_page(**options: Any) -> Watched:
        used.append(kept(**options))
        return used[-1]

    yield open_page
    assert_well_behaved(used)


def assert_well_behaved(pages: Sequence[Watched]) -> None:
    """None of them has complained, or asked a stranger, since this was last asserted of it."""
    complaints = [line for each in pages for line in each.complaints]
    strangers = [line for each in pages for line in each.strangers]
    for each in pages:
        each.complaints.clear()
        each.strangers.clear()
    assert complaints == []
    assert strangers == []
