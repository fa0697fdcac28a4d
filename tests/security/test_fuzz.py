"""The API fuzzed from its own OpenAPI document: no server error, and no answer that the document does not name.

Each operation gets input that fits the document, input that does not, and input for things that really are there.
The draws are the same on every run; those of `make soak` are many, and others each time (SEMPRE_FUZZ_DRAWS says how many).
"""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from schemathesis import Case, CheckFunction, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core import NotSet
from schemathesis.schemas import APIOperation
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sempre.access import OWNER, Principal
from sempre.api import create_app
from sempre.board import Request
from tests.api.board_rig import new_bench
from tests.api.house import HERE, House, build
from tests.support.document import api_document
from tests.support.store import CHANNEL, Store, opened

Drawn = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
DRAWS, DRAWS_OF_BODIES = 12, 8  # a body takes longer to draw than to answer
MANY = int(os.environ.get("SEMPRE_FUZZ_DRAWS", "200"))
DOCUMENT = api_document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {
    operation["operationId"]: (path, method)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
load_all_checks()
HELD = cast(
    "list[CheckFunction]",
    CHECKS.get_by_names(
        [
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_schema_conformance",
        ]
    ),
)


@dataclass
class Guest:
    """Whoever sends the drawn requests: with the owner's token, since a refusal would end each at the door."""

    runner: asyncio.Runner
    client: httpx2.AsyncClient
    there: dict[str, str]

    def send(self, case: Drawn) -> httpx2.Response:
        if case.operation.path == "/api/profile":
            case.body = _in_haste(case.body)
        given = case.as_transport_kwargs(headers=dict(self.client.headers))
        given.pop("cookies", None)
        if isinstance(given.get("data"), bytes | str):
            given["content"] = given.pop("data")
        try:
            return self.runner.run(self.client.request(**given))
        except httpx2.InvalidURL:  # so long that it never leaves a client
            reject()


@pytest.fixture(scope="module")
def guest(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    home = tmp_path_factory.mktemp("fuzzed")
    path = home / "small.sqlite"
    shutil.copy(migrated_file, path)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        yield runner.run(_enter(stack, runner, f"sqlite:///{path}", home))
        runner.run(stack.aclose())


async def _enter(stack: AsyncExitStack, runner: asyncio.Runner, url: str, home: Path) -> Guest:
    store = await stack.enter_async_context(opened(url))
    await store.inbox.open(CHANNEL)
    house = build(store, home)
    transport = httpx2.ASGITransport(
        _left_early(create_app(house.parts)), raise_app_exceptions=False
    )
    client = httpx2.AsyncClient(transport=transport, base_url=HERE)
    await stack.enter_async_context(client)
    client.headers["authorization"] = f"Bearer {await _token(house)}"
    (turn_id,) = await store.accept("a prompt")
    there = {"id": turn_id, "channel": CHANNEL, "name": "coder", "scope": "day", "model": "x*"}
    return Guest(runner, client, {**there, **await _board(store, house, home)})


async def _board(store: Store, house: House, home: Path) -> dict[str, str]:
    """A board with a card that runs. `cards` and `runs` stand for `id` in their addresses."""
    bench = await new_bench(store, house.parts.board, home)
    card = await bench.card()
    run_id = await house.parts.board.commands.run(card.id, Request(), by="owner")
    await bench.visit(run_id)
    return {
        "board": "shop",
        "card_id": card.key,
        "cards": card.key,
        "runs": run_id,
        "image": card.id,
        "comment": card.id,
    }


async def _token(house: House) -> str:
    owner = Principal(via="cookie", who="owner", scopes=OWNER)
    return (await house.parts.tokens.create("fuzz", OWNER, by=owner, expires_at=None)).secret


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_answers_as_its_document_says(guest: Guest, name: str) -> None:
    path, method = OPERATIONS[name]
    has_body = "requestBody" in DOCUMENT["paths"][path][method]
    _fuzz(guest, name, DRAWS_OF_BODIES if has_body else DRAWS, same=True)


@pytest.mark.soak
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_answers_so_whatever_it_is_sent(guest: Guest, name: str) -> None:
    _fuzz(guest, name, MANY, same=False)


def _fuzz(guest: Guest, name: str, draws: int, *, same: bool) -> None:
    path, method = OPERATIONS[name]

    @settings(
        max_examples=draws,
        derandomize=same,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=_cases(SCHEMA[path][method], guest.there))
    def answers(case: Drawn) -> None:
        case.validate_response(guest.send(case), checks=HELD)

    answers()


def _cases(operation: Operation, there: dict[str, str]) -> st.SearchStrategy[Drawn]:
    fits = operation.as_strategy(GenerationMode.POSITIVE)
    resource = operation.path.removeprefix("/api/").partition("/")[0]
    ours = {**there, "id": there.get(resource, there["id"])}
    known = {each.name: ours[each.name] for each in operation.path_parameters}
    if known:
        fits = fits | operation.as_strategy(GenerationMode.POSITIVE, path_parameters=known)
    try:
        return fits | operation.as_strategy(GenerationMode.NEGATIVE)
    except schemathesis.errors.InvalidSchema:
        return fits


def _in_haste(body: Any) -> Any:
    """A profile takes as many seconds as are asked for. What is asked in earnest takes the fewest there may be; nonsense
    stays as it is."""
    if isinstance(body, NotSet) or body is None:
        return {"seconds": 0.1}
    if not isinstance(body, dict):
        return body
    seconds = body.get("seconds", 10)
    try:
        earnest = isinstance(seconds, int | float | str) and 0.1 <= float(seconds) <= 120
    except ValueError:
        earnest = False
    return {**body, "seconds": 0.1} if earnest else body


def _left_early(app: ASGIApp) -> ASGIApp:
    """Live events never end: whoever reads them goes away after the first frame, or when none comes."""

    async def leaving(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/api/events":
            await app(scope, receive, send)
            return
        gone, chunks, given = asyncio.Event(), 0, False

        async def first_this_then_gone() -> Message:
            nonlocal given
            if not given:
                given = True
                return await receive()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def counted(message: Message) -> None:
            nonlocal chunks
            await send(message)
            if message["type"] == "http.response.body":
                chunks += 1
                asyncio.get_running_loop().call_later(0.2 if chunks == 1 else 0, gone.set)

        await app(scope, first_this_then_gone, counted)
        if chunks and not gone.is_set():
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return leaving
