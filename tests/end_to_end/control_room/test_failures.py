"""Dead letters on the page: read, tried again with another text, thrown away and taken back."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
ANSWER_WITHIN = 120_000


def letter(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text)


def test_a_dead_letter_is_edited_and_answered(server: Server, visit: Visit) -> None:
    server.drop("sentinela", "broken", "[[http:400]] broken prompt")
    watched = visit()
    page = watched.open(server.url, "/failures")
    dead = letter(page, "broken prompt")
    expect(dead).to_be_visible(timeout=ANSWER_WITHIN)
    expect(dead).to_contain_text("1 attempt")
    watched.shoot("failures-letter-dark-1280-en")
    dead.get_by_role("button", name="Edit and retry").click()
    page.get_by_label("Prompt for the next attempt").fill("[[say:mended]]")
    page.get_by_role("button", name="Retry with this text").click()
    expect(dead).to_have_count(0)
    page.goto(f"{server.url}/dashboard/workers/sentinela")
    row = page.locator("[data-turn]").filter(has_text="mended").first
    expect(row.get_by_role("img", name="Answered")).to_be_visible(timeout=ANSWER_WITHIN)


def test_throwing_away_is_confirmed_undone_and_then_final(server: Server, visit: Visit) -> None:
    server.drop("sentinela", "bad", "[[http:400]] throw me away")
    page = visit().open(server.url, "/failures")
    dead = letter(page, "throw me away")
    expect(dead).to_be_visible(timeout=ANSWER_WITHIN)
    throw_away(page, dead)
    expect(dead).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(dead).to_be_visible()
    throw_away(page, dead)
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as told:
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert told.value.status == 204
    page.reload()
    expect(page.get_by_text("No failures.")).to_be_visible()


def throw_away(page: Page, dead: Locator) -> None:
    dead.get_by_role("button", name="Throw away").click()
    page.get_by_role("dialog").get_by_role("button", name="Throw away").click()
