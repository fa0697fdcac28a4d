import pytest

from tests.api.house import House

NAME = "20260101T000000.000000Z-manual"


async def test_backups_are_made_listed_and_proven(house: House) -> None:
    await house.store.accept("a prompt")
    async with house.operator() as client:
        before = (await client.get("/api/backups")).json()
        made = await client.post("/api/backups")
        assert made.status_code == 201, made.text
        assert before["obstacle"] is None
        assert before["missing_since"] is not None, "one was due"
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


async def test_what_a_person_must_do_first_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sempre brings none of Postgres' programs; SQLite needs nothing."""
    monkeypatch.setattr("tests.api.care.pg_bin_of_tests", lambda: "/nowhere")
    async with house.operator() as client:
        told = (await client.get("/api/backups")).json()
        made = await client.post("/api/backups")
        if not house.store.db.is_postgres:
            assert (told["obstacle"], made.status_code) == (None, 201)
            return
        assert "pg_dump" in told["obstacle"]
        assert made.status_code == 409
        error = made.json()["error"]
        assert error["code"] == "pg_dump_missing"
        assert "postgresql-client" in error["message"]
        after = (await client.get("/api/backups")).json()
        assert after["items"] == []


async def test_a_name_that_is_none_reaches_no_file(small_house: House) -> None:
    async with small_house.operator() as client:
        assert (await client.post(f"/api/backups/{NAME}/verification")).status_code == 404
        for name in ("..", "%2e%2e%2fkey", "x", f"{NAME}%00", f"../{NAME}"):
            answer = await client.post(f"/api/backups/{name}/verification")
            assert answer.status_code in {404, 405, 422}, name
