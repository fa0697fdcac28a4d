"""While you were away: since the last visit of this login, and cheap."""

from datetime import datetime, timedelta

from sempre import clock
from sempre.contract.messages import Usage
from tests.api.house import House
from tests.support.store import CHANNEL


async def test_it_counts_what_ended_since_then(house: House) -> None:
    before = clock.now()
    answered, failed, _ = await house.store.accept("a", "b", "c")
    await house.store.answer(answered)
    await house.store.fail(failed)
    house.spent.channels[CHANNEL] = Usage(cost_micros=5)
    house.spent.without_price = 2
    async with house.operator() as client:
        query = {"since": before.isoformat()}
        away = (await client.get("/api/away", params=query)).json()
        assert (away["answered"], away["failed"], away["cancelled"], away["dead"]) == (1, 1, 0, 1)
        assert (away["cost_micros"], away["unknown_cost_calls"]) == (5, 2)
        (channel,) = away["channels"]
        assert (channel["worker"], channel["answered"], channel["failed"]) == ("coder", 1, 1)
        later = {"since": clock.now().isoformat()}
        assert (await client.get("/api/away", params=later)).json()["answered"] == 0


async def test_a_visit_counts_from_the_end_of_the_one_before(small_house: House) -> None:
    async with small_house.owner() as client:
        assert (await client.post("/api/visits")).json() == {"away_since": None}
        with clock.shifted(timedelta(minutes=10)):
            last = clock.now()
            assert (await client.post("/api/visits")).json() == {"away_since": None}
        with clock.shifted(timedelta(hours=8)):
            for minutes in (0, 1, 2):
                with clock.shifted(timedelta(minutes=minutes)):
                    visit = (await client.post("/api/visits")).json()
                    since = datetime.fromisoformat(visit["away_since"])
                    assert abs(since - last) < timedelta(seconds=30)
            away = (await client.get("/api/away")).json()
            assert away["since"] == visit["away_since"]
        async with small_house.owner() as other:
            assert (await other.post("/api/visits")).json() == {"away_since": None}


async def test_without_a_visit_it_counts_from_midnight(small_house: House) -> None:
    async with small_house.operator() as client:
        away = (await client.get("/api/away")).json()
        assert datetime.fromisoformat(away["since"]) == small_house.parts.day_began()
        assert (await client.post("/api/visits")).json() == {"away_since": None}


async def test_a_moment_to_come_or_long_ago_is_moved(small_house: House) -> None:
    async with small_house.operator() as client:
        for moment in ("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"):
            away = await client.get("/api/away", params={"since": moment})
            assert away.status_code == 200
            found = away.json()
            assert found["since"] <= found["until"]
        assert (await client.get("/api/away", params={"since": "yesterday"})).status_code == 422
