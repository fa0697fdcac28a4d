"""Channels that are addressed over the API alone, and the list of all of them."""

from typing import Any

import pytest

from tests.api.house import House

ASKED = "/api/channels/api:crm/messages"


async def every(house: House) -> dict[str, Any]:
    async with house.operator() as client:
        return {each["channel"]: each for each in (await client.get("/api/channels")).json()}


async def test_the_first_message_opens_the_channel_for_any_machine(house: House) -> None:
    assert "api:crm" not in await every(house)
    async with house.operator() as client:
        sent = await client.post(ASKED, json={"text": "good morning"})
    assert sent.status_code == 202
    turn = sent.json()
    assert (turn["channel"], turn["number"], turn["state"]) == ("api:crm", 1, "queued")
    assert turn["prompt"] == "good morning"
    opened = (await every(house))["api:crm"]
    assert (opened["kind"], opened["node"], opened["state"]) == ("api", None, "open")
    assert opened["queued"] == 1


async def test_one_key_is_one_turn_and_no_key_is_always_a_new_one(house: House) -> None:
    async with house.operator() as client:
        sent = [
            (await client.post(ASKED, json=body)).json()["id"]
            for body in (
                {"text": "a", "key": "k"},
                {"text": "b", "key": "k"},
                {"text": "a"},
                {"text": "a"},
            )
        ]
    assert sent[0] == sent[1]
    assert len(set(sent)) == 3


async def test_a_stranger_opens_nothing(house: House) -> None:
    async with house.browser() as client:
        assert (await client.post(ASKED, json={"text": "hello"})).status_code == 401
        assert (await client.get("/api/channels")).status_code == 401
    assert "api:crm" not in await every(house)


@pytest.mark.parametrize("channel", ["files:coder", "api:", "api:../up", "api:a/b", "whatsapp:x"])
async def test_only_channels_of_its_own_are_addressed_here(house: House, channel: str) -> None:
    async with house.operator() as client:
        sent = await client.post(f"/api/channels/{channel}/messages", json={"text": "hello"})
    assert sent.status_code in {404, 422}
    assert set(await every(house)) <= {"files:coder"}


async def test_a_worker_is_listed_with_its_machine_and_what_holds_it(house: House) -> None:
    await house.store.accept("one", "two")
    await house.store.channels.stop("files:coder", "authentication", "Log in again.")
    worker = (await every(house))["files:coder"]
    assert (worker["kind"], worker["state"], worker["state_reason"]) == (
        "files",
        "stopped",
        "Log in again.",
    )
    assert worker["queued"] == 2
