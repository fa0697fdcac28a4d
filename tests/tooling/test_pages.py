"""Browser tests get a real browser that works without a network."""

import pytest

from tests.support.pages import NewPage

pytestmark = pytest.mark.browser


def test_a_page_runs_scripts(new_page: NewPage) -> None:
    page = new_page(color_scheme="dark")
    page.set_content("<h1>hello</h1>")
    assert page.evaluate("document.querySelector('h1').textContent") == "hello"
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")


def test_pages_share_no_session(new_page: NewPage) -> None:
    first, second = new_page(), new_page()
    assert first.context is not second.context
