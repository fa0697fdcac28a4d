import json

import pytest
import sqlalchemy as sa

from sempre.db.tables import audit
from tests.api.house import House

TURN = "01a00000-0000-7000-8000-000000000001"


@pytest.fixture
async def written(house: House) -> House:
    for n in range(5):
        await house.parts.audit.record(
            "budget.changed" if n % 2 else "action.judged",
            by="owner" if n % 2 else "agent:files:coder",
            channel="files:coder",
            turn_id=TURN,
            details={"n": n},
        )
    return house


async def test_the_trail_is_read_page_by_page(written: House):
    async with written.operator() as client:
        first = (await client.get("/api/audit", params={"limit": 2})).json()
        assert [each["details"]["n"] for each in first["items"]] == [4, 3]
        second = (
            await client.get("/api/audit", params={"limit": 3, "before": first["next"]})
        ).json()
        assert ([each["sequence"] for each in second["items"]], second["next"]) == ([3, 2, 1], None)
        for given, found in (
            ({"what": "budget.changed"}, 2),
            ({"what": "action."}, 3),
            ({"by": "owner"}, 2),
            ({"turn": TURN}, 5),
            ({"channel": "files:other"}, 0),
        ):
            assert len((await client.get("/api/audit", params=given)).json()["items"]) == found
        assert (await client.get("/api/audit", params={"what": "x' OR 1"})).status_code == 422


async def test_it_is_exported_as_json_lines_oldest_first(written: House):
    async with written.operator() as client:
        answer = await client.get("/api/audit/export", params={"by": "owner"})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [(each["sequence"], each["details"]) for each in lines] == [(2, {"n": 1}), (4, {"n": 3})]


async def test_it_is_verified_also_against_a_head_that_was_kept(written: House):
    async with written.operator() as client:
        found = (await client.get("/api/audit/verification")).json()
        assert (found["whole"], found["rows"], found["problems"]) == (True, 5, [])
        head = f"{found['head']['sequence']}:{found['head']['mac']}"
        async with written.parts.turns._db.transaction() as session:
            await session.execute(audit.delete().where(audit.c.sequence == 2))
            await session.execute(sa.update(audit).where(audit.c.sequence == 4).values(by="x"))
        found = (await client.get("/api/audit/verification", params={"head": head})).json()
        assert not found["whole"]
        assert [(each["kind"], each["sequence"]) for each in found["problems"]] == [
            ("missing", 2),
            ("changed", 4),
        ]
        assert (
            await client.get("/api/audit/verification", params={"head": "1:x"})
        ).status_code == 422
