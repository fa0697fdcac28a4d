"""FastAPI's private parts are as `late_building` takes them to be: declaring a route builds nothing, a request does."""

import subprocess
import sys
from typing import Annotated

import httpx2
import pytest
from fastapi import FastAPI, Query, utils
from fastapi._compat import shared
from fastapi.routing import APIRoute
from pydantic import v1

from sempre.api.late_routes import LateRoute
from sempre.api.schema import Form, View


class Asked(Form):
    word: str


class Said(View):
    words: list[str]


def declare() -> tuple[FastAPI, APIRoute]:
    app = FastAPI()

    @app.post("/say")
    def say(asked: Asked, times: Annotated[int, Query(ge=1)] = 1) -> Said:
        return Said(words=[asked.word] * times)

    (route,) = [each for each in app.routes if getattr(each, "path", "") == "/say"]
    assert isinstance(route, APIRoute)
    return app, route


async def test_a_route_is_built_by_its_first_request() -> None:
    app, route = declare()
    fields = [route.response_field, route.body_field, *route.dependant.query_params]
    assert all(each is not None for each in fields)
    assert not any("_type_adapter" in vars(each) for each in fields)
    assert not Asked.__pydantic_complete__
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        said = await client.post("/say", params={"times": 2}, json={"word": "yes"})
        assert said.json() == {"words": ["yes", "yes"]}
        assert (await client.post("/say", params={"times": 0}, json={"word": 1})).status_code == 422
    assert all("_type_adapter" in vars(each) for each in fields)


def declare_two() -> tuple[FastAPI, LateRoute, LateRoute]:
    app = FastAPI()

    @app.get("/words/{word}/length")
    def length(word: str) -> int:
        return len(word)

    @app.delete("/words/{word}")
    def delete(word: str) -> str:
        return word

    one, other = (each for each in app.routes if isinstance(each, LateRoute))
    return app, one, other


def is_built(route: LateRoute) -> bool:
    return "dependant" in vars(route)


async def test_a_route_that_nobody_asked_for_is_not_built() -> None:
    app, one, other = declare_two()
    one.unique_id = "said since"
    assert not is_built(one)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/elsewhere")).status_code == 404
        assert (await client.get("/words/four/other")).status_code == 404
        assert not is_built(one)
        assert (await client.get("/words/four/length")).json() == 4
        assert is_built(one)
        assert not is_built(other)
        refused = await client.post("/words/four/length")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
        assert (await client.delete("/words/four")).json() == "four"
    assert one.unique_id == "said since"
    assert other.unique_id == "delete_words__word__delete"


def test_the_document_has_what_nobody_asked_for_yet() -> None:
    app, one, _ = declare_two()
    assert set(app.openapi()["paths"]) == {"/words/{word}", "/words/{word}/length"}
    assert is_built(one)


def test_a_route_has_no_more_than_it_would_have() -> None:
    _, one, _ = declare_two()
    for _ in range(2):
        with pytest.raises(AttributeError, match="no such_thing"):
            _ = one.such_thing


def test_what_only_the_document_needs_is_imported_for_it(
    clean_environment: dict[str, str],
) -> None:
    lines = (
        "import sys",
        "from sempre.api import late_building",
        "from fastapi import FastAPI",
        "app = FastAPI()",
        "@app.get('/')",
        "def say(word: str) -> list[str]: return [word]",
        "print('fastapi.openapi.models' in sys.modules, end=' ')",
        "print(*app.openapi()['paths'], 'fastapi.openapi.models' in sys.modules, end=' ')",
        "print(any(name.startswith(('fastapi.security', 'opentelemetry.trace')) for name in sys.modules))",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env=clean_environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["False", "/", "True", "False"], done.stderr


def test_no_model_of_pydantic_1_is_looked_for() -> None:
    assert not utils.annotation_is_pydantic_v1(Asked)  # pyright: ignore[reportPrivateImportUsage]  (as where it is changed)
    assert shared.annotation_is_pydantic_v1(v1.BaseModel)  # this is what is not asked
