"""The rooms that watch and those that set: each in both languages, themes and widths, and what a person does there."""

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
LONG = 120_000
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
ROOMS: Mapping[str, str] = {
    "spend": "/observability/spend",
    "spend-models": "/observability/spend?by=model",
    "failures-bulk": "/observability/failures",
    "timeline": "/observability/timeline",
    "alerts": "/observability/alerts?show=all",
    "settings-general": "/settings",
    "budgets": "/settings/budgets",
    "prices": "/settings/prices",
    "policies": "/settings/policies",
    "tokens": "/settings/tokens",
    "backups": "/settings/backups",
    "audit": "/settings/audit",
    "doctor": "/settings/doctor",
}
# A key that nobody translated looks like this.
UNTRANSLATED = re.compile(
    r"\b(?:report|dead|timeline|alerts|budgets|prices|policy|tokens|backups|audit|doctor|channel)"
    r"\.(?:[a-z]+[A-Z]\w*|about|lead|none|title|make|set|verify|again)\b"
)


@pytest.fixture(scope="module")
def filled(server: Server) -> Server:
    """Answers that cost something, a call that a rule refuses, and two failures."""
    server.drop(
        "sentinela", "01-report", '[[tool:Bash {"command": "ls -la"}]] [[say:All is well.]]'
    )
    server.drop("sentinela", "02-fails", "[[http:400]] Look at every file.")
    server.drop("sentinela", "03-fails", "[[http:400]] Look at every folder.")
    server.drop("sentinela", "04-again", "What is left to do?")
    server.await_answer("sentinela", 4)
    return server


@pytest.mark.parametrize(
    ("locale", "scheme", "viewport"),
    [("en-US", "dark", WIDE), ("pt-BR", "light", PHONE), ("en-US", "light", PHONE)],
)
def test_every_room_is_usable_by_all(
    locale: str, scheme: str, viewport: dict[str, int], filled: Server, visit: Visit
) -> None:
    watched = visit(locale=locale, color_scheme=scheme, viewport=viewport)
    for room, path in ROOMS.items():
        page = watched.open(filled.url, path)
        watched.shoot(f"{room}-{scheme}-{viewport['width']}-{locale}")
        assert watched.axe() == [], room
        assert watched.fits(), room
        assert UNTRANSLATED.findall(page.locator("main").inner_text()) == [], room


def test_no_table_is_scrolled_sideways_on_a_phone(filled: Server, visit: Visit) -> None:
    watched = visit(viewport=PHONE)
    for room in ("prices", "spend", "spend-models"):
        page = watched.open(filled.url, ROOMS[room])
        table = page.get_by_role("table")
        expect(table.get_by_role("row").last).to_be_visible()
        assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth"), room
    page = watched.open(filled.url, ROOMS["prices"])
    expect(page.get_by_role("button", name="Change").first).to_be_in_viewport(ratio=1)


def test_settings_are_folded_found_and_linked_to(filled: Server, visit: Visit) -> None:
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(filled.url, "/settings")
    setting = page.get_by_role("link", name="alerts.webhook_url")
    expect(page.locator("summary").filter(has_text="[alerts]")).to_be_visible()
    expect(setting).to_be_hidden()
    page.get_by_role("textbox", name="Find a setting").fill("Webhook_URL")
    expect(setting).to_be_visible()
    expect(page.locator("summary")).to_have_count(1)
    setting.click()
    expect(page).to_have_url(re.compile("#alerts.webhook_url$"))
    page.reload()
    expect(setting).to_be_in_viewport()
    expect(page.get_by_role("link", name="server.port")).to_be_hidden()
    page.get_by_role("button", name="Unfold all").click()
    expect(page.get_by_role("link", name="server.port")).to_be_visible()
    watched.shoot("settings-unfolded-dark-1440-en-US")
    assert watched.axe() == []
    page.get_by_role("button", name="Fold all").click()
    expect(setting).to_be_hidden()


