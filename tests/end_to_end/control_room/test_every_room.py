"""What stands on every page: the switch that stops everything, and what sempre.toml wants of a person."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server
from tests.end_to_end.control_room.test_rooms import ROOMS as WORKING
from tests.end_to_end.control_room.test_watching_and_settings import ROOMS as WATCHING

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
WIDE = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
ROOMS = {**WORKING, **WATCHING, "board": "/board", "compare": "/compare"}
WIDER = '[workers.sentinela]\ncommands = ["make"]\n[log]\nkeep = 2\n'


@pytest.fixture
def settings(server: Server) -> Iterator[Path]:
    """sempre.toml of the home that is worked in; in the end it says what it said before."""
    path = server.rehearsal / "sempre.toml"
    before = path.read_text()
    yield path
    path.write_text(before)


def test_every_room_has_the_switch_that_stops_everything(server: Server, visit: Visit) -> None:
    watched = visit(viewport=PHONE)
    for room, path in ROOMS.items():
        page = watched.open(server.url, path)
        switch(page, "Suspend").click()
        dialog = page.get_by_role("dialog", name="Suspend everything?")
        expect(dialog, room).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog, room).to_have_count(0)


def test_every_room_has_it_in_portuguese(server: Server, visit: Visit) -> None:
    watched = visit(locale="pt-BR", viewport=WIDE)
    for room, path in ROOMS.items():
        expect(switch(watched.open(server.url, path), "Suspender"), room).to_be_enabled()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_menu_of_languages_is_usable_by_all(scheme: str, server: Server, visit: Visit) -> None:
    watched = visit(viewport=WIDE, color_scheme=scheme)
    page = watched.open(server.url, "/settings/tokens")
    page.get_by_role("banner").get_by_role("button", name="Language").press("Enter")
    expect(page.get_by_role("menu").get_by_role("menuitem").first).to_be_focused()
    assert watched.axe() == []
    page.get_by_role("menuitem", name="Português").press("Enter")
    expect(page.get_by_role("banner").get_by_role("button", name="Suspender")).to_be_visible()


def test_once_it_is_pressed_every_room_says_so_and_offers_the_way_back(
    server: Server, visit: Visit
) -> None:
    watched = visit(viewport=WIDE)
    page = watched.open(server.url, ROOMS["audit"])
    switch(page, "Suspend").click()
    page.get_by_role("dialog").get_by_role("button", name="Suspend everything").click()
    line = page.get_by_role("region", name="Everything is suspended")
    for room, path in list(ROOMS.items())[::5]:
        watched.open(server.url, path)
        expect(line.get_by_role("button", name="Resume"), room).to_be_visible()
    line.get_by_role("button", name="Resume").click()
    expect(line).to_have_count(0)
    expect(switch(page, "Suspend")).to_be_visible()


def test_what_the_file_widens_waits_for_a_person_who_sees_it_at_once(
    server: Server, visit: Visit, settings: Path
) -> None:
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, "/")
    asks = page.get_by_role("link", name="sempre.toml asks for 1 right that waits for you")
    expect(asks).to_have_count(0)
    settings.write_text(settings.read_text() + WIDER)
    expect(asks).to_be_visible()
    rail = page.get_by_role("navigation", name="Rooms")
    expect(rail.get_by_role("link", name="Settings 1 waiting for you")).to_be_visible()
    watched.shoot("now-file-asks-dark-1440-en")
    assert watched.axe() == []
    asks.click()
    asked = page.get_by_role("region", name="Asked for by sempre.toml")
    expect(asked).to_contain_text("make")
    within = page.get_by_role("navigation", name="Settings")
    expect(within.get_by_role("link", name="Policies 1 waiting for you")).to_be_visible()
    page.goto(f"{server.url}/dashboard/settings")
    expect(standing(page)).to_contain_text("which a restart reads: log")
    within.get_by_role("link", name=re.compile("Policies")).click()
    asked.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(within.get_by_role("link", name="Policies", exact=True)).to_be_visible()
    page.goto(f"{server.url}/dashboard/")
    watched.settle()
    expect(asks).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "said", "where"),
    [
        ("en-US", "sempre.toml does not hold; what it said before does", "The file does not hold"),
        ("pt-BR", "sempre.toml não é válido; continua valendo o que dizia antes", ""),
    ],
)
def test_a_file_that_does_not_hold_is_told_while_one_looks(
    locale: str, said: str, where: str, server: Server, visit: Visit, settings: Path
) -> None:
    before = settings.read_text()
    watched = visit(locale=locale, viewport=PHONE, color_scheme="light")
    page = watched.open(server.url, "/")
    broken = page.get_by_role("link", name=said)
    expect(broken).to_have_count(0)
    settings.write_text(f"{before}\n[broken\n")
    expect(broken).to_be_visible()
    watched.shoot(f"now-file-broken-light-390-{locale}")
    assert watched.axe() == []
    assert watched.fits()
    broken.click()
    expect(standing(page)).to_contain_text(where)
    expect(standing(page)).to_contain_text("sempre.toml")
    settings.write_text(before)
    expect(standing(page)).to_have_text("")
    page.go_back()
    watched.settle()
    expect(broken).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-US", "The folder is away. Bring it back."),
        ("pt-BR", "Não é possível no estado atual. The folder is away. Bring it back."),
    ],
)
def test_what_the_server_refuses_is_named_in_ones_own_language(
    locale: str, said: str, server: Server, visit: Visit
) -> None:
    watched = visit(locale=locale, viewport=WIDE)
    error = {"code": "away", "message": "The folder is away.", "remedy": "Bring it back."}
    watched.page.route(
        "**/api/backups", lambda route: route.fulfill(status=409, json={"error": error})
    )
    page = watched.open(server.url, "/settings/backups")
    expect(page.get_by_role("alert")).to_contain_text(said)


def switch(page: Page, name: str) -> Locator:
    return page.get_by_role("banner").get_by_role("button", name=name, exact=True)


def standing(page: Page) -> Locator:
    """What Settings says of the file."""
    return page.get_by_role("main").get_by_role("status").first
