"""A decision on an open page whose server is away, or whose answer gets lost: none is lost unsaid, none counts twice."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.end_to_end.control_room.asking import PATIENCE, ask, await_made, in_hand, made
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
DECISION = re.compile(r"/api/approvals/[^/]+/decision$")


@pytest.fixture(scope="module", autouse=True)
def workers(server: Server) -> None:
    server.add_worker("coder")


def trailed(page: Page, name: str) -> list[dict[str, Any]]:
    """What the trail has of decisions about the call that makes this folder."""
    answer = page.request.get(f"{page.url.split('/dashboard')[0]}/api/audit?what=approval.decided")
    return [each for each in answer.json()["items"] if name in str(each["details"])]


def test_a_server_that_is_away_is_said_and_the_call_is_decided_once_it_is_back(
    server: Server, visit: Visit
) -> None:
    watched = visit(color_scheme="dark")
    ask(server, "coder", "git init while-away")
    page = watched.open(server.url, "/approvals")
    card = in_hand(page, "git init while-away")
    expect(card).to_contain_text("No process waits", timeout=PATIENCE)
    server.kill()
    page.keyboard.press("a")
    said = card.get_by_role("alert")
    expect(said).to_contain_text("Not decided: the server does not answer.", timeout=PATIENCE)
    watched.shoot("approvals-server-away-dark-1280-en")
    assert watched.axe() == []
    page.keyboard.press("r")
    page.get_by_label("Why not").fill("Words that must not get lost.")
    page.keyboard.press("Control+Enter")
    expect(said).to_contain_text("Not decided")
    expect(page.get_by_label("Why not")).to_have_value("Words that must not get lost.")
    page.get_by_role("button", name="Cancel").click()

    server.start()
    expect(page.get_by_role("banner").get_by_text("Live")).to_be_visible(timeout=PATIENCE)
    in_hand(page, "git init while-away")
    assert not made(server, "coder", "while-away").exists()
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible(timeout=PATIENCE)
    await_made(server, "coder", "while-away")
    assert len(trailed(page, "while-away")) == 1


def test_a_decision_whose_answer_gets_lost_counts_and_is_seen_to(
    server: Server, visit: Visit
) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    watched = visit()
    ask(server, "coder", "git init no-answer", "lost")
    page = watched.open(server.url, "/approvals")
    in_hand(page, "git init no-answer")
    page.route(DECISION, lose)
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible(timeout=PATIENCE)
    await_made(server, "coder", "no-answer")
    assert len(trailed(page, "no-answer")) == 1


def test_what_somebody_else_decided_meanwhile_is_not_taken_for_ones_own(
    server: Server, visit: Visit
) -> None:
    def refused_by_another(route: Route) -> None:
        answer = page.request.post(
            route.request.url, data={"decision": "refuse"}, headers={"origin": server.url}
        )
        assert answer.ok, answer.text()
        route.abort()

    watched = visit()
    ask(server, "coder", "git init other-one", "other")
    page = watched.open(server.url, "/approvals")
    in_hand(page, "git init other-one")
    page.route(DECISION, refused_by_another, times=1)
    page.keyboard.press("a")
    expect(page.get_by_text("This was refused by owner")).to_be_visible(timeout=PATIENCE)
    server.await_answer("coder", 3)
    assert not made(server, "coder", "other-one").exists()


def test_a_decision_that_never_arrived_is_said_and_made_again(server: Server, visit: Visit) -> None:
    watched = visit(locale="pt-BR")
    ask(server, "coder", "git init not-sent", "sent")
    page = watched.open(server.url, "/approvals")
    card = page.get_by_role("article").filter(has_text="git init not-sent")
    approve = card.get_by_role("button", name="Aprovar", exact=False).first
    expect(approve).to_have_attribute("aria-disabled", "false", timeout=PATIENCE)
    page.route(DECISION, lambda route: route.abort())
    approve.click()
    expect(card.get_by_role("alert")).to_contain_text("a conexão caiu antes", timeout=PATIENCE)
    page.unroute(DECISION)

    page.context.set_offline(True)
    approve.click()
    expect(card.get_by_role("alert")).to_contain_text("o servidor não responde", timeout=PATIENCE)
    page.context.set_offline(False)
    expect(page.get_by_role("banner").get_by_text("Ao vivo")).to_be_visible(timeout=PATIENCE)
    expect(card).to_be_visible()
    assert trailed(page, "not-sent") == [], "nothing is sent unseen later"
    approve.click()
    expect(page.get_by_text("Nada espera por você.")).to_be_visible(timeout=PATIENCE)
    await_made(server, "coder", "not-sent")
    assert len(trailed(page, "not-sent")) == 1
