"""An alert is raised once, lasts while it holds, and its notices are laid down with it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from sempre import clock, tasks
from sempre.alerts import Alert, Alerts, BudgetStanding, Severity, Watch
from sempre.alerts.rules import Rule
from sempre.db.tables import alert_notices
from sempre.errors import NotFoundError, UnavailableError
from tests.alerts.conftest import THRESHOLDS, World
from tests.support.patience import PATIENCE
from tests.support.store import Store

COOLDOWN = timedelta(minutes=30)
LOW = 10**8 * 5


def alerts_of(store: Store, *, notifies: bool = True) -> Alerts:
    return Alerts(store.db, store.log, cooldown=COOLDOWN, notifies=notifies)


def watch_of(store: Store, world: World, *, node: str = "here", notifies: bool = True) -> Watch:
    return Watch(
        alerts_of(store, notifies=notifies),
        world.sources(),
        THRESHOLDS,
        node=node,
        every=30,
        told=lambda: None,
    )


async def lasting(store: Store) -> list[Alert]:
    return list(await alerts_of(store).page(lasting_only=True))


async def notices(store: Store) -> list[str]:
    statement = sa.select(alert_notices.c.what).order_by(alert_notices.c.id)
    async with store.db.reading() as session:
        return list((await session.execute(statement)).scalars())


async def kinds(store: Store) -> list[str]:
    await store.log.flushed()
    return [each.kind for each in await store.log.after(0) if each.kind.startswith("alert.")]


async def test_what_goes_on_is_one_alert_and_one_notice_also_after_a_restart(store: Store) -> None:
    world = World(free=LOW)
    for _ in range(3):
        await watch_of(store, world).look()
    assert len(await lasting(store)) == 1
    assert await notices(store) == ["raised"]
    world.free = 10**12
    for _ in range(2):
        await watch_of(store, world).look()
    assert await lasting(store) == []
    assert await notices(store) == ["raised", "ended"]
    assert await kinds(store) == ["alert.raised", "alert.ended"]


async def test_two_processes_that_look_at_once_raise_it_once(store: Store) -> None:
    world = World(ended=(0, 9))
    looks = await asyncio.gather(
        *(watch_of(store, world).look() for _ in range(4)), return_exceptions=True
    )
    assert not [
        each for each in looks if each is not None and not isinstance(each, UnavailableError)
    ]
    assert len(await lasting(store)) == 1
    assert await notices(store) == ["raised"]


async def test_the_same_is_told_again_only_after_the_cooldown_but_shown_at_once(
    store: Store,
) -> None:
    world = World(ended=(0, 9))
    await watch_of(store, world).look()
    world.ended = (9, 0)
    await watch_of(store, world).look()
    world.ended = (0, 9)
    await watch_of(store, world).look()
    assert len(await lasting(store)) == 1
    assert await notices(store) == ["raised", "ended"]
    with clock.shifted(COOLDOWN):
        await watch_of(store, world).look()
    assert await notices(store) == ["raised", "ended", "raised"]


async def test_what_ends_within_the_cooldown_is_told_neither_way(store: Store) -> None:
    world = World()
    for failing in (True, False, True, False):
        world.ended = (0, 9) if failing else (9, 0)
        await watch_of(store, world).look()
    assert await notices(store) == ["raised", "ended"]


async def test_a_warning_that_becomes_a_problem_is_told_once_more(store: Store) -> None:
    world = World(budgets=[BudgetStanding(name="day", percent=80, reached=False)])
    await watch_of(store, world).look()
    world.budgets = [BudgetStanding(name="day", percent=100, reached=True)]
    for _ in range(2):
        await watch_of(store, world).look()
    (alert,) = await lasting(store)
    assert alert.severity is Severity.PROBLEM
    assert await notices(store) == ["raised", "worsened"]
    assert await kinds(store) == ["alert.raised", "alert.worsened"]


async def test_a_rule_with_a_fault_does_not_blind_the_others(store: Store) -> None:
    await watch_of(store, World(broken={"queued"}, free=LOW)).look()
    (alert,) = await lasting(store)
    assert alert.rule == Rule.DISK


async def test_a_fault_does_not_end_the_watch(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, alerts = World(free=LOW), alerts_of(store)
    settle, faults = alerts.settle, [ValueError("a row makes no sense")]

    async def settle_later(*given: Any) -> None:
        if faults:
            raise faults.pop()
        await settle(*given)

    monkeypatch.setattr(alerts, "settle", settle_later)
    looked = asyncio.Semaphore(0)
    watch = Watch(alerts, world.sources(), THRESHOLDS, node="here", every=0.01, told=looked.release)
    running = tasks.spawn(watch.run(), name="watch")
    async with asyncio.timeout(PATIENCE):
        for _ in range(2):
            await looked.acquire()
    await tasks.stop(running)
    assert len(await lasting(store)) == 1


async def test_what_cannot_be_seen_now_neither_begins_nor_ends(store: Store) -> None:
    world = World(queued={"c:1": (1, clock.now() - timedelta(days=1))})
    await watch_of(store, world).look()
    world.queued, world.blind = {}, {"queued"}
    await watch_of(store, world).look()
    assert len(await lasting(store)) == 1
    world.blind = set()
    await watch_of(store, world).look()
    assert await lasting(store) == []


async def test_another_node_does_not_end_what_only_this_one_sees(store: Store) -> None:
    await watch_of(store, World(free=LOW)).look()
    await watch_of(store, World(), node="there").look()
    assert [each.subject for each in await lasting(store)] == ["here"]


async def test_without_a_webhook_nothing_is_laid_down_and_everything_is_shown(store: Store) -> None:
    world = World(free=LOW)
    await watch_of(store, world, notifies=False).look()
    assert len(await lasting(store)) == 1
    assert await notices(store) == []
    await watch_of(store, world).look()
    assert await notices(store) == ["raised"], "set up later, it is told of what lasts"


async def test_seen_by_somebody_it_lasts_all_the_same(store: Store) -> None:
    await watch_of(store, World(free=LOW)).look()
    (alert,) = await lasting(store)
    for by in ("owner", "local"):
        seen = await alerts_of(store).acknowledge(alert.id, by)
        assert (seen.acknowledged_by, seen.ended_at) == ("owner", None)
    assert (await kinds(store)).count("alert.acknowledged") == 1
    with pytest.raises(NotFoundError):
        await alerts_of(store).acknowledge("0" * 36, "owner")


async def test_pages_follow_each_other(store: Store) -> None:
    old = clock.now() - timedelta(days=1)
    world = World(queued={f"c:{at}": (1, old) for at in range(5)})
    await watch_of(store, world).look()
    first = await alerts_of(store).page(lasting_only=True, limit=3)
    rest = await alerts_of(store).page(lasting_only=True, before=first[-1].id, limit=3)
    assert len({each.id for each in (*first, *rest)}) == 5
    assert await alerts_of(store).count() == {"queue_age": 5}
