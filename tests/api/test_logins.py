import asyncio
from datetime import datetime, timedelta

import httpx2
import pytest

from sempre import clock
from sempre.access import OWNER, Scope, including
from tests.api.house import HERE, House


async def opened(house: House, path: str, **headers: str) -> httpx2.Response:
    async with house.browser() as client:
        return await client.get(path, headers=headers)


async def test_a_link_becomes_a_cookie_that_no_script_and_no_other_site_gets(
    small_house: House,
) -> None:
    link = await small_house.parts.logins.create_link()
    answer = await opened(small_house, link.path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/")
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("sempre_session=sempre_cookie_")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


async def test_behind_tls_the_cookie_is_never_sent_in_the_clear(small_house: House) -> None:
    link = await small_house.parts.logins.create_link()
    answer = await opened(small_house, link.path, **{"x-forwarded-proto": "https"})
    assert "Secure" in answer.headers["set-cookie"].split("; ")


async def test_a_link_works_once(small_house: House) -> None:
    link = await small_house.parts.logins.create_link()
    answers = await asyncio.gather(*(opened(small_house, link.path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401, 401]


async def test_a_link_works_for_ten_minutes(small_house: House) -> None:
    late, early = [await small_house.parts.logins.create_link() for _ in range(2)]
    with clock.shifted(timedelta(minutes=9, seconds=50)):
        assert (await opened(small_house, early.path)).status_code == 303
    with clock.shifted(timedelta(minutes=10, seconds=1)):
        assert (await opened(small_house, late.path)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-mode": "no-cors"},
        {"sec-fetch-mode": "cors"},
        {"sec-purpose": "prefetch;prerender", "sec-fetch-mode": "navigate"},
        {"purpose": "prefetch"},
    ],
)
async def test_what_only_looks_ahead_does_not_use_a_link_up(
    small_house: House, headers: dict[str, str]
) -> None:
    link = await small_house.parts.logins.create_link()
    ahead = await opened(small_house, link.path, **headers)
    assert ahead.status_code == 204
    assert "set-cookie" not in ahead.headers
    by_hand = await opened(small_house, link.path, **{"sec-fetch-mode": "navigate"})
    assert by_hand.status_code == 303


async def test_asking_for_the_headers_only_does_not_use_a_link_up(small_house: House) -> None:
    link = await small_house.parts.logins.create_link()
    async with small_house.browser() as client:
        assert (await client.head(link.path)).status_code == 405
    assert (await opened(small_house, link.path)).status_code == 303


@pytest.mark.parametrize(
    "path", ["/login", "/login?token=", "/login?token=sempre_link_x", "/login?token=%00"]
)
async def test_a_link_that_is_none_says_how_to_get_one_in_both_languages(
    small_house: House, path: str
) -> None:
    answer = await opened(small_house, path)
    assert answer.status_code == 401
    assert "sempre login-link" in answer.text
    assert "Este link não funciona mais" in answer.text
    assert "<script" not in answer.text


async def test_a_used_link_opened_again_by_who_is_logged_in_leads_on(small_house: House) -> None:
    link = await small_house.parts.logins.create_link()
    async with small_house.browser() as client:
        await client.get(link.path)
        again = await client.get(link.path)
    assert (again.status_code, again.headers["location"]) == (303, "/dashboard/")


async def test_a_link_made_by_a_page_opens_the_page_for_another_browser(small_house: House) -> None:
    async with small_house.owner() as client:
        answer = await client.post("/api/login-links")
    link = answer.json()
    assert link["url"].startswith(f"{HERE}/login?token=")
    ends = datetime.fromisoformat(link["expires_at"])
    assert timedelta(minutes=9) < ends - clock.now() <= timedelta(minutes=10)
    assert (await opened(small_house, link["url"])).status_code == 303


async def test_a_login_gives_no_more_rights_than_its_maker_has(small_house: House) -> None:
    """Whoever reads the token on disk, an agent for one, must not become the owner through it."""
    async with small_house.operator() as client:
        made = (await client.post("/api/login-links")).json()["url"]
    async with small_house.owner() as client:
        owned = (await client.post("/api/login-links")).json()["url"]
    logins = small_house.parts.logins
    assert (await logins.consume_link(made.partition("token=")[2])).scopes == including(
        [Scope.OPERATE]
    )
    assert (await logins.consume_link(owned.partition("token=")[2])).scopes == OWNER
