"""Ten thousand turns and a log of a hundred thousand lines: read piece by piece, drawn a screenful at a time."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.long_past import LINES, TURNS
from tests.end_to_end.control_room.server import Server
from tests.support.environment import allowed_environment

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[3]
PATIENCE = 90_000
# What a screen can show at once, with what is kept ready above and below.
MOST_ROWS = 80
TALL = {"width": 1280, "height": 1600}
# Goes down in great steps, each once the box is filled with rows, until the last row was there or none comes for long.
SCROLL = """async ({ last, patience }) => {
  const box = document.querySelector('[data-list]');
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const seen = { most: 0, blank: 0, numbers: [] };
  const numbers = new Set();
  const isFilled = () => {
    const rows = [...box.querySelectorAll('[data-turn]')];
    seen.most = Math.max(seen.most, rows.length);
    for (const row of rows) numbers.add(Number(/#(\\d+)/.exec(row.textContent)[1]));
    const { top, bottom } = box.getBoundingClientRect();
    const places = [...box.querySelectorAll('[data-row-place]')].map((row) => row.getBoundingClientRect());
    const first = Math.min(...places.map((place) => place.top));
    const end = Math.max(...places.map((place) => place.bottom));
    if (end <= top || first >= bottom) seen.blank += 1;
    const isLast = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
    return first <= top + 1 && (isLast || end >= bottom - 1);
  };
  isFilled();
  let moved = performance.now();
  const waits = () => performance.now() - moved < patience;
  while (!numbers.has(last) && waits()) {
    const before = box.scrollTop;
    box.scrollTop += 1.6 * box.clientHeight;
    do await frame();
    while (!isFilled() && waits());
    if (box.scrollTop !== before) moved = performance.now();
  }
  seen.numbers = [...numbers];
  return seen;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("long-past")
    (folder / "user").mkdir()
    environment = allowed_environment(folder / "user")
    server = Server(folder / "home", environment)
    server.add_worker("veteran")
    (server.rehearsal / "sempre.toml").touch()
    program = "tests.end_to_end.control_room.long_past"
    command = [sys.executable, "-m", program, str(server.rehearsal)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=800)
    server.start()
    yield server
    server.stop()


def test_ten_thousand_turns_are_scrolled_through(server: Server, visit: Visit) -> None:
    watched = visit(viewport=TALL)
    asked: list[str] = []
    watched.page.on("request", lambda request: note_page(request, asked))
    page = watched.open(server.url, "/workers/veteran")
    expect(page.locator("[data-turn]").first).to_contain_text(f"#{TURNS}", timeout=PATIENCE)
    fail_once(page)
    seen = page.evaluate(SCROLL, {"last": 1, "patience": PATIENCE})
    missing = sorted(set(range(1, TURNS + 1)) - set(seen["numbers"]))
    assert missing == [], f"left out, after {len(asked)} further pages"
    assert seen["most"] <= MOST_ROWS
    assert seen["blank"] == 0
    assert len(set(asked)) == TURNS // 100 - 1, "every page is read, by cursor"
    assert len(asked) == len(set(asked)) + 1, "and once, but for the one that failed"
    page.keyboard.press("k")
    assert page.locator("[data-turn]").count() <= MOST_ROWS


def test_a_row_far_down_is_marked_and_opened_by_keyboard(server: Server, visit: Visit) -> None:
    watched = visit()
    page = watched.open(server.url, "/workers/veteran")
    expect(page.locator("[data-turn]").first).to_be_visible(timeout=PATIENCE)
    for key in ["j"] * 40 + ["x", "j", "x"]:
        page.keyboard.press(key)
    marked = page.get_by_role("region", name="Marked turns")
    expect(marked).to_contain_text("2 marked")
    watched.shoot("history-marked-dark-1280-en")
    assert watched.axe() == []
    marked.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", level=1, name="Compare turns")).to_be_visible()
    for number in (TURNS - 39, TURNS - 40):
        expect(page.get_by_role("main")).to_contain_text(f"Answer {number}")
    watched.settle()
    watched.shoot("compare-dark-1280-en")
    page.get_by_text("Differences", exact=True).click()
    expect(page.get_by_role("figure", name="Differences")).to_contain_text(f"Answer {TURNS - 39}")
    watched.shoot("compare-differences-dark-1280-en")
    assert watched.axe() == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert watched.fits()


def test_a_hundred_thousand_lines_are_read_and_searched(server: Server, visit: Visit) -> None:
    watched = visit()
    page = watched.open(server.url, "/workers/veteran")
    page.locator("[data-turn]").first.click()
    log = page.get_by_role("log", name="Log")
    expect(log).to_contain_text("line 0", timeout=PATIENCE)
    page.get_by_label("Search the log").fill(f"line {LINES - 1}")
    expect(page.get_by_text("0 of 1")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Search the log").press("Enter")
    expect(log.get_by_text(f"line {LINES - 1}", exact=True)).to_be_visible()
    assert log.locator("[data-kind]").count() <= MOST_ROWS
    jump(page, 0.5)
    expect(log.get_by_text(re.compile(r"^line [45]\d{4}$")).first).to_be_visible()
    assert log.locator("[data-kind]").count() <= MOST_ROWS


def note_page(request: Request, asked: list[str]) -> None:
    """Keeps the cursors with which further pages of the history are asked for."""
    address = urlsplit(request.url)
    if address.path == "/api/turns" and (before := parse_qs(address.query).get("before")):
        asked.extend(before)


def fail_once(page: Page) -> None:
    """The next page of the history is refused as by a server that is busy; the one after it is given."""
    busy = {"error": {"code": "store_unavailable", "message": "The database is busy."}}
    page.route(
        re.compile(r"/api/turns\?.*before="),
        lambda route: route.fulfill(status=503, json=busy),
        times=1,
    )


def jump(page: Page, share: float) -> None:
    """As dragging the scroll bar does."""
    page.get_by_role("log", name="Log").evaluate(
        "(box, share) => { box.scrollTop = box.scrollHeight * share }", share
    )
