"""What happens in Sempre is on the page as it happens, whatever happens to page or server meanwhile."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server
from tests.support.pages import NewPage

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
WORDS = [f"word{number:03d}" for number in range(120)]
LONG = f"[[drip:120:0.08]][[say:{' '.join(WORDS)}]]"
SLOW = LONG.replace("0.08", "0.2")
ANSWER_WITHIN = 120_000


def write(page: Page, text: str) -> None:
    page.get_by_label("Prompt for sentinela").fill(text)
    page.get_by_label("Prompt for sentinela").press("Control+Enter")


def words_of(page: Page) -> list[str]:
    """The words that the log shows, in its order."""
    return re.findall(r"word\d{3}", page.get_by_role("log", name="Log").inner_text())


def open_newest_turn(page: Page) -> None:
    page.locator("[data-turn]").first.click()
    expect(page).to_have_url(re.compile(r"/dashboard/turns/[0-9a-f-]{36}$"))


def expect_whole_answer(page: Page) -> None:
    answer = page.get_by_role("region", name="Answer")
    expect(answer).to_contain_text(WORDS[-1], timeout=ANSWER_WITHIN)
    expect(page.get_by_role("log", name="Log")).to_contain_text(WORDS[-1], timeout=ANSWER_WITHIN)
    assert words_of(page) == WORDS, "the log has a gap, a double, or another order"


def test_a_prompt_is_sent_and_its_answer_streams(server: Server, visit: Visit) -> None:
    page = visit().open(server.url, "/workers/sentinela")
    write(page, SLOW)
    expect(page.get_by_label("Prompt for sentinela")).to_have_value("")
    log = page.get_by_role("log", name="Log")
    expect(log).to_contain_text(WORDS[5], timeout=ANSWER_WITHIN)
    assert WORDS[-1] not in log.inner_text(), "it came whole, so nothing was streamed"
    expect(page.get_by_role("main").get_by_text("Running").first).to_be_visible()
    open_newest_turn(page)
    expect_whole_answer(page)
    expect(page.get_by_role("main").get_by_text("Answered").first).to_be_visible()
    assert WORDS[-1] in server.await_answer("sentinela", 1)


def test_a_refresh_in_the_middle_leaves_no_gap(server: Server, visit: Visit) -> None:
    page = visit().open(server.url, "/workers/sentinela")
    write(page, LONG)
    log = page.get_by_role("log", name="Log")
    expect(log).to_contain_text(WORDS[5], timeout=ANSWER_WITHIN)
    open_newest_turn(page)
    for marker in (20, 50, 80):
        expect(log).to_contain_text(WORDS[marker], timeout=ANSWER_WITHIN)
        page.reload()
    expect_whole_answer(page)


def test_two_pages_show_the_same(server: Server, visit: Visit) -> None:
    first, second = visit(), visit()
    page = first.open(server.url, "/workers/sentinela")
    second.open(server.url, "/workers/sentinela")
    write(page, "[[say:seen by both]]")
    for each in (first.page, second.page):
        row = each.locator("[data-turn]").filter(has_text="seen by both").first
        expect(row.get_by_role("img", name="Answered")).to_be_visible(timeout=ANSWER_WITHIN)


def test_a_server_that_restarts_is_waited_for(server: Server, visit: Visit) -> None:
    watched = visit()
    page = watched.open(server.url, "/workers/sentinela")
    write(page, LONG)
    expect(page.get_by_role("log", name="Log")).to_contain_text(WORDS[10], timeout=ANSWER_WITHIN)
    open_newest_turn(page)
    server.stop()
    expect(page.get_by_text(re.compile(r"Reconnecting in \d+ s"))).to_be_visible(
        timeout=ANSWER_WITHIN
    )
    watched.shoot("turn-reconnecting-dark-1280-en")
    server.drop("sentinela", "meanwhile", "[[say:written while the server was away]]")
    server.start()
    expect(page.get_by_role("banner").get_by_text("Live")).to_be_visible(timeout=ANSWER_WITHIN)
    answer = page.get_by_role("region", name="Answer")
    expect(answer).to_contain_text(WORDS[-1], timeout=ANSWER_WITHIN)
    page.goto(f"{server.url}/dashboard/workers/sentinela")
    row = page.locator("[data-turn]").filter(has_text="written while the server was away")
    expect(row.get_by_role("img", name="Answered")).to_be_visible(timeout=ANSWER_WITHIN)


def test_a_room_that_was_never_open_is_waited_for_too(server: Server, visit: Visit) -> None:
    watched = visit()
    page = watched.open(server.url, "/")
    server.stop()
    expect(page.get_by_text(re.compile(r"Reconnecting in \d+ s"))).to_be_visible(
        timeout=ANSWER_WITHIN
    )
    page.get_by_role("link", name="Settings", exact=True).click()
    expect(page.get_by_text("The server does not answer")).to_be_visible(timeout=ANSWER_WITHIN)
    watched.shoot("room-unreachable-dark-1280-en")
    server.start()
    expect(page.get_by_role("heading", level=1, name="Settings")).to_be_visible(
        timeout=ANSWER_WITHIN
    )


def test_a_server_that_is_killed_is_waited_for(server: Server, visit: Visit) -> None:
    page = visit().open(server.url, "/")
    server.kill()
    expect(page.get_by_text(re.compile(r"Reconnecting in \d+ s"))).to_be_visible(
        timeout=ANSWER_WITHIN
    )
    server.start()
    expect(page.get_by_role("banner").get_by_text("Live")).to_be_visible(timeout=ANSWER_WITHIN)
    server.drop("sentinela", "after", "[[say:after the kill]]")
    row = page.locator("[data-turn]").filter(has_text="after the kill").first
    expect(row.get_by_role("img", name="Answered")).to_be_visible(timeout=ANSWER_WITHIN)


def test_a_running_turn_is_stopped(server: Server, visit: Visit) -> None:
    page = visit().open(server.url, "/workers/sentinela")
    write(page, "[[hang:600]][[say:never]]")
    live = page.get_by_role("region", name="Live turn")
    live.get_by_role("button", name="Stop").click(timeout=ANSWER_WITHIN)
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    row = page.locator("[data-turn]").filter(has_text="[[hang:600]]").first
    expect(row.get_by_role("img", name="Stopped")).to_be_visible(timeout=ANSWER_WITHIN)


def test_who_is_not_logged_in_is_told_the_command(server: Server, new_page: NewPage) -> None:
    page = new_page(locale="en-US")
    page.goto(f"{server.url}/dashboard/")
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    expect(page.get_by_text("sempre login-link")).to_be_visible()
    expect(page.get_by_role("button", name="Copy the command")).to_be_visible()
