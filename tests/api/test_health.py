import asyncio
from dataclasses import replace

import pytest

from sempre.api import health
from sempre.db.database import StoreUnavailableError
from tests.api.house import House


async def ready(house: House) -> tuple[int, dict[str, bool]]:
    async with house.browser() as client:
        answer = await client.get("/readyz")
    return answer.status_code, answer.json()


async def test_ready_when_database_schema_and_engine_are(house: House) -> None:
    assert await ready(house) == (
        200,
        {
            "ready": True,
            "database": True,
            "schema_at_head": True,
            "engine": True,
            "suspended": False,
        },
    )


async def test_not_ready_without_the_engine(small_house: House) -> None:
    small_house.engine["running"] = False
    code, told = await ready(small_house)
    assert (code, told["ready"], told["engine"], told["database"]) == (503, False, False, True)


async def test_not_ready_when_a_newer_release_migrated_the_database(house: House) -> None:
    import sqlalchemy as sa

    async with house.store.db.transaction() as session:
        await session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    code, told = await ready(house)
    assert (code, told["schema_at_head"], told["database"]) == (503, False, True)


async def test_not_ready_when_the_database_is_away_or_hangs(
    small_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_DATABASE_SECONDS", 0.05)

    async def away() -> bool:
        raise StoreUnavailableError("It is away.")

    async def hangs() -> bool:
        await asyncio.sleep(60)
        return True

    for answers in (away, hangs):
        small_house.parts = replace(small_house.parts, at_head=answers)
        code, told = await ready(small_house)
        assert (code, told["database"], told["ready"]) == (503, False, False)
        async with small_house.browser() as client:
            assert (await client.get("/healthz")).json() == {"alive": True}
