"""The heartbeat alone; test_cluster.py has it at work."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from sempre.durable._store import Executors, Ownership, open_store
from sempre.durable.reaper import Reaper
from tests.support.patience import until

pytestmark = pytest.mark.postgres


@pytest.fixture
def beating(bare_postgres_url: str) -> Iterator[Callable[[str], Executors]]:
    store = open_store(bare_postgres_url, connections=4)

    def enter(name: str) -> Executors:
        ownership = Ownership("engine")
        executors = Executors(store, "engine", ownership, name)
        executors.join(node=name)
        with store.begin() as connection:
            connection.execute(
                sa.text(
                    "create table if not exists engine.workflow_status (workflow_uuid text,"
                    " status text, executor_id text, owner_xid text, started_at_epoch_ms bigint,"
                    " updated_at bigint)"
                )
            )
        return executors

    yield enter
    store.dispose()


def work_of(executors: Executors, name: str, workflow: str) -> None:
    with executors._store.begin() as connection:
        connection.execute(
            sa.text(
                "insert into engine.workflow_status values"
                " (:workflow, 'PENDING', :name, 'token', 1, 1)"
            ),
            {"workflow": workflow, "name": name},
        )


def silence(executors: Executors, *names: str) -> None:
    """As if they had last beaten a minute ago."""
    with executors._store.begin() as connection:
        connection.execute(
            sa.text(
                "update engine.executors set beat = beat - interval '1 minute'"
                " where id = any(:names)"
            ),
            {"names": list(names)},
        )


def is_silent(executors: Executors) -> bool:
    """Whether it last beat half a minute ago or longer."""
    old = sa.text("select beat < now() - interval '30 s' from engine.executors where id = :me")
    with executors._store.begin() as connection:
        return bool(connection.execute(old, {"me": executors._me}).scalar_one())


def test_only_the_silent_are_reaped(beating: Callable[[str], Executors]) -> None:
    a, b, c = beating("a"), beating("b"), beating("c")
    for name in "abc":
        work_of(a, name, f"work of {name}")
    silence(a, "a", "b", "c")
    assert a.beat()
    assert b.beat()
    assert a.reap(30) == ["work of c"]
    assert not c.beat()
    assert c.confirm("work of c") is None
    assert b.confirm("work of b") == "token"


def test_nobody_reaps_itself(beating: Callable[[str], Executors]) -> None:
    a = beating("a")
    work_of(a, "a", "work")
    silence(a, "a")
    assert a.reap(30) == []
    assert a.beat()


def test_work_of_an_unknown_process_is_handed_back(beating: Callable[[str], Executors]) -> None:
    a = beating("a")
    work_of(a, "nobody", "orphan")
    assert a.reap(60) == ["orphan"]
    assert a.reap(60) == []


def test_one_reaps_at_a_time(beating: Callable[[str], Executors]) -> None:
    a = beating("a")
    work_of(a, "nobody", "orphan")
    with a._store.begin() as connection:
        connection.execute(sa.text("select pg_advisory_xact_lock(7261002)"))
        assert a.reap(60) == []
    assert a.reap(60) == ["orphan"]


@pytest.mark.parametrize(
    "held",
    [
        "update engine.executors set node = node where id = 'b'",
        "update engine.workflow_status set owner_xid = '' where executor_id = 'b'",
    ],
)
def test_nobody_stops_beating_for_what_another_holds(
    beating: Callable[[str], Executors], held: str
) -> None:
    a, b = beating("a"), beating("b")
    work_of(b, "b", "work")
    silence(a, "b")
    with a._store.begin() as holder:
        holder.execute(sa.text(held))
        assert a.reap(30) == []
        assert a.beat()
    assert a.reap(30) == ["work"]


async def test_a_process_whose_loop_hangs_stops_beating(
    beating: Callable[[str], Executors],
) -> None:
    a, b = beating("a"), beating("b")
    work_of(a, "a", "work")
    lost = asyncio.Event()
    silence(a, "a")
    reaper = Reaper(a, beat=0.05, dead_after=0.3, reaped=lambda: None, lost=lost.set)
    reaper.open()
    await until(lambda: not is_silent(a))  # it beats while the loop answers
    assert b.reap(30) == []
    handed_back: list[str] = []
    while not handed_back:
        time.sleep(0.1)  # noqa: ASYNC251  (the loop hangs: that is the case)
        handed_back = b.reap(0.3)
    assert handed_back == ["work"]
    await lost.wait()  # and hears of it once the loop is back
    reaper.close()
