"""Several cards at once: as many as the board allows, none before what it depends on is done."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from tests.durability.cards import Board
from tests.end_to_end.board.card_page import READY, WITHIN
from tests.end_to_end.board.conftest import NewBoard
from tests.end_to_end.board.scripts import Gate
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server
from tests.end_to_end.control_room.watched import Watched

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
PHONE = ViewportSize(width=390, height=844)
WIDE = ViewportSize(width=1440, height=900)


def test_cards_begin_in_the_order_that_was_promised(
    server: Server, visit: Visit, new_board: NewBoard, tmp_path: Path
) -> None:
    """Two may run at once. The second waits for the first to be done, so the third and then the fourth begin before."""
    gate = Gate(tmp_path / "gate")
    writes = 'date > "$(basename "$PWD").txt"'  # so that there is something to merge
    board = new_board("line", test=[gate.command, writes], wip=2)
    first = board.card("The first")
    second = board.card("The second", needs=[first])
    third, fourth = board.card("The third"), board.card("The fourth")
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, "/board/line")
    runs = {key: board.run(key, fromStage="test")["id"] for key in (first, second, third, fourth)}

    def card(key: str) -> Locator:
        return page.locator(f"[data-card={key}]")

    for key, column in ((first, "test"), (third, "test")):
        expect(page.locator(f"[data-column={column}] [data-card={key}]")).to_be_visible(
            timeout=WITHIN
        )
    expect(card(second)).to_contain_text(f"Waits for {first}")
    expect(card(fourth)).to_contain_text("In line, place 1")
    expect(page.get_by_text("2 of 2 run")).to_be_visible()
    look_at(watched, server, visit, "board-line")

    gate.open(f"{third}-1")
    expect(page.locator(f"[data-column=test] [data-card={fourth}]")).to_be_visible(timeout=WITHIN)
    expect(card(second)).to_contain_text(f"Waits for {first}")
    gate.open(f"{first}-1")
    expect(card(first)).to_contain_text(READY, timeout=WITHIN)
    expect(card(second)).to_contain_text(f"Waits for {first}")
    assert not board.execution(runs[second])["startedAt"], "what it depends on is not done yet"

    page.goto(f"{server.url}/dashboard/board/line?card={first}")
    drawer = page.get_by_role("dialog", name=first)
    drawer.get_by_role("button", name="Merge", exact=True).click()
    confirm = page.get_by_role("dialog", name=f"Merge {first}?")
    confirm.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(f"[data-column=done] [data-card={first}]")).to_be_attached(timeout=WITHIN)
    expect(page.locator(f"[data-column=test] [data-card={second}]")).to_be_attached(timeout=WITHIN)
    for key in (second, fourth):
        gate.open(f"{key}-1")
    began = {key: began_at(board, run) for key, run in runs.items()}
    assert sorted(began, key=lambda key: began[key]) == [first, third, fourth, second]


def began_at(board: Board, run_id: str) -> str:
    run = board.wait(run_id)
    assert run["status"] == "completed", run
    return run["startedAt"]


def look_at(watched: Watched, server: Server, visit: Visit, name: str) -> None:
    """How it looks, and what axe says of it."""
    watched.settle()
    watched.shoot(f"{name}-dark-1440-en")
    assert watched.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert watched.axe() == []
    watched.page.emulate_media(color_scheme="light")
    watched.shoot(f"{name}-light-1440-en")
    watched.page.emulate_media(color_scheme="dark")
    phone = visit(viewport=PHONE, color_scheme="light", locale="pt-BR")
    phone.open(server.url, "/board/line")
    phone.shoot(f"{name}-light-390-pt-BR")
    assert phone.fits()
    assert phone.axe() == []
