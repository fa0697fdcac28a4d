"""Several processes on one Postgres. Each polls once a minute: what starts, somebody was told of."""

import signal

import psycopg
import pytest

from tests.durable.child import DECLARED_DEAD
from tests.durable.conftest import Children
from tests.durable.place import Place
from tests.support.patience import PATIENCE

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

DEAD_AFTER = 4.0


def work(name: str, number: int, *, key: str = "", queue: str = "turns") -> dict[str, object]:
    workflow_id = f"turn:{key or number}:{number}"
    return {
        "name": f"test.{name}",
        "workflow_id": workflow_id,
        "queue_key": key or f"k{number}",
        "args": [workflow_id, number] if name == "act" else [number],
        "queue": queue,
    }


def roles(place: Place, *words: object) -> list[str]:
    """Who wrote the lines that begin with these words."""
    said = [str(word) for word in words]
    return [line.split()[0] for line in place.lines() if line.split()[1 : 1 + len(said)] == said]


async def test_another_process_takes_over_from_a_killed_one(
    postgres_children: Children, place: Place
) -> None:
    a = postgres_children.start(
        "a", node="a", dead_after=DEAD_AFTER, submit=[work("stand", 1), work("stand", 2)]
    )
    await place.until("begin", count=2)
    postgres_children.start("b", node="b", dead_after=DEAD_AFTER)
    await place.until("launched", count=2)
    postgres_children.kill(a)
    place.open_gate(1)
    place.open_gate(2)
    await place.until("after", count=2)
    assert roles(place, "after") == ["b", "b"]
    assert roles(place, "before") == ["a", "a"]  # what is recorded is not run again


async def test_a_dead_nodes_own_work_waits_for_its_next_process(
    postgres_children: Children, place: Place
) -> None:
    own = work("stand", 1, queue="turns@a")
    queued = work("short", 2, key="k1", queue="turns@a")
    a = postgres_children.start(
        "a", node="a", dead_after=DEAD_AFTER, submit=[own, queued, work("stand", 3)]
    )
    await place.until("begin", count=2)
    postgres_children.start("b", node="b", dead_after=DEAD_AFTER)
    await place.until("launched", count=2)
    postgres_children.kill(a)
    place.open_gate(1)
    place.open_gate(3)
    await place.until("after", 3)  # the reaping is over: what may move has moved
    assert roles(place, "after", 1) == []
    postgres_children.start("a2", node="a", dead_after=DEAD_AFTER)
    await place.until("run", 2)
    assert roles(place, "after", 1) == ["a2"]
    assert roles(place, "run", 2) == ["a2"]


async def test_a_node_that_comes_back_does_not_wait_to_be_declared_dead(
    postgres_children: Children, place: Place
) -> None:
    a = postgres_children.start("a", node="a", submit=[work("stand", 1)])  # dead after 45 s
    await place.until("begin", 1)
    postgres_children.kill(a)
    place.open_gate(1)
    postgres_children.start("a2", node="a")
    await place.until("after", 1)


async def test_a_clean_stop_hands_over_at_once(postgres_children: Children, place: Place) -> None:
    # Nobody looks for the dead within the test: b can only have been told.
    a = postgres_children.start("a", node="a", dead_after=800, submit=[work("stand", 1)])
    await place.until("begin", 1)
    postgres_children.start("b", node="b", dead_after=800)
    await place.until("launched", count=2)
    assert postgres_children.stop(a) == 0
    place.open_gate(1)
    await place.until("after", 1)
    assert roles(place, "after", 1) == ["b"]


async def test_work_submitted_where_nobody_works_wakes_a_node_that_does(
    postgres_children: Children, place: Place
) -> None:
    postgres_children.start("b", node="b")
    await place.until("launched")
    shared, own = work("short", 1), work("short", 2, queue="turns@b")
    postgres_children.start("api", node="a", listens=[], submit=[shared, own])
    await place.until("run", count=2)
    assert roles(place, "run") == ["b", "b"]


async def test_a_key_keeps_its_order_across_processes(
    postgres_children: Children, place: Place
) -> None:
    first = [work("short", n, key="a") for n in range(30)]
    postgres_children.start("b", node="b", submit=[work("stand", 100, key="a")])
    await place.until("begin", 100)
    postgres_children.start("a", node="a", submit=first)
    await place.until("submitted", count=2)
    place.open_gate(100)
    await place.until("run", count=30)
    assert place.journal("run") == [f"run {n}" for n in range(30)]


async def test_a_process_that_wakes_after_its_death_does_nothing_outside(
    postgres_children: Children, place: Place
) -> None:
    a = postgres_children.start(
        "a", node="a", dead_after=DEAD_AFTER, linger=True, submit=[work("act", 1)]
    )
    await place.until("begin", 1)
    postgres_children.start("b", node="b", dead_after=DEAD_AFTER)
    await place.until("launched", count=2)
    a.send_signal(signal.SIGSTOP)
    await place.until("begin", 1, count=2)  # b has taken it over and stands at the gate too
    place.open_gate(1)
    await place.until("over", 1)
    a.send_signal(signal.SIGCONT)
    await place.until("fenced", 1)
    place.open_gate("leave")
    assert a.wait(timeout=PATIENCE) == DECLARED_DEAD
    assert roles(place, "lost") == ["a"]
    assert roles(place, "effect") == ["b"]
    assert roles(place, "over") == ["b"]


@pytest.mark.parametrize("doing", ["beat", "reap"])
async def test_who_freezes_in_a_transaction_is_not_waited_for(
    postgres_children: Children, place: Place, doing: str
) -> None:
    """Its locks go with it: they would keep the living from declaring it dead, or anybody."""
    a = postgres_children.start(
        "a", node="a", dead_after=DEAD_AFTER, freeze=doing, submit=[work("stand", 1)]
    )
    await place.until("begin", 1)
    postgres_children.start("b", node="b", dead_after=DEAD_AFTER)
    await place.until("launched", count=2)
    place.open_gate("freeze")
    await place.until("frozen")
    place.open_gate(1)
    await place.until("after", 1)
    assert roles(place, "after", 1) == ["b"]
    a.send_signal(signal.SIGCONT)
    assert a.wait(timeout=PATIENCE) == DECLARED_DEAD


async def test_who_leaves_is_forgotten(
    postgres_children: Children, place: Place, postgres_url: str
) -> None:
    a = postgres_children.start("a", node="a")
    await place.until("launched")
    assert postgres_children.stop(a) == 0
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("select count(*) from engine.executors").fetchone() == (0,)


async def test_a_role_may_be_given_a_schema_of_its_own(
    postgres_children: Children, place: Place, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("drop schema engine cascade")
        connection.execute("create schema engine")
    postgres_children.start("a", node="a", submit=[work("short", 1)])
    await place.until("run", 1)
