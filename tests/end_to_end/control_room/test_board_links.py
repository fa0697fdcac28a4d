"""Links into a board, pictures that are pasted and dropped, and a card without a mouse."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.control_room.boards import Boards, make_repository
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server
from tests.end_to_end.control_room.test_board import PHONE, PIXEL, WIDE, card
from tests.support.patience import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
COPIES = """async () => {
  const canvas = new OffscreenCanvas(4, 4);
  canvas.getContext('2d').fillRect(0, 0, 4, 4);
  const png = await canvas.convertToBlob({ type: 'image/png' });
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
}"""
HOLDS = """([name, type, bytes]) => {
  const held = new DataTransfer();
  held.items.add(new File([new Uint8Array(bytes)], name, { type }));
  return held;
}"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("repositories") / "shop")


@pytest.fixture(scope="module")
def shop(boards: Boards, repository: Path) -> str:
    boards.create("shop", repository)
    for title in ("Retry policy", "Dark theme", "Export orders"):
        boards.card("shop", title)
    return "shop"


def drawer(page: Page, key: str) -> Locator:
    return page.get_by_role("dialog", name=key, exact=True)


def drop(page: Page, place: Locator, name: str, mime: str, content: bytes) -> None:
    held = page.evaluate_handle(HOLDS, [name, mime, list(content)])
    place.dispatch_event("dragover", {"dataTransfer": held})
    place.dispatch_event("drop", {"dataTransfer": held})


def test_a_link_without_a_board_leads_to_the_card_that_it_names(
    server: Server, visit: Visit, shop: str, boards: Boards, repository: Path
) -> None:
    page = visit(viewport=WIDE).open(server.url, "/board?card=SHOP-2&tab=runs")
    expect(drawer(page, "SHOP-2")).to_contain_text("Dark theme")
    expect(page).to_have_url(re.compile(r"/board/shop\?card=SHOP-2&tab=runs"))
    boards.create("depot", repository)
    boards.card("depot", "Count the boxes")
    page.goto(f"{server.url}/dashboard/board?card=DEPOT-1")
    expect(drawer(page, "DEPOT-1")).to_contain_text("Count the boxes")
    expect(page).to_have_url(re.compile("/board/depot"))
    # A card that stands on another board than the link says is found there too.
    page.goto(f"{server.url}/dashboard/board/shop?card=DEPOT-1&tab=plan")
    expect(drawer(page, "DEPOT-1")).to_contain_text("Count the boxes")
    expect(page).to_have_url(re.compile(r"/board/depot\?card=DEPOT-1&tab=plan"))
    page.goto(f"{server.url}/dashboard/board?card=SHOP-99")
    expect(page.get_by_text("There is no card SHOP-99.")).to_be_visible()
    expect(page.get_by_role("link", name="Depot")).to_be_visible()
    boards.ask("DELETE", "/api/boards/depot")


def test_a_link_to_what_is_gone_says_so_and_leads_on(
    server: Server, visit: Visit, shop: str
) -> None:
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, f"/board/{shop}?card=SHOP-99")
    expect(drawer(page, "SHOP-99")).to_contain_text("There is no card SHOP-99.")
    assert watched.axe() == []
    drawer(page, "SHOP-99").get_by_role("button", name="Back to the board").click()
    expect(drawer(page, "SHOP-99")).to_have_count(0)
    expect(card(page, "SHOP-1")).to_be_visible()
    watched.open(server.url, "/board/depot?card=SHOP-2")
    expect(page.get_by_text("There is no board “depot”.")).to_be_visible()
    watched.shoot("board-gone-dark-1440-en")
    assert watched.axe() == []
    page.get_by_role("link", name="Go to the boards").click()
    expect(drawer(page, "SHOP-2")).to_contain_text("Dark theme")


def test_pictures_are_pasted_and_dropped(
    server: Server, visit: Visit, shop: str, boards: Boards
) -> None:
    page = visit(viewport=WIDE).open(server.url, f"/board/{shop}?do=new")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    form = page.get_by_role("dialog", name="New card")
    form.get_by_label("Title").fill("It looks wrong")
    page.evaluate(COPIES)
    form.get_by_label("Description").press("ControlOrMeta+v")
    expect(form.get_by_text("image.png")).to_be_visible()
    place = form.get_by_text("or paste or drop them here")
    drop(page, place, "notes.txt", "text/plain", b"words")
    expect(page.get_by_text("Only PNG, JPEG, GIF and WebP pictures")).to_be_visible()
    drop(page, place, "dropped.png", "image/png", PIXEL)
    expect(form.get_by_text("dropped.png")).to_be_visible()
    expect(form.get_by_role("listitem")).to_have_count(2)
    form.get_by_role("button", name="Create the card").click()
    expect(page.get_by_role("link", name="It looks wrong")).to_be_visible()
    key = boards.column(shop, "backlog")[-1]
    card(page, key).press("Enter")
    for name in ("image.png", "dropped.png"):
        shown = drawer(page, key).get_by_role("img", name=name)
        expect(shown).to_be_visible()
        expect(shown).not_to_have_js_property("naturalWidth", 0)

    # Of a card that is there, each goes to it at once.
    drawer(page, key).get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name=f"Edit {key}")
    for name in ("image.png", "dropped.png"):
        expect(form.get_by_role("img", name=name)).to_be_visible()
    place = form.get_by_text("or paste or drop them here")
    other = PIXEL + b"\0"  # the same bytes would be the same picture
    drop(page, place, "third.png", "image/png", other)
    expect(form.get_by_role("img", name="third.png")).to_be_visible()
    form.get_by_role("button", name="Remove dropped.png").click()
    expect(form.get_by_role("img", name="dropped.png")).to_have_count(0)
    images = boards.ask("GET", f"/api/cards/{key}/images")
    assert [each["name"] for each in images] == ["image.png", "third.png"]
    boards.ask("DELETE", f"/api/cards/{key}")


