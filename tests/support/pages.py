"""Pages in this machine's own Chromium, for tests marked `browser`.

Playwright's synchronous driver occupies the thread's event loop while it lives, so it lives for one
module: a module with browser tests holds no `async` tests.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support import chromium
from tests.support.patience import PATIENCE

_MILLISECONDS = PATIENCE * 1000
DESKTOP: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "reduced_motion": "reduce",  # a screenshot taken twice is the same
}

NewPage = Callable[..., Page]


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """A session of its own, with Playwright's options and our patience."""
    context = browser.new_context(**options)
    context.set_default_timeout(_MILLISECONDS)
    return context


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser, started once for each module."""
    expect.set_options(timeout=_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find_chromium(),
            args=chromium.launch_arguments(),
            timeout=2 * _MILLISECONDS,
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Opens pages, each in a session of its own; takes Playwright's options for a context."""
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        context = new_context(browser, **(DESKTOP | options))
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One page of a desktop's size."""
    return new_page()
