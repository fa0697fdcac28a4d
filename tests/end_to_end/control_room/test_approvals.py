"""Calls that wait for a person: seen in full, decided by key, mouse and thumb, on every page that shows them."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.end_to_end.control_room.asking import PATIENCE, ask, await_made, in_hand, made
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
PHONE = {"width": 390, "height": 844}
HOSTILE = "git init ok\u202ecod.exe\u200b"
# Stands in for the browser's notifications, and notes what the page does with them.
NOTIFICATIONS = """
window.asked = 0; window.shown = [];
class Notice { constructor(title, options) { window.shown.push([title, options.body]); window.last = this; }
  static permission = 'default';
  static requestPermission() { window.asked += 1; Notice.permission = 'granted'; return Promise.resolve('granted'); }
  close() { window.shown.pop(); } }
window.Notification = Notice;
document.hasFocus = () => false;
"""


@pytest.fixture(scope="module", autouse=True)
def workers(server: Server) -> None:
    for name in ("coder", "tester"):
        server.add_worker(name)


def test_calls_are_decided_one_after_the_other_by_key(server: Server, visit: Visit) -> None:
    watched = visit(color_scheme="dark")
    page = watched.open(server.url, "/approvals")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    watched.shoot("approvals-empty-dark-1280-en")
    ask(server, "coder", "git init by-key")
    in_hand(page, "git init by-key")
    ask(server, "tester", "git init never")
    waiting = page.get_by_role("list", name="2 waiting")
    expect(waiting.get_by_role("link")).to_have_count(2, timeout=PATIENCE)
    expect(page.get_by_role("link", name=re.compile("Approvals.*2"))).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(2\) Approvals"))
    watched.shoot("approvals-dark-1280-en")
    assert watched.axe() == []
    page.keyboard.press("a")
    in_hand(page, "git init never")
    page.keyboard.press("r")
    page.get_by_label("Why not").fill("Use a file of your own.")
    watched.shoot("approvals-refuse-dark-1280-en")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_title(re.compile("^Approvals"))
    server.await_answer("coder", 1)
    server.await_answer("tester", 1)
    assert made(server, "coder", "by-key").exists()
    assert not made(server, "tester", "never").exists()
    page.get_by_text("Decided", exact=True).click()
    decided = page.get_by_role("list", name="Decided")
    expect(decided.get_by_role("link")).to_have_count(2)
    decided.get_by_role("link").filter(has_text="git init never").click()
    expect(page.get_by_role("article")).to_contain_text("Use a file of your own.")
    watched.shoot("approvals-decided-dark-1280-en")
    assert watched.axe() == []


def test_what_runs_is_what_a_person_made_of_it(server: Server, visit: Visit) -> None:
    watched = visit(color_scheme="light")
    ask(server, "coder", "git init as-asked", "edited")
    page = watched.open(server.url, "/approvals")
    card = in_hand(page, "git init as-asked")
    page.keyboard.press("e")
    approve = card.get_by_role("button", name="Approve as edited")
    expect(approve).to_be_disabled()
    card.get_by_role("textbox", name="command").fill("git init as-changed")
    watched.shoot("approvals-edit-light-1280-en")
    assert watched.axe() == []
    approve.click()
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible(timeout=PATIENCE)
    await_made(server, "coder", "as-changed")
    assert not made(server, "coder", "as-asked").exists()


def test_one_thumb_decides_on_a_phone(server: Server, visit: Visit) -> None:
    ask(server, "coder", HOSTILE, "thumb")
    watched = visit(color_scheme="dark", viewport=PHONE, has_touch=True, locale="pt-BR")
    page = watched.open(server.url, "/")
    waiting = page.get_by_role("region", name="Esperando por você")
    expect(waiting.get_by_role("link")).to_have_count(1, timeout=PATIENCE)
    watched.shoot("now-waiting-dark-390-pt-BR")
    assert watched.fits()
    waiting.get_by_role("link").tap()
    card = page.get_by_role("article")
    expect(card.get_by_role("figure")).to_contain_text("git init ok⟨U+202E⟩cod.exe⟨U+200B⟩")
    expect(card).to_contain_text("2 caracteres não se veem")
    buttons = [card.get_by_role("button", name=name) for name in ("Aprovar", "Recusar")]
    for button in buttons:
        expect(button).to_be_in_viewport()
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    watched.shoot("approvals-dark-390-pt-BR")
    assert watched.fits()
    assert watched.axe() == []
    expect(buttons[1]).to_have_attribute("aria-disabled", "false")
    buttons[1].tap()
    page.get_by_role("button", name="Recusar").tap()
    expect(page.get_by_text("Nada espera por você.")).to_be_visible(timeout=PATIENCE)


def test_a_turn_that_waits_is_decided_on_its_own_page(server: Server, visit: Visit) -> None:
    ask(server, "coder", "git init on-the-turn", "on its page")
    watched = visit(color_scheme="light", viewport={"width": 1440, "height": 900})
    page = watched.open(server.url, "/workers/coder")
    row = page.locator("[data-turn]").filter(has_text="on-the-turn").first
    expect(row.get_by_role("img", name="Waiting for you")).to_be_visible(timeout=PATIENCE)
    row.click()
    card = in_hand(page, "git init on-the-turn")
    watched.settle()
    watched.shoot("turn-waiting-light-1440-en")
    assert watched.axe() == []
    card.get_by_role("button", name="For this turn").click()
    expect(page.get_by_role("region", name="Answer")).to_contain_text(
        "on its page", timeout=PATIENCE
    )
    assert made(server, "coder", "on-the-turn").exists()


def test_notifications_come_only_once_asked_for(server: Server, visit: Visit) -> None:
    watched = visit()
    watched.page.add_init_script(NOTIFICATIONS)
    page = watched.open(server.url, "/approvals")
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="Notify me here").click()
    expect(page.get_by_role("button", name="Notifications on")).to_be_visible()
    assert page.evaluate("window.asked") == 1
    ask(server, "tester", "git init told", "told")
    deadline = time.monotonic() + PATIENCE / 1000
    while (
        page.evaluate("window.shown.length") == 0
    ):  # waiting inside the page would need its CSP off
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    assert page.evaluate("window.shown[0]") == ["tester waits for you", "Bash: git init told"]
    page.get_by_role("link", name="Now", exact=True).click()
    page.evaluate("window.last.onclick()")
    in_hand(page, "git init told")
    page.keyboard.press("a")
    await_made(server, "tester", "told")
