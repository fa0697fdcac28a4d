"""How even the frames are while long lists are scrolled and a card is dragged, in a real browser, beside short lists.

`python -m benchmarks.scrolling`. A list that is drawn a screenful at a time should cost what a short one does, so
the ratio is the measure: on a machine that others use as well, the milliseconds say more of them.
"""

import asyncio
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.sempre_process import SempreProcess, folder
from benchmarks.table import Row, show
from sempre.app import stores
from sempre.home import Home
from sempre.settings import load
from tests.end_to_end.control_room.boards import make_repository
from tests.end_to_end.control_room.long_past import write_turns
from tests.support.chromium import find_chromium, launch_arguments
from tests.support.provider import scripted_provider

_TURNS = {"veteran": 10_000, "novice": 100}
_CARDS = {"many": 1000, "few": 20}
_FRAMES = 300
_ROUNDS = 2
_HISTORY = "[data-list]"
_COLUMN = "[data-rfd-droppable-id='backlog']"
_PATIENCE = 120_000
_HITCH = 50.0  # milliseconds: what a person sees as a jolt

# Down and up again, a step each frame: how long each frame took.
_SCROLL = """async ({ selector, frames }) => {
  const box = document.querySelector(selector);
  const frame = () => new Promise(requestAnimationFrame);
  const took = [];
  let [step, last] = [50, await frame()];
  for (let count = 0; count < frames; count += 1) {
    const before = box.scrollTop;
    box.scrollTop += step;
    if (box.scrollTop === before) step = -step;
    const now = await frame();
    took.push(now - last);
    last = now;
  }
  return took;
}"""
# Until no further page of the list comes.
_READ_ALL = """async ({ selector, patience }) => {
  const box = document.querySelector(selector);
  const frame = () => new Promise(requestAnimationFrame);
  let [height, grown] = [0, performance.now()];
  while (performance.now() - grown < patience) {
    box.scrollTop = box.scrollHeight;
    await frame();
    if (box.scrollHeight !== height) [height, grown] = [box.scrollHeight, performance.now()];
  }
  box.scrollTop = box.scrollHeight / 2;
  await frame();
}"""
_RECORD = """() => {
  window.framesTook = [];
  let last = performance.now();
  const note = (now) => {
    window.framesTook?.push(now - last);
    last = now;
    if (window.framesTook) requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
}"""
_RECORDED = "() => { const took = window.framesTook; window.framesTook = undefined; return took; }"


@dataclass(frozen=True)
class Frames:
    took: list[float]

    def __str__(self) -> str:
        hitches = sum(each > _HITCH for each in self.took)
        middle = statistics.median(self.took)
        return f"{middle:.0f} / {self.p95:.0f} ms, {hitches} of {len(self.took)}"

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.took, n=20)[-1]

    def __add__(self, other: "Frames") -> "Frames":
        return Frames(self.took + other.took)


def main() -> None:
    with scripted_provider() as api, folder() as place:
        home = place / "home"
        _fill(home)
        with SempreProcess(home, api) as sempre:
            cookies = sempre.log_in()
            _write_cards(sempre.url, cookies, make_repository(place / "repository"))
            with _browser() as browser:
                rows = _measure(browser, sempre.url, cookies)
    show(
        "Scrolling",
        rows,
        note=f"a frame: median / 95th percentile, and how many took over {_HITCH:.0f} ms",
    )


def _fill(home: Path) -> None:
    for worker in _TURNS:
        (home / ".queue" / worker).mkdir(parents=True)
    (home / "sempre.toml").touch()
    of = Home(home)
    keyring, db = stores.prepare(of, load(home))

    async def write() -> None:
        for worker, count in _TURNS.items():
            await write_turns(db, keyring, of.node(), f"files:{worker}", count)
        await db.close()

    asyncio.run(write())


def _write_cards(url: str, cookies: dict[str, str], repository: Path) -> None:
    with httpx2.Client(base_url=url, cookies=cookies, headers={"origin": url}) as client:
        for board, count in _CARDS.items():
            wish = {"id": board, "prefix": board.upper(), "name": board}
            more = {"repository": str(repository), "test": ["true"]}
            client.post("/api/boards", json={**wish, **more}).raise_for_status()
            for number in range(count):
                card = {"board": board, "title": f"Card {number}"}
                client.post("/api/cards", json=card).raise_for_status()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=launch_arguments()
        )
        yield browser
        browser.close()


def _measure(browser: Browser, url: str, cookies: dict[str, str]) -> list[Row]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in cookies.items()]
    )
    veteran = _open(context.new_page(), f"{url}/dashboard/workers/veteran", "[data-turn]")
    novice = _open(context.new_page(), f"{url}/dashboard/workers/novice", "[data-turn]")
    many = _open(context.new_page(), f"{url}/dashboard/board/many", "[data-card]")
    few = _open(context.new_page(), f"{url}/dashboard/board/few", "[data-card]")
    rows = [_row("history, further pages come meanwhile", *_scrolled(veteran, novice, _HISTORY))]
    veteran.bring_to_front()
    veteran.evaluate(_READ_ALL, {"selector": _HISTORY, "patience": 5000})
    return [
        *rows,
        _row("history of 10,000 turns, all read", *_scrolled(veteran, novice, _HISTORY)),
        _row("board of 1,000 cards", *_scrolled(many, few, _COLUMN)),
        _row("a card of 1,000 dragged", _dragged(many), _dragged(few)),
    ]


def _open(page: Page, url: str, first: str) -> Page:
    page.goto(url)
    page.locator(first).first.wait_for(timeout=_PATIENCE)
    return page


def _scrolled(long: Page, short: Page, selector: str) -> tuple[Frames, Frames]:
    """By turns, so that what else the machine does falls on both."""
    sums = [Frames([]), Frames([])]
    for _ in range(_ROUNDS):
        for at, page in enumerate((long, short)):
            page.bring_to_front()
            took = page.evaluate(_SCROLL, {"selector": selector, "frames": _FRAMES})
            sums[at] += Frames(took)
    return sums[0], sums[1]


def _dragged(page: Page) -> Frames:
    """A card is taken, carried over all columns and back, and let go of where it was."""
    page.bring_to_front()
    page.locator(_COLUMN).evaluate("(box) => { box.scrollTop = 0 }")
    box = page.locator(f"{_COLUMN} [data-card]").first.bounding_box()
    if box is None:
        raise RuntimeError("the board shows no card")
    x, y = box["x"] + 40, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y + 10, steps=3)
    page.evaluate(_RECORD)
    page.mouse.move(1200, y + 150, steps=100)
    page.mouse.move(x, y, steps=100)
    took: list[float] = page.evaluate(_RECORDED)
    page.keyboard.press("Escape")
    page.mouse.up()
    return Frames(took)


def _row(name: str, long: Frames, short: Frames) -> Row:
    return Row(name=name, ours=str(long), other=str(short), ratio=short.p95 / long.p95)


if __name__ == "__main__":
    main()
