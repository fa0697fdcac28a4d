from dataclasses import replace

import pytest

from sempre.access import OWNER, Connections, Principal, Scope, Secrets
from tests.api.house import House

KEY = "sk-ant-api03-CANARY-0123456789abcdef"


async def test_nothing_is_connected_at_first(small_house: House) -> None:
    async with small_house.operator() as client:
        answer = await client.get("/api/connection")
        status = (await client.get("/api/status")).json()
    assert answer.json() == {"kind": "none", "source": None, "hint": None, "base_url": None}
    assert status["connection"] == {"kind": "none", "detail": None}


async def test_a_key_goes_in_and_never_comes_out_again(house: House) -> None:
    async with house.operator() as client:
        stored = await client.put("/api/connection", json={"kind": "key", "value": KEY})
        assert (stored.status_code, stored.json()) == (200, {"restarting": True})
        answers = [stored, await client.get("/api/connection"), await client.get("/api/status")]
        answers += [await client.get("/api/settings"), await client.get("/metrics")]
    assert answers[1].json() == {
        "kind": "key",
        "source": "stored",
        "hint": "…cdef",
        "base_url": None,
    }
    assert answers[2].json()["connection"]["detail"] == "api.anthropic.com · …cdef · stored"
    assert not any("CANARY" in answer.text for answer in answers)
    assert len(house.restarts) == 1


async def test_removing_it_starts_anew_without(small_house: House) -> None:
    async with small_house.owner() as client:
        await client.put("/api/connection", json={"kind": "token", "value": KEY})
        assert (await client.delete("/api/connection")).json() == {"restarting": True}
        assert (await client.get("/api/connection")).json()["kind"] == "none"
        assert (await client.delete("/api/connection")).status_code == 404
    assert len(small_house.restarts) == 2


async def test_the_first_is_connected_by_whoever_operates_here_and_another_by_the_owner(
    house: House,
) -> None:
    wish = {"kind": "key", "value": KEY}
    elsewhere = {"kind": "base_url", "base_url": "https://elsewhere.example"}
    async with house.operator() as operator, house.owner() as owner:
        assert (await operator.put("/api/connection", json=wish)).status_code == 200
        for answer in (
            await operator.put("/api/connection", json=elsewhere),
            await operator.delete("/api/connection"),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "missing_scope")
        assert (await owner.put("/api/connection", json=elsewhere)).status_code == 200
        trail = (await owner.get("/api/audit", params={"what": "connection."})).json()["items"]
    assert [(each["by"], each["details"]["kind"]) for each in trail] == [
        ("owner", "base_url"),
        ("local", "key"),
    ]


async def test_a_token_of_somebody_elsewhere_connects_nothing_without_the_scope(
    small_house: House,
) -> None:
    by = Principal(via="cookie", who="owner", scopes=OWNER)
    made = await small_house.parts.tokens.create("far", [Scope.OPERATE], by=by, expires_at=None)
    async with small_house.browser() as client:
        client.headers["authorization"] = f"Bearer {made.secret}"
        answer = await client.put("/api/connection", json={"kind": "key", "value": KEY})
    assert answer.status_code == 403
    assert small_house.restarts == []


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "key"},
        {"kind": "key", "value": "short"},
        {"kind": "key", "value": f"ANTHROPIC_API_KEY = {KEY}"},
        {"kind": "key", "value": f"'{KEY}'"},
        {"kind": "key", "value": f"{KEY}\n{KEY}"},
        {"kind": "key", "value": "x" * 2000},
        {"kind": "key", "value": f"sk-ant-oat01-{KEY}"},
        {"kind": "base_url"},
        {"kind": "base_url", "base_url": "ftp://host"},
        {"kind": "base_url", "base_url": "http://user:CANARY@host"},
        {"kind": "base_url", "base_url": "http://host?x=CANARY"},
        {"kind": "base_url", "base_url": "javascript:alert(1)"},
        {"kind": "base_url", "base_url": "http://"},
        {"kind": "base_url", "base_url": "http://host:99999"},
        {"kind": "base_url", "base_url": "http://[::1"},
        {"kind": "base_url", "base_url": "http://ho st"},
        {"kind": "base_url", "base_url": "http://host", "value": KEY},
        {"kind": "login", "value": "relative/folder"},
        {"kind": "login", "value": "/no/such/folder"},
        {"kind": "none"},
        {"kind": "other"},
        {},
    ],
)
async def test_what_is_not_of_the_form_is_refused_without_repeating_it(
    small_house: House, wish: dict[str, str]
) -> None:
    async with small_house.operator() as client:
        answer = await client.put("/api/connection", json=wish)
        kind = (await client.get("/api/connection")).json()["kind"]
    assert answer.status_code == 422
    assert "CANARY" not in answer.text
    assert kind == "none"
    assert small_house.restarts == []


async def test_a_compatible_address_may_come_with_a_key_or_alone(small_house: House) -> None:
    async with small_house.owner() as client:
        wish = {"kind": "key", "value": KEY, "base_url": "http://127.0.0.1:4000/v1/"}
        assert (await client.put("/api/connection", json=wish)).status_code == 200
        found = (await client.get("/api/connection")).json()
        assert (found["kind"], found["base_url"]) == ("key", "http://127.0.0.1:4000/v1")
        alone = {"kind": "base_url", "base_url": "https://models.lan"}
        assert (await client.put("/api/connection", json=alone)).status_code == 200
        found = (await client.get("/api/connection")).json()
        assert found == {
            "kind": "base_url",
            "source": "stored",
            "hint": None,
            "base_url": "https://models.lan",
        }, "the key of before is not sent to another address"


async def test_what_the_environment_gives_cannot_be_changed_here(small_house: House) -> None:
    secrets = Secrets(small_house.store.db, small_house.store.keyring)
    given = Connections(secrets, {"ANTHROPIC_API_KEY": KEY}, small_house.parts.audit)
    small_house.parts = replace(small_house.parts, connections=given)
    async with small_house.owner() as client:
        found = (await client.get("/api/connection")).json()
        put = await client.put("/api/connection", json={"kind": "key", "value": KEY})
        deleted = await client.delete("/api/connection")
    assert (found["source"], found["hint"]) == ("environment", "…cdef")
    assert (put.status_code, deleted.status_code) == (409, 409)
    assert "ANTHROPIC_API_KEY" in put.json()["error"]["message"]
    assert small_house.restarts == []
