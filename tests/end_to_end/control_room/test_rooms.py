"""Every room, in both themes, in both languages, wide and on a phone: usable by all, and looked at."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
PHONE = {"width": 390, "height": 844}
# What measures itself after a resize is drawn once more.
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
WIDE = {"width": 1440, "height": 900}
ROOMS = {
    "now": "/",
    "workers": "/workers",
    "worker": "/workers/sentinela",
    "worker-empty": "/workers/vazio",
    "approvals": "/approvals",
    "directives": "/workers/sentinela?show=directives",
    "sessions": "/workers/sentinela?show=sessions",
    "failures": "/failures",
    "settings": "/settings",
    "not-found": "/nowhere",
}
# A key that nobody translated looks like this.
UNTRANSLATED = re.compile(
    r"\b(?:room|now|turn|turnState|workerState|workers|status|log|failure|connect|dead|approval|directives|session|suspend|away|spend)\.[a-z]\w+"
)
# Names of settings, models and files look like that too; they stand in a face of their own.
WORDS = """() => {
  const body = document.body.cloneNode(true);
  for (const name of body.querySelectorAll('.mono, code, pre, script, style')) name.remove();
  return body.textContent;
}"""
# How far what was on the page was pushed about, as the browser reckons it: 0.1 is what people notice.
SHIFTS = """window.shifted = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) window.shifted += shift.value;
}).observe({ type: 'layout-shift', buffered: true });"""
REPORT = """[[tool:Bash {"command": "ls -la", "description": "List"}]][[think:Let me see.]]
[[say:"**Nothing needs you.** Two things:\\n\\n1. The import took longer.\\n2. One retry at 03:12.\\n\\n| job | took |\\n|---|---|\\n| import | 41 m |\\n\\n```sh\\ngrep -c ERROR log\\n```\\n\\n![x](http://example.com/x.png)"]]"""


@pytest.fixture(scope="module")
def filled(server: Server) -> Server:
    """Something in every room: answers, a failure, a file that is no prompt, a worker that did nothing."""
    server.add_worker("vazio")
    (server.add_worker("sentinela") / "ideas.txt").write_text("no prompt")
    server.drop("sentinela", "01-report", REPORT)
    server.drop("sentinela", "02-fails", "[[http:400]] " + "Look at every file in the folder. " * 6)
    server.drop("sentinela", "03-again", "What is left to do?")
    server.await_answer("sentinela", 3)
    return server


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_usable_by_all(room: str, scheme: str, filled: Server, revisit: Visit) -> None:
    watched = revisit(color_scheme=scheme, viewport=WIDE)
    watched.open(filled.url, ROOMS[room])
    watched.shoot(f"{room}-{scheme}-1440-en")
    assert watched.axe() == []
    assert watched.fits()


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("room", ROOMS)
def test_a_room_fits_a_phone(room: str, scheme: str, filled: Server, revisit: Visit) -> None:
    watched = revisit(color_scheme=scheme, viewport=PHONE, has_touch=True)
    watched.open(filled.url, ROOMS[room])
    watched.shoot(f"{room}-{scheme}-390-en")
    assert watched.fits()
    assert watched.axe() == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_speaks_portuguese(room: str, filled: Server, revisit: Visit) -> None:
    watched = revisit(locale="pt-BR", viewport=WIDE)
    page = watched.open(filled.url, ROOMS[room])
    expect(page.locator("html")).to_have_attribute("lang", "pt-BR")
    expect(page.get_by_role("link", name="Agora", exact=True)).to_be_visible()
    watched.shoot(f"{room}-dark-1440-pt-BR" if room != "now" else "now-light-1440-pt-BR")
    assert UNTRANSLATED.findall(page.evaluate(WORDS)) == []
    watched.page.set_viewport_size({"width": 390, "height": 844})
    assert watched.fits()


def test_a_late_answer_pushes_nothing_about(filled: Server, visit: Visit) -> None:
    watched = visit(viewport=WIDE)
    page, late = watched.page, re.compile(r"/api/dead-letters")
    held: list[Route] = []
    page.route(late, lambda route: held.append(route))
    page.add_init_script(SHIFTS)
    with page.expect_request(late):
        page.goto(f"{filled.url}/dashboard/")
    expect(page.get_by_role("heading", level=1, name="Now")).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_be_visible()
    expect(page.get_by_role("region", name="Running")).to_have_count(0)
    page.route(late, lambda route: route.continue_())  # what is asked from now on
    for route in held:
        route.continue_()
    expect(page.get_by_role("region", name="Trouble")).to_be_visible()
    watched.settle()
    assert page.evaluate("window.shifted") < 0.1


@pytest.mark.parametrize("room", ROOMS)
def test_no_width_makes_a_room_scroll_sideways(room: str, filled: Server, revisit: Visit) -> None:
    watched = revisit(viewport=WIDE)
    page = watched.open(filled.url, ROOMS[room])
    for width in (1300, 1100, 1024, 900, 641):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(DRAWN)
        assert watched.fits(), width


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_turn_with_tools_and_markdown(scheme: str, filled: Server, revisit: Visit) -> None:
    watched = revisit(color_scheme=scheme, viewport=WIDE)
    page = open_turn(watched.open(filled.url, "/workers/sentinela?q=Two%20things"))
    answer = page.get_by_role("region", name="Answer")
    expect(answer.get_by_role("table")).to_be_visible()
    expect(answer).to_contain_text("Image not loaded: x")
    expect(answer.locator("img")).to_have_count(0)
    tool = page.get_by_role("log").get_by_role("button", name=re.compile("Bash"))
    expect(tool).to_have_attribute("aria-expanded", "false")
    tool.click()
    expect(page.get_by_role("log")).to_contain_text("Input")
    watched.settle()
    watched.shoot(f"turn-{scheme}-1440-en")
    assert watched.axe() == []


@pytest.mark.parametrize("width", [390, 1440])
def test_a_failure_says_what_to_do(width: int, filled: Server, revisit: Visit) -> None:
    watched = revisit(viewport={"width": width, "height": 900})
    page = watched.open(filled.url, "/workers/sentinela?state=failed")
    open_turn(page)
    failure = page.get_by_role("region", name="Why there is no answer")
    for heading in ("What happened", "What was done", "What you can do"):
        expect(failure).to_contain_text(heading)
    expect(failure.get_by_role("button", name="Retry")).to_be_visible()
    watched.shoot(f"turn-failed-dark-{width}-en")
    assert watched.axe() == []
    assert watched.fits()


def test_a_log_is_searched_and_linked_to(filled: Server, visit: Visit) -> None:
    watched = visit()
    page = open_turn(watched.open(filled.url, "/workers/sentinela?q=Two%20things"))
    page.get_by_label("Search the log").fill("ls -la")
    page.get_by_label("Search the log").press("Enter")
    expect(page.get_by_text(re.compile(r"1 of \d"))).to_be_visible()
    expect(page.locator("[data-marked] mark").first).to_have_text("ls -la")
    address = page.url
    page.goto(f"{address}?line=2")
    expect(page.locator("[data-marked]")).to_have_count(1)


def test_rooms_are_reached_by_keyboard_alone(filled: Server, visit: Visit) -> None:
    watched = visit()
    page = watched.open(filled.url, "/")
    page.keyboard.press("Control+k")
    search = page.get_by_placeholder(re.compile("Go to a room"))
    expect(search).to_be_focused()
    watched.shoot("search-dark-1280-en")
    page.keyboard.type("Failures")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Failures")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(search).to_be_focused()
    page.keyboard.type("Send a prompt to sentinela")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Prompt for sentinela")).to_be_focused()


def test_the_history_is_walked_with_j_and_k(filled: Server, visit: Visit) -> None:
    page = visit().open(filled.url, "/workers/sentinela")
    expect(page.locator("[data-turn]").nth(2)).to_be_visible()
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator("[data-turn]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="sentinela #3")).to_be_visible()


def test_the_first_tab_skips_to_the_content(filled: Server, visit: Visit) -> None:
    page = visit().open(filled.url, "/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_language_and_theme_are_kept(filled: Server, visit: Visit) -> None:
    watched = visit()
    page = watched.open(filled.url, "/settings")
    page.get_by_role("combobox", name="Language").click()
    page.get_by_role("option", name="Português (Brasil)").click()
    expect(page.get_by_role("heading", level=1, name="Configurações")).to_be_visible()
    page.get_by_text("Escuro", exact=True).click()
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Configurações")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_ways_to_connect_are_explained(scheme: str, filled: Server, revisit: Visit) -> None:
    watched = revisit(color_scheme=scheme)
    page = watched.open(filled.url, "/")
    ribbon = page.get_by_role("region", name="Rehearsal")
    expect(ribbon).to_contain_text("Answers are scripted.")
    ribbon.get_by_role("button", name="Connect a model").click()
    dialog = page.get_by_role("dialog")
    for way in ("API key", "Auth token", "Compatible server", "My own claude login"):
        expect(dialog.get_by_role("radio", name=re.compile(way))).to_be_visible()
    expect(dialog.get_by_role("button", name="Connect", exact=True)).to_be_disabled()
    watched.shoot(f"connect-{scheme}-1280-en")
    assert watched.axe() == []


def open_turn(page: Page) -> Page:
    page.locator("[data-turn]").first.click()
    expect(page.get_by_role("log", name="Log")).to_be_visible()
    return page