def test_spend_is_narrowed_and_taken_along(filled: Server, visit: Visit) -> None:
    page = visit(viewport=WIDE).open(filled.url, "/failures")
    expect(page).to_have_url(re.compile("/observability/failures"))
    page.get_by_role("link", name="Spend", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Spend")).to_be_visible()
    page.get_by_text("7 days", exact=True).click()
    page.get_by_text("Turn", exact=True).click()
    expect(page).to_have_url(re.compile(r"by=turn.*since=|since=.*by=turn"))
    expect(page.get_by_role("table", name="Sums")).to_contain_text("sentinela")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    assert download.value.suggested_filename.startswith("sempre-spend-by-turn-")
    assert download.value.path().read_text("utf-8").startswith("turn,calls,")


def test_failures_are_counted_before_they_are_thrown_away(filled: Server, visit: Visit) -> None:
    watched = visit(viewport=WIDE)
    page = watched.open(filled.url, "/observability/failures")
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("button", name="Throw away all that match").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Throw away 2 failures?")
    watched.shoot("failures-confirm-light-1440-en-US")
    assert watched.axe() == []
    dialog.get_by_role("button", name="Throw away 2").click()
    expect(page.get_by_text("No failures.")).to_be_visible()


def test_the_timeline_is_live_and_opens(filled: Server, visit: Visit) -> None:
    page = visit(viewport=WIDE).open(filled.url, "/observability/timeline?kind=turn")
    rows = page.get_by_role("list", name="Timeline").get_by_role("button")
    expect(rows.filter(has_text="turn.ended").first).to_be_visible()
    expect(rows.filter(has_text="session.")).to_have_count(0)
    filled.drop("sentinela", "05-live", "[[say:seen live]]")
    fresh = rows.filter(has_text="[[say:seen live]]").first
    expect(fresh).to_be_visible()
    fresh.click()
    expect(page.get_by_role("list", name="Timeline")).to_contain_text('"head"')


def test_a_budget_says_what_raising_it_does(filled: Server, visit: Visit) -> None:
    watched = visit(viewport=WIDE)
    page = watched.open(filled.url, "/settings/budgets")
    day = page.get_by_role("listitem").filter(has=page.get_by_text("A day", exact=True))
    set_dollars(page, day, "5", "Save")
    expect(day).to_contain_text("$5.00")
    day.get_by_role("button", name="Set", exact=True).click()
    form = page.get_by_role("dialog", name="A day")
    form.get_by_role("textbox", name="Dollars").fill("20")
    expect(form).to_contain_text("This lets more be spent than before")
    watched.shoot("budget-form-light-1440-en-US")
    assert watched.axe() == []
    form.get_by_role("button", name="Raise").click()
    expect(day).to_contain_text("$20.00")
    day.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(day).to_contain_text("As sempre.toml says.")


def test_a_rule_is_tried_written_and_tried_again(filled: Server, visit: Visit) -> None:
    watched = visit(viewport=WIDE, color_scheme="light")
    page = watched.open(filled.url, "/settings/policies")
    tester = page.get_by_role("form", name="Try a call")
    tester.get_by_role("textbox", name="Command").fill("make test")
    tester.get_by_role("button", name="Try").click()
    outcome = tester.get_by_role("status")
    expect(outcome).to_contain_text("Would wait for a person")
    page.get_by_role("button", name="Add a rule").click()
    form = page.get_by_role("dialog", name="Add a rule")
    form.get_by_text("Allow", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("allows every call")
    form.get_by_role("textbox", name="Command").fill("make test")
    expect(form.get_by_role("alert")).to_have_count(0)
    form.get_by_role("button", name="Take over").click()
    page.get_by_role("button", name="Save the rules").click()
    page.get_by_role("dialog").get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("Not saved yet.")).to_have_count(0)
    tester.get_by_role("button", name="Try").click()
    expect(outcome).to_contain_text("Would run")
    watched.settle()
    watched.shoot("policies-rule-light-1440-en-US")
    assert watched.axe() == []


def test_a_channel_is_left_unattended_only_after_a_question(filled: Server, visit: Visit) -> None:
    page = visit(viewport=WIDE).open(filled.url, "/settings/policies")
    page.get_by_role("combobox", name="When nobody decides on files:sentinela").click()
    page.get_by_role("option", name="Is allowed, unattended").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Leave files:sentinela unattended?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("main").get_by_text("Unattended", exact=True)).to_have_count(0)


