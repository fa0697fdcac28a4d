from tests.api.house import House

NAME = "20260101T000000.000000Z-manual"


async def test_backups_are_made_listed_and_proven(house: House) -> None:
    await house.store.accept("a prompt")
    async with house.operator() as client:
        before = (await client.get("/api/backups")).json()
        made = await client.post("/api/backups")
        if house.store.db.is_postgres:
            assert (before["supported"], before["next_at"]) == (False, None)
            assert "pg_dump" in before["remedy"]
            assert made.status_code == 403
            assert "pg_dump" in made.json()["error"]["message"]
            assert (await client.get("/api/status")).json()["backup"] is None
            return
        assert before["missing_since"] is not None, "one was due"
        assert made.status_code == 201
        backup = made.json()
        assert backup["drill"]["passed"]
        assert backup["drill"]["opened"] >= 1
        proven = await client.post(f"/api/backups/{backup['name']}/verification")
        assert proven.json()["drill"]["at"] > backup["drill"]["at"]
        after = (await client.get("/api/backups")).json()
        assert [each["name"] for each in after["items"]] == [backup["name"]]
        assert after["missing_since"] is None
        status = (await client.get("/api/status")).json()["backup"]
        assert (status["name"], status["drill"]["passed"]) == (backup["name"], True)


async def test_a_name_that_is_none_reaches_no_file(small_house: House) -> None:
    async with small_house.operator() as client:
        assert (await client.post(f"/api/backups/{NAME}/verification")).status_code == 404
        for name in ("..", "%2e%2e%2fkey", "x", f"{NAME}%00", f"../{NAME}"):
            answer = await client.post(f"/api/backups/{name}/verification")
            assert answer.status_code in {404, 405, 422}, name
