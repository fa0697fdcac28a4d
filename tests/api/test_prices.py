"""Prices over HTTP: listed to everybody, changed by who may approve, since a lower price is a higher budget."""

from tests.api.house import House

MINE = {"input": 1, "output": 2, "cache_read": 3, "cache_write": 4, "cache_write_hour": 5}


async def test_a_price_of_ones_own_is_set_and_removed(house: House) -> None:
    path = "/api/prices/someone/new-*"
    async with house.operator() as operator, house.owner() as owner:
        shipped = (await operator.get("/api/prices")).json()
        assert shipped
        assert (await operator.put(path, json=MINE)).status_code == 403
        assert (await operator.delete(path)).status_code == 403
        answer = await owner.put(path, json=MINE)
        assert answer.json() == {"model": "someone/new-*", **MINE, "own": True}
        first, *others = (await operator.get("/api/prices")).json()
        assert (first, others) == (answer.json(), shipped)
        assert (await owner.delete(path)).status_code == 204
        assert (await owner.delete(path)).status_code == 404
        assert (await owner.put("/api/prices/a*b", json=MINE)).status_code == 422
        assert (await owner.put(path, json={**MINE, "input": -1})).status_code == 422
