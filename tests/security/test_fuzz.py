"""The API fuzzed from its own OpenAPI document: no server error, and no answer that the document does not name.

Each operation gets input that fits the document, input that does not, and input for things that really are there.
The draws are the same on every run. Live events never end; tests/api/test_stream.py has their odd input.
"""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, CheckFunction, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.schemas import APIOperation

from sempre.access import OWNER, Principal
from sempre.board import Request
from tests.api.board_rig import new_bench
from tests.api.house import House, build
from tests.support.document import api_document
from tests.support.store import CHANNEL, Store, opened

Drawn = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
EXAMPLES = 6
ENDLESS = {"stream_events"}
SECONDS = {
    "take_profile"
}  # measures for whole seconds; tests/api/test_profile.py has its odd input
DOCUMENT = api_document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {
    operation["operationId"]: (path, method)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if operation["operationId"] not in ENDLESS | SECONDS
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
        given = case.as_transport_kwargs(headers=dict(self.client.headers))
        given.pop("cookies", None)
        if isinstance(given.get("data"), bytes | str):
            given["content"] = given.pop("data")
        return self.runner.run(self.client.request(**given))


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
    client = await stack.enter_async_context(house.browser())
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

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
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
