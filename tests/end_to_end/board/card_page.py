"""A card's drawer on the board's page, as a person sees it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.control_room.watched import Watched
from tests.support.patience import PATIENCE, Looks

READY = "Ready to merge"
WITHIN = 2 * PATIENCE * 1000
# So tall that all rows of a log are drawn.
TALL = {"width": 1280, "height": 3000}


class CardPage:
    """`tab` is one of overview, plan, log, diff, runs."""

    def __init__(self, watched: Watched, server: str, board: str, key: str) -> None:
        self._watched = watched
        self._server = server
        self._room = f"/board/{board}?card={key}"
        self._key = key

    @property
    def page(self) -> Page:
        return self._watched.page

    @property
    def drawer(self) -> Locator:
        return self.page.get_by_role("dialog", name=self._key)

    @property
    def log(self) -> Locator:
        return self.drawer.get_by_role("log", name="Log")

    def open(self, tab: str = "overview") -> "CardPage":
        self._watched.open(self._server, f"{self._room}&tab={tab}")
        expect(self.drawer.get_by_role("tab", name=tab.capitalize())).to_have_attribute(
            "aria-selected", "true"
        )
        return self

    def show(self, tab: str) -> None:
        self.drawer.get_by_role("tab", name=tab.capitalize()).click()

    def shoot(self, name: str) -> None:
        self._watched.settle()
        self._watched.shoot(name)

    def refresh(self) -> None:
        self.page.reload()
        self._watched.settle()

    def press(self, name: str) -> None:
        self.drawer.get_by_role("button", name=name, exact=True).click()

    def stands(self, stage: str, how: str) -> None:
        """Until its stage bar says so: `Plan`, `Running`."""
        bar = self.drawer.get_by_role("img", name=f"{stage}: {how}", exact=True)
        expect(bar.first).to_be_visible(timeout=WITHIN)

    def says(self, text: str | re.Pattern[str]) -> None:
        """Until the log does."""
        expect(self.log).to_contain_text(text, timeout=WITHIN)

    def begins(self, stage: str) -> None:
        """Until the log has this stage's head."""
        head = self.log.get_by_text(stage, exact=True)
        expect(head.first).to_be_visible(timeout=WITHIN)

    def unfold(self) -> None:
        """Everything that was called or run is shown with its output."""
        folded = self.log.locator("button[aria-expanded=false]")
        while folded.count():
            folded.first.click()

    def rows(self) -> list[str]:
        """The log's rows, each as it reads: whether its Markdown is drawn yet or plain, the words are the same."""
        rows = self.log.locator("[data-index]")
        return [" ".join(row.split()) for row in rows.all_inner_texts()]

    def has(self, rows: list[str]) -> None:
        """Until its log has all of these: what was read is drawn bit by bit."""
        looks = Looks(2 * PATIENCE, lambda: f"left out: {self._missing(rows)}")
        while self._missing(rows):
            self.page.wait_for_timeout(1000 * looks.pause())

    def shows_the_same_as(self, other: "CardPage") -> None:
        """Until both logs do: what happens last does not reach all pages at once."""
        looks = Looks(2 * PATIENCE, lambda: f"{self.rows()} is not {other.rows()}")
        while self.rows() != other.rows():
            self.page.wait_for_timeout(1000 * looks.pause())

    def _missing(self, rows: list[str]) -> list[str]:
        there = self.rows()
        return [row for row in rows if row not in there]

    def words(self) -> list[str]:
        """What a test let agents and commands say, in the order of the log: plan017, test003."""
        return re.findall(r"\b[a-z]+\d{3}\b", "\n".join(self.rows()))


def numbered(name: str, count: int) -> list[str]:
    return [f"{name}{number:03d}" for number in range(count)]
