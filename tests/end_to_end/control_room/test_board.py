"""The board by hand: making one, writing cards, moving them, finding them, in two tabs and on a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.control_room.boards import Boards, make_repository
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server
from tests.support.patience import PATIENCE, Looks

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# A key that nobody translated looks like this.
UNTRANSLATED = re.compile(
    r"\b(?:board|boards|boardTrust|card|cardDiff|cardEnd|cardEvent|column|priority|shownState|stage|standing|verdict|visit)\.[a-z]\w+"
)
WORDS = """() => {
  const body = document.body.cloneNode(true);
  for (const name of body.querySelectorAll('.mono, code, pre, script, style')) name.remove();
  return body.textContent;
}"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf"
    "c0f01f0005000180ff3d9a1d7f0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("repositories") / "shop")


@pytest.fixture(scope="module")
def shop(boards: Boards, repository: Path) -> str:
    """A board with five cards in its backlog."""
    boards.create("shop", repository)
    first = boards.card("shop", "Retry policy", labels=["backend"], priority="high")
    boards.card("shop", "Dark theme", labels=["ui"], description="At night it glares.")
    boards.card("shop", "Export orders " * 8, labels=["backend", "export"])
    boards.card("shop", "Search finds accents", needs=[first])
    boards.card("shop", "Rename a column")
    return "shop"


def card(page: Page, key: str) -> Locator:
    return page.locator(f"#main [data-card='{key}']")


def expect_in(page: Page, column: str, *keys: str) -> None:
    """Polls: what moves goes through the server."""
    cards = page.locator(f"[data-column='{column}'] [data-card]")
    expect(cards).to_have_count(len(keys))
    for at, key in enumerate(keys):
        expect(cards.nth(at)).to_have_attribute("data-card", key)


def test_the_first_board_is_made_by_a_form(
    server: Server, visit: Visit, tmp_path: Path, boards: Boards
) -> None:
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, "/board")
    watched.shoot("board-none-dark-1440-en")
    assert watched.axe() == []
    page.get_by_role("button", name="New board").click()
    page.get_by_label("Name").fill("Feira do Sol")
    expect(page.get_by_label("Prefix of the cards")).to_have_value("FDS")
    page.get_by_label("Repository").fill("feira")
    expect(page.get_by_text("The whole path, from the root on.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Repository")).to_have_value("feira")
    page.get_by_label("Repository").fill(str(make_repository(tmp_path / "feira")))
    page.get_by_label("Test commands, command 1").fill("python3 check.py")
    expect(page.get_by_text("run on this machine")).to_be_visible()
    watched.shoot("board-form-dark-1440-en")
    assert watched.axe() == []
    page.get_by_role("button", name="Create the board").click()
    expect(page.get_by_role("heading", level=1, name="Feira do Sol")).to_be_visible()
    expect(page).to_have_url(re.compile("/board/feira-do-sol"))
    boards.ask("DELETE", "/api/boards/feira-do-sol")


def test_a_card_is_written_with_preview_and_picture_and_edited(
    server: Server, visit: Visit, shop: str, boards: Boards
) -> None:
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, f"/board/{shop}")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Two digits")
    dialog.get_by_label("Description").fill("Prices have **two** digits.")
    dialog.get_by_text("Preview").click()
    expect(dialog.locator("strong", has_text="two")).to_be_visible()
    picture = {"name": "wrong.png", "mimeType": "image/png", "buffer": PIXEL}
    dialog.locator("input[type=file]").set_input_files([picture])  # pyright: ignore[reportArgumentType]  (a TypedDict)
    expect(dialog.get_by_text("wrong.png")).to_be_visible()
    assert watched.axe() == []
    dialog.get_by_role("button", name="Create the card").click()
    expect(page.get_by_role("link", name="Two digits")).to_be_visible()
    key = boards.column(shop, "backlog")[-1]
    card(page, key).press("Enter")
    drawer = page.get_by_role("dialog", name=key)
    expect(drawer.get_by_role("img", name="wrong.png")).to_be_visible()
    expect(drawer.locator("strong", has_text="two")).to_be_visible()

    drawer.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name=f"Edit {key}")
    form.get_by_label("Title").fill("Two digits, always")
    version = boards.ask("GET", f"/api/cards/{key}")["version"]
    boards.ask("PATCH", f"/api/cards/{key}", {"version": version, "priority": "urgent"})
    expect(form.get_by_text("changed this card meanwhile")).to_be_visible()
    form.get_by_role("button", name="Keep mine").click()
    form.get_by_role("button", name="Save").click()
    expect(drawer.get_by_role("heading", name="Two digits, always")).to_be_visible()
    assert boards.ask("GET", f"/api/cards/{key}")["priority"] == "urgent"
    boards.ask("DELETE", f"/api/cards/{key}")


