from dataclasses import replace
from typing import Any

from sempre.settings import Settings
from sempre.settings.live import LiveSettings
from tests.api.house import House


async def settings(house: House, given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    house.parts = replace(house.parts, live=LiveSettings(Settings.model_validate(given)))
    async with house.operator() as client:
        answer = await client.get("/api/settings")
    assert answer.status_code == 200
    return {each["name"]: each for each in answer.json()}


async def test_every_setting_is_listed_with_its_value_default_and_description(
    small_house: House,
) -> None:
    found = await settings(small_house, {"server": {"port": 9000}})
    assert found["server.port"]["value"] == 9000
    assert found["server.port"]["default"] == 8377
    assert all(each["description"] for each in found.values())
    sections = {name.partition(".")[0] for name in found}
    assert sections == set(Settings.model_fields) - {"workers"}


async def test_workers_are_listed_by_their_names(small_house: House) -> None:
    given = {"workers": {"coder": {"model": "opus", "schedule": [daily()]}}}
    found = await settings(small_house, given)
    assert found["workers.coder.model"]["value"] == "opus"
    assert found["workers.coder.schedule"]["value"] == [daily()]


def daily() -> dict[str, str]:
    return {"name": "night", "every": "02:00", "prompt": "tidy"}


async def test_a_password_in_an_address_is_left_out(small_house: House) -> None:
    url = "postgresql://sempre:CANARY@db.lan/sempre"
    found = await settings(small_house, {"database": {"url": url}})
    assert found["database.url"]["value"] == "postgresql://sempre:…@db.lan/sempre"
