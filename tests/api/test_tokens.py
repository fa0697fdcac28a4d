"""API tokens over HTTP: shown once, never more than their maker, worthless once revoked."""

from datetime import timedelta

import pytest

from sempre import clock
from sempre.audit import Wanted
from tests.api.house import House


async def made(house: House, **wish: object) -> dict[str, str]:
    async with house.owner() as client:
        answer = await client.post("/api/tokens", json={"scopes": ["operate"], **wish})
        assert answer.status_code == 201, answer.text
        return answer.json()


def bearer(token: dict[str, str]) -> dict[str, str]:
    return {"authorization": f"Bearer {token['secret']}"}


async def test_it_is_shown_once_and_listed_without_itself(house: House) -> None:
    token = await made(house, name="ci", scopes=["read"])
    assert token["secret"].startswith("sempre_token_")
    async with house.owner() as client:
        listed = await client.get("/api/tokens")
    assert token["secret"] not in listed.text
    (only,) = listed.json()
    assert only == {key: value for key, value in token.items() if key != "secret"}


async def test_what_it_does_is_on_the_trail_under_its_name(house: House) -> None:
    token = await made(house, name="phone")
    async with house.browser() as client:
        answer = await client.post("/api/channels/files:coder/pause", headers=bearer(token))
    assert answer.status_code == 200
    entries = await house.parts.audit.page(Wanted(), limit=10)
    assert [(each.what, each.by) for each in entries] == [
        ("channel.paused", "token:phone"),
        ("token.created", "owner"),
    ]


@pytest.mark.parametrize("via", ["operator", "token"])
async def test_nobody_without_approve_makes_or_revokes_one_with_it(
    small_house: House, via: str
) -> None:
    approver = await made(small_house, name="owners", scopes=["approve"])
    weak = await made(small_house, name="weak")
    async with small_house.operator() as client:
        if via == "token":
            client.headers.update(bearer(weak))
        wish = {"name": "more", "scopes": ["read", "approve"]}
        refused = await client.post("/api/tokens", json=wish)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "more_than_own")
        kept = await client.delete(f"/api/tokens/{approver['id']}")
        assert (kept.status_code, kept.json()["error"]["code"]) == (403, "missing_scope")
    async with small_house.browser() as client:
        assert (await client.get("/api/status", headers=bearer(approver))).status_code == 200


async def test_a_login_link_made_with_a_token_gives_no_more_and_ends_with_it(
    small_house: House,
) -> None:
    token = await made(small_house, name="kiosk")
    async with small_house.browser() as client:
        link = await client.post("/api/login-links", headers=bearer(token))
        path = link.json()["url"].partition("8377")[2]
        assert (await client.get(path)).status_code == 303
        headers = {"origin": "http://localhost:8377"}
        wish = {"name": "more", "scopes": ["approve"]}
        refused = await client.post("/api/tokens", json=wish, headers=headers)
        assert refused.status_code == 403
        assert (await client.get("/api/status")).status_code == 200
        async with small_house.owner() as owner:
            assert (await owner.delete(f"/api/tokens/{token['id']}")).status_code == 200
        assert (await client.get("/api/status")).status_code == 401


async def test_revoked_and_expired_ones_open_nothing(small_house: House) -> None:
    ends = (clock.now() + timedelta(hours=1)).isoformat()
    short = await made(small_house, name="short", expires_at=ends)
    gone = await made(small_house, name="gone")
    async with small_house.owner() as client:
        assert (await client.delete(f"/api/tokens/{gone['id']}")).json()["valid"] is False
    async with small_house.browser() as client:
        assert (await client.get("/api/status", headers=bearer(gone))).status_code == 401
        assert (await client.get("/api/status", headers=bearer(short))).status_code == 200
        with clock.shifted(timedelta(hours=1, seconds=1)):
            assert (await client.get("/api/status", headers=bearer(short))).status_code == 401


async def test_a_token_in_a_url_or_cookie_opens_nothing(small_house: House) -> None:
    secret = (await made(small_house, name="x"))["secret"]
    async with small_house.browser() as client:
        tries = [
            await client.get("/api/status", params={"token": secret}),
            await client.get("/api/status", headers={"cookie": f"sempre_session={secret}"}),
            await client.get("/api/status", headers={"authorization": f"Basic {secret}"}),
            await client.get("/api/status", headers={"x-api-key": secret}),
            await client.get(f"/login?token={secret}"),
        ]
    assert [each.status_code for each in tries] == [401] * 5


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "", "scopes": ["read"]},
        {"name": "a\nb", "scopes": ["read"]},
        {"name": "x" * 65, "scopes": ["read"]},
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["owner"]},
        {"name": "a", "scopes": "approve"},
        {"name": "a", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "a", "scopes": ["read"], "expires_at": "2090-01-01T00:00:00"},
        {"name": "a", "scopes": ["read"], "by": "owner"},
    ],
)
async def test_odd_wishes_are_refused(small_house: House, wish: dict[str, object]) -> None:
    async with small_house.owner() as client:
        assert (await client.post("/api/tokens", json=wish)).status_code == 422
        assert (await client.get("/api/tokens")).json() == []


async def test_a_name_that_is_in_use_is_a_conflict(small_house: House) -> None:
    await made(small_house, name="ci")
    async with small_house.owner() as client:
        again = await client.post("/api/tokens", json={"name": "ci", "scopes": ["read"]})
    assert again.status_code == 409