def test_cards_move_by_mouse_keyboard_and_form_and_every_tab_shows_the_same(
    server: Server, visit: Visit, shop: str, boards: Boards
) -> None:
    page = visit(viewport=WIDE).open(server.url, f"/board/{shop}")
    other = visit(viewport=WIDE).open(server.url, f"/board/{shop}")
    expect_in(page, "backlog", "SHOP-1", "SHOP-2", "SHOP-3", "SHOP-4", "SHOP-5")

    card(page, "SHOP-2").focus()
    page.keyboard.press("Space")
    expect(page.locator("[id^=rfd-announcement]")).to_contain_text("SHOP-2 is lifted")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[id^=rfd-announcement]")).to_contain_text("over Plan")
    page.keyboard.press("Space")
    expect_in(page, "plan", "SHOP-2")
    expect_in(other, "plan", "SHOP-2")

    start = card(page, "SHOP-1").bounding_box()
    goal = page.locator("[data-column='plan']").bounding_box()
    assert start is not None
    assert goal is not None
    page.mouse.move(start["x"] + 60, start["y"] + 30)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 40, steps=4)
    expect(page.locator("[id^=rfd-announcement]")).to_contain_text("SHOP-1 is lifted")
    page.mouse.move(goal["x"] + 80, goal["y"] + 400, steps=12)
    expect(page.locator("[id^=rfd-announcement]")).to_contain_text("SHOP-1 is over Plan, place 2")
    page.mouse.up()
    expect_in(page, "plan", "SHOP-2", "SHOP-1")
    expect_in(other, "plan", "SHOP-2", "SHOP-1")

    card(page, "SHOP-1").press("m")
    form = page.get_by_role("dialog", name="Move SHOP-1")
    form.get_by_label("Place").fill("1")
    form.get_by_role("button", name="Move").click()
    expect_in(other, "plan", "SHOP-1", "SHOP-2")
    assert boards.column(shop, "plan") == ["SHOP-1", "SHOP-2"]
    page.get_by_text("SHOP-1 is now in Plan.").last.locator("..").get_by_role(
        "button", name="Undo"
    ).click()
    expect_in(other, "plan", "SHOP-2", "SHOP-1")
    page.reload()
    expect_in(page, "plan", "SHOP-2", "SHOP-1")
    for key in ("SHOP-2", "SHOP-1"):
        boards.ask("POST", f"/api/cards/{key}/move", _top(boards, key))
    expect_in(other, "backlog", "SHOP-1", "SHOP-2", "SHOP-3", "SHOP-4", "SHOP-5")


def _top(boards: Boards, key: str) -> dict[str, object]:
    version = boards.ask("GET", f"/api/cards/{key}")["version"]
    return {"column": "backlog", "before": boards.column("shop", "backlog")[0], "version": version}


def test_the_slower_of_two_moves_is_told_and_sees_the_newer_state(
    server: Server, visit: Visit, shop: str, boards: Boards
) -> None:
    page = visit(viewport=WIDE).open(server.url, f"/board/{shop}")
    # This tab hears nothing of what others do, as when its connection has just gone.
    page.context.route("**/api/events*", lambda route: route.abort())
    page.reload()
    expect(card(page, "SHOP-5")).to_be_visible()
    version = boards.ask("GET", "/api/cards/SHOP-5")["version"]
    boards.ask("POST", "/api/cards/SHOP-5/move", {"column": "done", "version": version})
    card(page, "SHOP-5").press("m")
    form = page.get_by_role("dialog", name="Move SHOP-5")
    form.get_by_label("Place").fill("1")
    form.get_by_role("button", name="Move").click()
    expect(page.get_by_text("SHOP-5 was changed by somebody else")).to_be_visible()
    expect_in(page, "done", "SHOP-5")
    version = boards.ask("GET", "/api/cards/SHOP-5")["version"]
    boards.ask("POST", "/api/cards/SHOP-5/move", {"column": "backlog", "version": version})


def test_search_and_filters_stand_in_the_address(server: Server, visit: Visit, shop: str) -> None:
    page = visit(viewport=WIDE).open(server.url, f"/board/{shop}")
    page.keyboard.press("/")
    page.keyboard.type("glares")
    expect_in(page, "backlog", "SHOP-2")
    expect(page).to_have_url(re.compile("q=glares"))
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="Label").click()
    page.get_by_role("dialog", name="Label").get_by_text("backend").click()
    expect_in(page, "backlog", "SHOP-1", "SHOP-3")
    page.reload()
    expect_in(page, "backlog", "SHOP-1", "SHOP-3")
    expect(page.get_by_text("2 of 5 cards")).to_be_visible()


