"""Who may call what: every operation of the API, with every kind of credential. A new operation that stands in no
table here fails, so that somebody decides what it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import pytest

from sempre import clock
from sempre.access import OWNER, Principal, Scope, including
from tests.api.house import HERE, House
from tests.support.document import api_document

ANYBODY = {"healthz", "readyz"}
# What reads is open to whoever may read. What is sent changes something, and is listed by what it needs.
READ = {"logout", "note_visit", "test_policy"}
OPERATE = {
    "acknowledge_alert",
    "add_card_image",
    "approve_card_plan",
    "cancel_card",
    "cancel_turn",
    "clear_budget",  # raising one needs more: tests/api/test_budgets.py
    "clear_dead_letters",
    "comment_run",
    "create_backup",
    "create_card",
    "create_login_link",  # of no more than whoever makes it has
    "create_token",  # likewise
    "delete_card",
    "edit_card",
    "fork_worker_session",
    "move_card",
    "pause_channel",
    "purge_dead_letter",
    "put_directives",
    "put_policy_channel",  # widening needs more: tests/api/test_policy.py
    "put_policy_rules",  # likewise
    "put_board_trust",
    "put_worker_trust",  # giving it needs more: tests/api/test_trust.py
    "rebase_card",
    "remove_card_image",
    "remove_run_comment",
    "renew_alert_secret",
    "reset_worker_session",
    "resume_channel",
    "resume_everything",
    "resume_worker",
    "retry_card",
    "retry_dead_letter",
    "retry_turn",
    "revoke_token",  # of no more than one's own scopes
    "run_card",
    "send_card_back",
    "send_message",
    "send_prompt",
    "send_run_comments",
    "set_budget",
    "set_card_workflow_state",
    "set_connection",  # in place of another needs more: tests/api/test_connection.py
    "suspend_everything",
    "take_profile",
    "test_alert_webhook",
    "unstick_card",
    "verify_backup",
}
APPROVE = {
    "create_board",
    "decide_approval",
    "decide_policy_proposal",
    "delete_board",
    "discard_card_work",
    "merge_card",
    "put_board",
    "release_turn",
    "remove_connection",
    "remove_price",
    "set_price",
}
# Never ends by itself, so only its refusals are asked for here; tests/api/test_stream.py has the rest.
ENDLESS = {"stream_events"}
NOBODY = "01890000-0000-7000-8000-000000000000"

OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in api_document()["paths"].items()
    for method, operation in item.items()
}


def needed(name: str) -> Scope | None:
    if name in ANYBODY:
        return None
    if name in APPROVE:
        return Scope.APPROVE
    return Scope.OPERATE if name in OPERATE else Scope.READ


def address(path: str) -> str:
    return (
        path.replace("{id}", NOBODY)
        .replace("{channel}", "files:nobody")
        .replace("{name}", "nobody")
        .replace("{scope}", "day")
        .replace("{board}", "nobody")
        .replace("{card_id}", NOBODY)
        .replace("{image}", NOBODY)
        .replace("{comment}", NOBODY)
        .replace("{model}", "nothing")
    )


def test_somebody_decided_what_each_operation_needs() -> None:
    changing = {name for name, (method, _, _) in OPERATIONS.items() if method != "GET"}
    assert changing - READ - OPERATE - APPROVE == set(), "put them into the table of their scope"
    assert (READ | APPROVE) - set(OPERATIONS) == set()


def test_the_document_says_what_each_operation_needs() -> None:
    said = {name: each.get("x-scope") for name, (_, _, each) in OPERATIONS.items()}
    assert said == {name: needed(name) for name in OPERATIONS}


async def ask(client: httpx2.AsyncClient, name: str) -> httpx2.Response:
    """With a body that no operation understands, so that whoever may ask changes nothing."""
    method, path, operation = OPERATIONS[name]
    body = {"nonsense": 1} if "requestBody" in operation else None
    return await client.request(method, address(path), json=body)


def code(answer: httpx2.Response) -> str:
    try:
        return answer.json()["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return ""


@asynccontextmanager
async def showing(house: House, scope: Scope) -> AsyncIterator[httpx2.AsyncClient]:
    by = Principal(via="cookie", who="owner", scopes=OWNER)
    made = await house.parts.tokens.create(scope.value, [scope], by=by, expires_at=None)
    async with house.browser() as client:
        client.headers["authorization"] = f"Bearer {made.secret}"
        yield client


@pytest.mark.parametrize("scope", Scope)
async def test_a_token_may_what_its_scope_says_and_nothing_more(
    small_house: House, scope: Scope
) -> None:
    wrong: list[str] = []
    async with showing(small_house, scope) as client:
        for name in sorted(OPERATIONS):
            wanted = needed(name)
            allowed = wanted is None or wanted in including([scope])
            if allowed and name in ENDLESS:
                continue
            answer = await ask(client, name)
            refused = answer.status_code == 403 and code(answer) == "missing_scope"
            if refused == allowed or answer.status_code in {401, 500}:
                wrong.append(f"{name}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []


async def test_the_token_on_disk_may_operate_and_decides_nothing(small_house: House) -> None:
    async with small_house.operator() as client:
        answers = {name: await ask(client, name) for name in sorted(APPROVE & set(OPERATIONS))}
    assert {code(answer) for answer in answers.values()} == {"missing_scope"}


@pytest.mark.parametrize("kind", ["nobody", "stolen and revoked", "expired", "of another home"])
async def test_what_opens_nothing_opens_nothing_anywhere(small_house: House, kind: str) -> None:
    tokens = small_house.parts.tokens
    by = Principal(via="cookie", who="owner", scopes=OWNER)
    ends = clock.now() + timedelta(hours=1)
    made = await tokens.create("x", [Scope.APPROVE], by=by, expires_at=ends)
    headers = {"authorization": f"Bearer {made.secret}"}
    if kind == "nobody":
        headers = {}
    if kind == "of another home":
        headers = {"authorization": "Bearer sempre_token_" + "A" * 43}
    if kind == "stolen and revoked":
        await tokens.revoke(made.token.id)
    wrong: list[str] = []
    with clock.shifted(timedelta(hours=2 if kind == "expired" else 0)):
        async with small_house.browser() as client:
            client.headers.update(headers)
            for name in sorted(set(OPERATIONS) - ANYBODY):
                answer = await ask(client, name)
                if (answer.status_code, code(answer)) != (401, "unauthenticated"):
                    wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": HERE.replace("8377", "3000"), "sec-fetch-site": "same-site"},
    ],
)
async def test_another_page_does_nothing_with_the_owners_cookie(
    small_house: House, headers: dict[str, str]
) -> None:
    wrong: list[str] = []
    async with small_house.owner() as client:
        client.headers.update(headers)
        for name in sorted(set(OPERATIONS) - ANYBODY):
            answer = await ask(client, name)
            if (answer.status_code, code(answer)) != (403, "cross_origin"):
                wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


async def test_a_cookie_that_only_operates_decides_nothing(small_house: House) -> None:
    async with small_house.operator() as client:
        link = (await client.post("/api/login-links")).json()["url"]
    async with small_house.browser() as client:
        assert (await client.get(link.partition("8377")[2])).status_code == 303
        client.headers["origin"] = HERE
        answers = {name: await ask(client, name) for name in sorted(APPROVE & set(OPERATIONS))}
    assert {code(answer) for answer in answers.values()} == {"missing_scope"}
