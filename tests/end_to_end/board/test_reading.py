"""Reading along: a diff of thousands of lines, a line that is being written; and acting on it by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from sempre.rehearsal import write_say
from tests.durability.cards import stage
from tests.end_to_end.board.card_page import READY, WITHIN, CardPage
from tests.end_to_end.board.conftest import NewBoard
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
FILES = [f"src/part{number // 10}/file{number:02d}.py" for number in range(60)]
BEFORE = "".join(f"def before_{number}(value):\n    return value\n" for number in range(13))
CHANGE = "sed -i s/value/amount/ src/*/*.py"
CHANGED = 26
FEW = 700
SAID = "Primeiro leio o código inteiro, depois escrevo o plano, palavra por palavra, sem pressa."
SCRIPTED = "Rehearsal: this answer is scripted. Ensaio: esta resposta segue um roteiro."
# All that a card's line says, whenever that changes.
WATCH = """card => {
  const seen = window.seenLines = new Set();
  const look = () => seen.add(card.querySelector('[data-kind=text]')?.textContent ?? '');
  new MutationObserver(look).observe(card, {subtree: true, childList: true, characterData: true});
}"""


def test_a_diff_of_thousands_of_lines_is_drawn_as_far_as_it_is_looked_at(
    server: Server, visit: Visit, new_board: NewBoard
) -> None:
    board = new_board("large", dict.fromkeys(FILES, BEFORE), test=[CHANGE])
    key = board.card("Rename value")
    board.wait(board.run(key, fromStage="test")["id"])
    card = CardPage(visit(), server.url, board.name, key).open("diff")
    lines = card.drawer.locator("[data-line]")
    expect(card.drawer.get_by_role("region")).to_have_count(len(FILES))
    expect(card.drawer).to_contain_text(f"{len(FILES) * CHANGED} lines added")
    expect(lines.first).to_be_visible()
    assert lines.count() < FEW, "only what is near is drawn"

    first = card.drawer.get_by_role("region", name=FILES[0], exact=True)
    first.locator("[data-line]").nth(28).focus()
    for _ in range(4):  # over the end of what is drawn together
        card.page.keyboard.press("ArrowDown")
    expect(first.locator("[data-line]").nth(32)).to_be_focused()
    card.page.keyboard.press("Enter")
    card.page.keyboard.type("Say why.")
    card.page.keyboard.press("ControlOrMeta+Enter")
    expect(first).to_contain_text("not sent yet")

    last = card.drawer.get_by_role("region", name=FILES[-1], exact=True)
    assert last.locator("[data-line]").count() == 0
    card.drawer.get_by_role("navigation", name="Changed files").get_by_role(
        "button", name=re.compile(re.escape(FILES[-1].rpartition("/")[2]))
    ).click()
    expect(last).to_contain_text("return amount")
    expect(last.get_by_role("button", name=FILES[-1])).to_be_focused()
    expect(last).to_be_in_viewport()
    assert lines.count() < 2 * FEW, "what was jumped over is not drawn"


def test_a_line_that_is_being_written_is_shown_by_whole_words_until_it_is_cancelled(
    server: Server, visit: Visit, new_board: NewBoard
) -> None:
    board = new_board("words")
    key = board.card("Slowly", stage("plan", "[[drip:160:0.1]]", write_say(SAID)))
    run_id = board.run(key)["id"]
    # Looked at from its beginning, and from somewhere in the middle.
    pages = [CardPage(visit(), server.url, board.name, key).open()]
    faces = [pages[0].page.locator(f"#main [data-card={key}]")]
    faces[0].evaluate(WATCH)
    expect(faces[0]).to_contain_text("leio", timeout=WITHIN)
    pages.append(CardPage(visit(), server.url, board.name, key).open())
    faces.append(pages[1].page.locator(f"#main [data-card={key}]"))
    faces[1].evaluate(WATCH)
    expect(faces[1]).to_contain_text("palavra por", timeout=WITHIN)
    whole = set(f"{SAID} {SCRIPTED}".split())
    for each in pages:
        seen = each.page.evaluate("[...window.seenLines]")
        assert len(seen) > 1
        assert [word for line in seen for word in line.split() if word not in whole] == []

    # The card is open: its letter acts on it, and the question has the keys for itself.
    pages[0].page.keyboard.press("c")
    question = pages[0].page.get_by_role("dialog", name=f"Cancel the run of {key}?")
    question.get_by_role("button", name="Cancel the run").press("Enter")
    assert board.wait(run_id)["status"] == "cancelled"
    pages[0].stands("Plan", "Cancelled")
    expect(faces[0]).to_contain_text("Cancelled by owner")
    expect(faces[0]).not_to_contain_text(READY)