def test_the_keys_walk_the_board(server: Server, visit: Visit, shop: str) -> None:
    page = visit(viewport=WIDE).open(server.url, f"/board/{shop}")
    expect(card(page, "SHOP-1")).to_be_visible()
    page.keyboard.press("j")
    expect(card(page, "SHOP-1")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(card(page, "SHOP-3")).to_be_focused()
    page.keyboard.press("k")
    expect(card(page, "SHOP-2")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys on the board")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+k")
    page.get_by_role("dialog").get_by_role("textbox").fill("accents")
    page.get_by_role("dialog").get_by_text("SHOP-4 Search finds accents").click()
    expect(page).to_have_url(re.compile("card=SHOP-4"))
    expect(page.get_by_role("dialog", name="SHOP-4")).to_contain_text("SHOP-1")


def test_a_repository_is_trusted_where_the_board_is_set(
    server: Server, visit: Visit, boards: Boards, tmp_path: Path
) -> None:
    repository = make_repository(tmp_path / "hall")
    (repository / "CLAUDE.md").write_text("Be kind.\n")
    boards.create("hall", repository)
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, "/board/hall?do=settings")
    brought = page.get_by_role("region", name="What the repository brings")
    expect(brought).to_contain_text(str(repository / "CLAUDE.md"))
    expect(brought).to_contain_text("Not trusted")
    watched.shoot("board-trust-dark-1440-en")
    assert watched.axe() == []
    brought.get_by_role("button", name="Trust this repository").click()
    asked = page.get_by_role("dialog", name="Trust this repository?")
    expect(asked).to_contain_text("outside of the gate")
    asked.get_by_role("button", name="Trust this repository").click()
    expect(brought.get_by_role("button", name="Trust no longer")).to_be_visible()
    assert boards.ask("GET", "/api/boards/hall/trust")["state"] == "trusted"
    (repository / "CLAUDE.md").write_text("Be cruel.\n")
    phone = visit(viewport=PHONE, locale="pt-BR", color_scheme="light")
    page = phone.open(server.url, "/board/hall?do=settings")
    expect(page.get_by_text("Mudou desde a confiança")).to_be_visible()
    assert phone.fits()
    assert phone.axe() == []
    assert UNTRANSLATED.findall(page.evaluate(WORDS)) == []


def test_what_a_merge_leaves_out_is_said_beside_the_diff(
    server: Server, visit: Visit, boards: Boards, tmp_path: Path
) -> None:
    boards.create("left", make_repository(tmp_path / "left"), test=["echo 2 > src/price.py"])
    key = boards.card("left", "Another price")
    boards.run(key, onlyStage="test")
    run = boards.await_run(key, "completed", "failed")
    assert run["status"] == "completed"
    (server.rehearsal / "worktrees" / "left" / f"{key}-1" / "notes.txt").write_text("mine\n")
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, f"/board/left?card={key}&tab=diff")
    drawer = page.get_by_role("dialog", name=key)
    expect(drawer.get_by_role("button", name="src/price.py").first).to_be_visible()
    expect(drawer.get_by_role("note")).to_contain_text("1 file in the worktree is not committed")
    expect(drawer.get_by_role("note")).to_contain_text("notes.txt")
    watched.shoot("board-left-out-dark-1440-en")
    assert watched.axe() == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_board_is_usable_by_all(scheme: str, server: Server, visit: Visit, shop: str) -> None:
    watched = visit(color_scheme=scheme, viewport=WIDE)
    page = watched.open(server.url, f"/board/{shop}")
    expect(card(page, "SHOP-1")).to_be_visible()
    watched.shoot(f"board-{scheme}-1440-en")
    assert watched.axe() == []
    assert watched.fits()
    for opened in ("?card=SHOP-4", "?do=new", "?do=settings", "?do=keys"):
        watched.open(server.url, f"/board/{shop}{opened}")
        expect(page.get_by_role("dialog").first).to_be_visible()
        assert watched.axe() == [], opened


def test_a_phone_shows_one_column_at_a_time(server: Server, visit: Visit, shop: str) -> None:
    watched = visit(viewport=PHONE, has_touch=True, locale="pt-BR", color_scheme="dark")
    page = watched.open(server.url, f"/board/{shop}")
    expect(card(page, "SHOP-1")).to_be_visible()
    expect(page.locator("[data-column]")).to_have_count(1)
    watched.shoot("board-dark-390-pt-BR")
    assert watched.fits()
    assert watched.axe() == []
    assert UNTRANSLATED.findall(page.evaluate(WORDS)) == []
    page.get_by_role("button", name="Concluído").click()
    expect(page.locator("[data-column='done']")).to_be_visible()
    for opened in ("?card=SHOP-4", "?do=new", "?do=settings"):
        watched.open(server.url, f"/board/{shop}{opened}")
        expect(page.get_by_role("dialog").first).to_be_visible()
        assert watched.fits(), opened
        assert UNTRANSLATED.findall(page.evaluate(WORDS)) == [], opened


def test_a_thousand_cards_are_scrolled_with_few_of_them_drawn(
    server: Server, visit: Visit, boards: Boards, repository: Path
) -> None:
    boards.create("many", repository)
    for number in range(1000):
        boards.card("many", f"Card {number}", labels=["many"])
    page = visit(viewport=WIDE).open(server.url, "/board/many")
    cards = page.locator("[data-column='backlog'] [data-card]")
    expect(cards.first).to_have_attribute("data-card", "MANY-1")
    assert cards.count() < 60
    box = page.locator("[data-rfd-droppable-id='backlog']")
    looks = Looks(2 * PATIENCE, lambda: "the last card never came")
    while not page.locator("[data-card='MANY-1000']").count():
        box.evaluate("(each) => each.scrollBy(0, 4000)")
        page.wait_for_timeout(1000 * looks.pause())
    expect(page.locator("[data-card='MANY-1000']")).to_be_visible()
    assert cards.count() < 60
    boards.ask("DELETE", "/api/boards/many")
