from datetime import timedelta

import httpx2
import pytest

from sempre import clock
from tests.api.house import HERE, House
from tests.support.document import api_document

UNSAFE = {"sec-fetch-site": "cross-site"}
OPEN = {"/healthz", "/readyz"}


def guarded() -> list[tuple[str, str]]:
    return [
        (method.upper(), path.replace("{id}", "x").replace("{name}", "x"))
        for path, item in api_document()["paths"].items()
        for method in item
        if path not in OPEN
    ]


@pytest.mark.parametrize(("method", "path"), guarded())
async def test_without_a_login_every_operation_is_refused(
    small_house: House, method: str, path: str
) -> None:
    async with small_house.browser() as client:
        answer = await client.request(method, path)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/openapi.json", "/api/nothing"])
async def test_what_lies_below_api_cannot_be_explored_without_a_login(
    small_house: House, path: str
) -> None:
    async with small_house.browser() as client:
        assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize("path", sorted(OPEN))
async def test_health_needs_no_login(small_house: House, path: str) -> None:
    async with small_house.browser() as client:
        assert (await client.get(path)).status_code == 200


async def test_the_local_token_operates(small_house: House) -> None:
    async with small_house.operator() as client:
        assert (await client.get("/api/status")).status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer ", "Basic {token}", "{token}", "Bearer {token}x", "Bearer é"]
)
async def test_anything_but_the_token_is_refused(small_house: House, header: str) -> None:
    async with small_house.browser() as client:
        given = header.replace("{token}", small_house.token).encode("latin-1")
        answer = await client.get("/api/status", headers={b"authorization": given})
    assert answer.status_code == 401


async def test_the_token_of_an_earlier_start_is_worthless(small_house: House) -> None:
    old = small_house.token
    small_house.parts.local_token.renew()
    async with small_house.browser() as client:
        answer = await client.get("/api/status", headers={"authorization": f"Bearer {old}"})
    assert answer.status_code == 401


async def test_a_cookie_opens_and_logging_out_closes(small_house: House) -> None:
    async with small_house.owner() as client:
        assert (await client.get("/api/status")).status_code == 200
        kept = dict(client.cookies)
        answer = await client.post("/api/logout")
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
        client.cookies.update(kept)
        assert (await client.get("/api/status")).status_code == 401


async def test_a_cookie_ends_a_month_after_its_last_use(small_house: House) -> None:
    async with small_house.owner() as client:
        for _ in range(3):
            clock.shift(timedelta(days=29))
            assert (await client.get("/api/status")).status_code == 200
        clock.shift(timedelta(days=31))
        assert (await client.get("/api/status")).status_code == 401
    clock.shift(timedelta(days=-3 * 29 - 31))


CHANGES = [("POST", "/api/logout"), ("PUT", "/api/connection"), ("DELETE", "/api/connection")]


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://localhost"},
        {"origin": "http://localhost:8377.evil.example"},
        {"origin": "http://127.0.0.1:8377"},
        {"origin": HERE, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
async def test_another_page_cannot_change_anything_with_the_cookie(
    small_house: House, method: str, path: str, headers: dict[str, str]
) -> None:
    async with small_house.owner() as client:
        del client.headers["origin"]
        answer = await client.request(method, path, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "cross_origin"
        assert (await client.get("/api/status")).status_code == 200, "still logged in"


@pytest.mark.parametrize("headers", [{"origin": HERE}, {"sec-fetch-site": "same-origin"}])
async def test_our_own_page_changes_things_with_the_cookie(
    small_house: House, headers: dict[str, str]
) -> None:
    async with small_house.owner() as client:
        del client.headers["origin"]
        assert (await client.post("/api/logout", headers=headers)).status_code == 204


async def test_behind_tls_the_secure_origin_is_ours_too(small_house: House) -> None:
    async with small_house.owner() as client:
        headers = {"origin": "https://localhost:8377"}
        assert (await client.post("/api/logout", headers=headers)).status_code == 204


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_page_cannot_even_read_with_the_cookie(small_house: House, site: str) -> None:
    async with small_house.owner() as client:
        answer = await client.get("/api/status", headers={"sec-fetch-site": site})
    assert answer.status_code == 403


async def test_a_token_needs_no_origin_since_no_browser_adds_it_by_itself(
    small_house: House,
) -> None:
    async with small_house.operator() as client:
        answer = await client.post("/api/logout", headers={"origin": "http://evil.example"})
    assert answer.status_code == 204


async def test_nothing_is_said_to_other_origins_about_reading(small_house: House) -> None:
    async with small_house.browser() as client:
        preflight = {"origin": "http://evil.example", "access-control-request-method": "POST"}
        answers = [
            await client.options("/api/status", headers=preflight),
            await client.get("/healthz", headers={"origin": "http://evil.example"}),
        ]
    assert not any(cors(answer) for answer in answers)


def cors(answer: httpx2.Response) -> list[str]:
    return [name for name in answer.headers if name.startswith("access-control-")]


async def test_two_homes_on_one_machine_keep_their_cookies_apart(small_house: House) -> None:
    from dataclasses import replace

    small_house.parts = replace(small_house.parts, cookie="sempre_session_other")
    async with small_house.owner() as client:
        assert list(client.cookies) == ["sempre_session_other"]
        assert (await client.get("/api/status")).status_code == 200
