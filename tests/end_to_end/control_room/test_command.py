"""A person in command: everything suspended and resumed, a worker paused, told, begun anew; what happened meanwhile."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
PHONE = ViewportSize(width=390, height=844)
WIDE = ViewportSize(width=1440, height=900)


def answered(page: Page, text: str) -> None:
    row = page.locator("[data-turn]").filter(has_text=text).first
    expect(row.get_by_role("img", name="Answered")).to_be_visible()


def send(page: Page, worker: str, text: str) -> None:
    page.get_by_label(f"Prompt for {worker}").fill(text)
    page.get_by_label(f"Prompt for {worker}").press("Control+Enter")


def test_everything_is_suspended_and_goes_on(server: Server, visit: Visit) -> None:
    watched = visit(color_scheme="dark")
    page = watched.open(server.url, "/workers/sentinela")
    page.get_by_role("banner").get_by_role("button", name="Suspend").click()
    dialog = page.get_by_role("dialog")
    for effect in ("This stops", "This goes on", "No new turn starts"):
        expect(dialog).to_contain_text(effect)
    watched.shoot("suspend-dark-1280-en")
    assert watched.axe() == []
    dialog.get_by_label("Reason, if you want to leave one").fill("Something is odd")
    dialog.get_by_role("button", name="Suspend everything").click()
    line = page.get_by_role("region", name="Everything is suspended")
    expect(line).to_contain_text("Something is odd")
    send(page, "sentinela", "[[say:after the pause]]")
    page.reload()
    expect(line).to_be_visible()
    row = page.locator("[data-turn]").filter(has_text="after the pause").first
    expect(row.get_by_role("img", name=re.compile("Queued|Parked"))).to_be_visible()
    watched.settle()
    watched.shoot("suspended-dark-1280-en")
    assert watched.axe() == []
    page.set_viewport_size(PHONE)
    watched.shoot("suspended-dark-390-en")
    assert watched.fits()
    line.get_by_role("button", name="Resume").click()
    expect(line).to_have_count(0)
    answered(page, "after the pause")


def test_a_worker_is_paused_and_resumed(server: Server, visit: Visit) -> None:
    watched = visit(color_scheme="light", viewport=WIDE)
    page = watched.open(server.url, "/workers/sentinela")
    page.get_by_role("button", name="Pause").click()
    form = page.get_by_role("dialog", name="Pause")
    form.get_by_label("for an hour").check()
    form.get_by_label("Reason, if you want to leave one").fill("Lunch")
    watched.shoot("pause-light-1440-en")
    form.get_by_role("button", name="Pause").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Lunch")
    send(page, "sentinela", "[[say:after lunch]]")
    row = page.locator("[data-turn]").filter(has_text="after lunch").first
    expect(row.get_by_role("img", name=re.compile("Queued|Parked"))).to_be_visible()
    watched.shoot("worker-paused-light-1440-en")
    assert watched.axe() == []
    main.get_by_role("button", name="Resume").click()
    answered(page, "after lunch")


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
def test_directives_are_kept_until_they_are_saved(
    locale: str, server: Server, visit: Visit
) -> None:
    words = WORDS[locale]
    scheme = "dark" if locale == "en-US" else "light"
    watched = visit(locale=locale, color_scheme=scheme, viewport=WIDE)
    page = watched.open(server.url, "/workers/sentinela?show=directives")
    model = page.get_by_role("textbox", name=words["model"])
    save = page.get_by_role("button", name=words["save"])
    expect(save).to_be_disabled()
    model.fill(f"claude-of-{locale}")
    page.reload()
    expect(model).to_have_value(f"claude-of-{locale}")
    limit = page.get_by_role("textbox", name=words["limit"])
    limit.fill("-5")
    expect(page.get_by_text(words["wrong"])).to_be_visible()
    expect(save).to_be_disabled()
    watched.settle()
    watched.shoot(f"directives-{scheme}-1440-{locale}")
    assert watched.axe() == []
    limit.fill("")
    save.click()
    expect(page.get_by_text(words["saved"])).to_be_visible()
    expect(save).to_be_disabled()
    page.reload()
    expect(model).to_have_value(f"claude-of-{locale}")
    page.get_by_role("button", name=words["back"]).first.click()
    save.click()
    expect(model).to_have_value("")
    page.set_viewport_size(PHONE)
    assert watched.fits()


WORDS: Mapping[str, Mapping[str, str]] = {
    "en-US": {
        "model": "Model",
        "save": "Save",
        "limit": "A turn takes at most",
        "wrong": "Sempre would refuse this value.",
        "saved": "Saved.",
        "back": "Take back",
    },
    "pt-BR": {
        "model": "Modelo",
        "save": "Salvar",
        "limit": "Um turno leva no máximo",
        "wrong": "O Sempre recusaria este valor.",
        "saved": "Salvo.",
        "back": "Desfazer",
    },
}


def test_a_session_is_forked_and_begun_anew(server: Server, visit: Visit) -> None:
    server.add_worker("copy")
    watched = visit(color_scheme="dark", viewport=WIDE)
    page = watched.open(server.url, "/workers/sentinela")
    send(page, "sentinela", "[[say:remember this]]")
    answered(page, "remember this")
    page.get_by_text("Sessions", exact=True).click()
    sessions = page.get_by_role("list", name="All sessions")
    expect(sessions.get_by_text("In use")).to_have_count(1)
    page.get_by_role("button", name="Fork").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("in a copy of the present memory")
    dialog.get_by_role("button", name="Fork").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Begin anew").click()
    expect(dialog).to_contain_text("without any memory")
    dialog.get_by_role("button", name="Begin anew").click()
    expect(dialog).to_have_count(0)
    watched.settle()
    watched.shoot("sessions-dark-1440-en")
    assert watched.axe() == []
    page.set_viewport_size(PHONE)
    assert watched.fits()


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
def test_who_comes_back_is_told_what_happened(locale: str, server: Server, visit: Visit) -> None:
    """The server would need a quarter of an hour to call it a new visit: its answer to that is given here."""
    since = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    watched = visit(locale=locale, color_scheme="dark", viewport=WIDE)
    watched.page.route("**/api/visits", lambda route: route.fulfill(json={"away_since": since}))
    page = watched.open(server.url, "/")
    title = "While you were away" if locale == "en-US" else "Enquanto você esteve fora"
    away = page.get_by_role("region", name=title)
    expect(away).to_contain_text(re.compile(r"\d+ (answered|respondido)"))
    watched.settle()
    watched.shoot(f"away-dark-1440-{locale}")
    assert watched.axe() == []
    page.set_viewport_size(PHONE)
    assert watched.fits()
    away.get_by_role("button").click()
    expect(away).to_have_count(0)
    page.reload()
    watched.settle()
    expect(away).to_have_count(0)


def test_anything_is_done_from_the_keyboard(server: Server, visit: Visit) -> None:
    watched = visit(color_scheme="light")
    page = watched.open(server.url, "/")
    command(page, "Directives of sentinela")
    expect(page.get_by_role("form", name="Directives")).to_be_visible()
    command(page, "Pause sentinela")
    expect(page.get_by_role("main").get_by_role("button", name="Resume")).to_be_visible()
    command(page, "Let sentinela go on")
    expect(page.get_by_role("main").get_by_role("button", name="Resume")).to_have_count(0)
    command(page, "Suspend everything")
    expect(page.get_by_role("dialog", name="Suspend everything?")).to_be_visible()


def command(page: Page, words: str) -> None:
    """Ctrl-K, some words, Enter."""
    page.keyboard.press("Control+k")
    search = page.get_by_placeholder(re.compile("Go to a room"))
    expect(search).to_be_focused()
    search.fill(words)
    expect(page.get_by_role("button", name=words).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(search).to_have_count(0)


def test_the_top_bar_says_what_today_costs(server: Server, visit: Visit) -> None:
    watched = visit(color_scheme="light")
    page = watched.open(server.url, "/")
    page.get_by_role("button", name="Spend today").click()
    details = page.get_by_role("dialog")
    for fact in ("So far", "At the end of the day", "Budget of the day"):
        expect(details).to_contain_text(fact)
    watched.shoot("spend-today-light-1280-en")
    assert watched.axe() == []
