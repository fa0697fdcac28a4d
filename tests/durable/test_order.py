import asyncio

import sqlalchemy as sa

from sempre import durable
from sempre.durable._store import open_store
from tests.durable.conftest import Launch
from tests.durable.place import Place


def workflow_id(key: str, number: int) -> str:
    return f"turn:{key}:{number:012d}"


async def test_a_key_runs_in_order_of_submission_one_at_a_time(
    launch: Launch, place: Place
) -> None:
    engine = await launch()
    await asyncio.gather(
        *(
            engine.submit("test.overlap", workflow_id("a", n), queue_key="a", args=("a", n))
            for n in range(200)
        )
    )
    await place.until("out", "a", count=200)
    told = [line.split()[1:] for line in place.lines() if line.split()[1] in ("in", "out")]
    assert told == [[word, "a", str(n)] for n in range(200) for word in ("in", "out")]


async def test_submissions_awaited_one_by_one_keep_their_order(
    launch: Launch, place: Place
) -> None:
    engine = await launch()
    for n in range(30):
        # The ids sort the wrong way round, so only the order of submission can be it.
        await engine.submit("test.short", f"turn:a:{99 - n:03d}", queue_key="a", args=(n,))
    await place.until("run", count=30)
    assert place.journal("run") == [f"run {n}" for n in range(30)]


async def test_keys_run_beside_each_other(launch: Launch, place: Place) -> None:
    engine = await launch()
    for n in range(10):
        await engine.submit("test.stand", workflow_id(f"k{n}", n), queue_key=f"k{n}", args=(n,))
    await place.until("begin", count=10)
    for n in range(10):
        place.open_gate(n)
    await place.until("after", count=10)


async def test_sequence_orders_what_several_machines_submit(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.stand", "turn:0", queue_key="a", args=(1,), sequence=1)
    for n in (4, 2, 3):
        await engine.submit("test.short", f"turn:{9 - n}", queue_key="a", args=(n,), sequence=n)
    place.open_gate(1)
    await place.until("run", count=3)
    assert place.journal("run") == ["run 2", "run 3", "run 4"]


async def test_a_large_batch_is_stored_in_order(launch: Launch, database_url: str) -> None:
    engine = await launch(listens=())
    submissions = [
        durable.Submission(
            name="test.short", workflow_id=workflow_id("a", n), queue_key="a", args=(n,)
        )
        for n in range(1200)
    ]
    await engine.submit_many(submissions)
    schema = "engine" if database_url.startswith("postgresql") else None
    status = sa.table(
        "workflow_status", sa.column("workflow_uuid"), sa.column("created_at"), schema=schema
    )
    store = open_store(database_url, connections=1)
    with store.begin() as connection:
        rows = connection.execute(
            sa.select(status.c.workflow_uuid, status.c.created_at).order_by(status.c.created_at)
        ).all()
    store.dispose()
    assert [row.workflow_uuid for row in rows] == [each.workflow_id for each in submissions]
    assert len({row.created_at for row in rows}) == 1200  # ties would be broken by the id