def test_a_card_is_opened_moved_edited_and_left_without_a_mouse(
    server: Server, visit: Visit, shop: str, boards: Boards
) -> None:
    page = visit(viewport=WIDE).open(server.url, f"/board/{shop}")
    card(page, "SHOP-3").focus()
    page.keyboard.press("c")
    expect(page.get_by_text("SHOP-3 does not run.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(drawer(page, "SHOP-3")).to_be_visible()
    page.keyboard.press("m")
    form = page.get_by_role("dialog", name="Move SHOP-3")
    expect(form.get_by_label("Column").first).to_be_focused()
    page.keyboard.press("m")
    expect(form).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    page.keyboard.press("e")
    edit = page.get_by_role("dialog", name="Edit SHOP-3")
    edit.get_by_label("Title").press("End")
    page.keyboard.type(" by rem")
    page.keyboard.press("Enter")
    expect(drawer(page, "SHOP-3")).to_contain_text("Export orders by rem")
    drawer(page, "SHOP-3").get_by_role("button", name="What to do with SHOP-3").press("Enter")
    page.get_by_role("menuitem", name="Move to…").press("Enter")
    form.get_by_label("Place").fill("1")
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)
    page.keyboard.press("Escape")
    expect(drawer(page, "SHOP-3")).to_have_count(0)
    wait_until(lambda: boards.column(shop, "backlog")[0] == "SHOP-3")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_dialog_of_the_board_is_usable_by_all(
    scheme: str, server: Server, visit: Visit, shop: str
) -> None:
    watched = visit(viewport=WIDE, color_scheme=scheme)
    page = watched.open(server.url, f"/board/{shop}")
    asked = {
        "m": "Move SHOP-1",
        "e": "Edit SHOP-1",
        "?": "Keys on the board",
        "n": "New card",
    }
    for key, name in asked.items():
        card(page, "SHOP-1").focus()
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        assert watched.axe() == [], name
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog", name=name)).to_have_count(0)
    for name in ("What to do with SHOP-1", "More of this board"):
        page.get_by_role("button", name=name).press("Enter")
        expect(page.get_by_role("menu").get_by_role("menuitem").first).to_be_focused()
        assert watched.axe() == [], name
        page.keyboard.press("Escape")
        expect(page.get_by_role("menu")).to_have_count(0)
    card(page, "SHOP-1").get_by_role("button", name="What to do with SHOP-1").press("Enter")
    page.get_by_role("menuitem", name="Delete").press("Enter")
    expect(page.get_by_role("dialog", name="Delete SHOP-1?")).to_be_visible()
    assert watched.axe() == [], "the question"
    page.keyboard.press("Escape")
    watched.open(server.url, f"/board/{shop}?card=SHOP-1")
    drawer(page, "SHOP-1").get_by_role("button", name="Run from…").click()
    expect(page.get_by_role("form", name="Run from…")).to_be_visible()
    watched.shoot(f"card-run-from-{scheme}-1440-en")
    assert watched.axe() == [], "run from"


def test_long_words_stay_within_a_phone(
    server: Server, visit: Visit, shop: str, boards: Boards
) -> None:
    key = boards.card(
        shop,
        "AVeryLongNameWithoutAnySpaces" * 5,
        description=f"`{'x' * 300}`\n\n| a | b |\n|---|---|\n| {'y' * 200} | c |\n",
        labels=["l" * 40, "another label of several words"],
    )
    watched = visit(viewport=PHONE, has_touch=True, locale="pt-BR", color_scheme="light")
    page = watched.open(server.url, f"/board/{shop}")
    expect(card(page, key)).to_be_visible()
    assert watched.fits()
    for tab in ("overview", "plan", "runs"):
        watched.open(server.url, f"/board/{shop}?card={key}&tab={tab}")
        expect(drawer(page, key)).to_be_visible()
        watched.shoot(f"card-long-{tab}-light-390-pt-BR")
        assert watched.fits(), tab
        assert drawer(page, key).evaluate("each => each.scrollWidth <= each.clientWidth"), tab
        assert watched.axe() == [], tab
    boards.ask("DELETE", f"/api/cards/{key}")