def test_a_token_is_shown_once_and_revoked(filled: Server, visit: Visit) -> None:
    watched = visit(viewport=WIDE)
    page = watched.open(filled.url, "/settings/tokens")
    page.get_by_role("textbox", name="Name").fill("ci of the page")
    page.get_by_role("radio", name="Operate").check()
    page.get_by_role("button", name="Create a token").click()
    shown = page.get_by_role("status").filter(has_text="shown now and never again")
    expect(shown).to_be_visible()
    watched.shoot("token-secret-light-1440-en-US")
    page.get_by_role("button", name="I have kept it").click()
    token = page.get_by_role("listitem").filter(has_text="ci of the page")
    expect(token).to_contain_text("Operate")
    token.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(token).to_have_count(0)
    page.get_by_role("switch", name="Also show 1 that is no longer valid").click()
    expect(token).to_contain_text("Revoked")


def test_a_backup_is_made_and_proven(filled: Server, visit: Visit) -> None:
    watched = visit(viewport=WIDE)
    page = watched.open(filled.url, "/settings/backups")
    page.get_by_role("button", name="Make one now").click()
    made = page.get_by_role("listitem").filter(has_text="manual").first
    expect(made).to_contain_text("Proven")
    watched.shoot("backups-made-light-1440-en-US")
    assert watched.axe() == []


def test_the_trail_is_whole_and_filtered(filled: Server, visit: Visit) -> None:
    watched = visit(viewport=WIDE)
    page = watched.open(filled.url, "/settings/audit?what=action.")
    records = page.get_by_role("list", name="Audit").get_by_role("button")
    expect(records.filter(has_text="action.judged").first).to_be_visible()
    expect(records.filter(has_text="turn.ended")).to_have_count(0)
    page.get_by_role("button", name="Check every record").click()
    expect(page.get_by_role("region", name="Is it whole?")).to_contain_text("Whole")
    records.first.click()
    watched.shoot("audit-whole-light-1440-en-US")
    assert watched.axe() == []


def test_a_price_of_ones_own_goes_before_the_shipped_one(filled: Server, visit: Visit) -> None:
    page = visit(viewport=WIDE).open(filled.url, "/settings/prices")
    page.get_by_role("button", name="Add a price").click()
    form = page.get_by_role("dialog", name="Add a price")
    form.get_by_role("textbox", name="Model").fill("house-model-*")
    for rate in ("Input", "Output", "Cache read", "Cache write", "Cache write, 1 h"):
        form.get_by_role("textbox", name=rate, exact=True).fill("2.5")
    form.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="house-model-*")
    expect(row).to_contain_text("Yours")
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)


def set_dollars(page: Page, budget: Locator, dollars: str, button: str) -> None:
    budget.get_by_role("button", name="Set", exact=True).click()
    form = page.get_by_role("dialog", name="A day")
    form.get_by_role("textbox", name="Dollars").fill(dollars)
    form.get_by_role("button", name=button).click()
    expect(form).to_have_count(0)


def test_an_alert_is_seen_and_stays_in_the_history(filled: Server, visit: Visit) -> None:
    # Its own spending: what the others spent may have been yesterday's.
    filled.drop("spender", "01-spends", "[[say:This was not free.]]")
    filled.await_answer("spender", 1)
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(filled.url, "/settings/budgets")
    day = page.get_by_role("listitem").filter(has=page.get_by_text("A day", exact=True))
    set_dollars(page, day, "0.0001", "Save")
    page.goto(f"{filled.url}/dashboard/observability/alerts")
    alert = page.get_by_role("article").filter(has_text="Budget")
    expect(alert).to_be_visible(timeout=LONG)
    watched.shoot("alerts-open-dark-1440-en-US")
    assert watched.axe() == []
    alert.get_by_role("button", name="I have seen it").click()
    expect(alert).to_contain_text("Seen by owner")
    page.goto(f"{filled.url}/dashboard/settings/budgets")
    day.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(day).to_contain_text("As sempre.toml says.")
    page.goto(f"{filled.url}/dashboard/observability/alerts?show=all")
    expect(alert).to_contain_text("Over", timeout=LONG)
