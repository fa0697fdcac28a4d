"""Once an hour what is old goes and what is seldom read is packed: all of it, as the settings say."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

import sqlalchemy as sa

from sempre import clock
from sempre.app.house import House
from sempre.app.housekeeping import tidy
from sempre.audit import Trail
from sempre.contract.messages import TurnState
from sempre.db.tables import event_packs
from sempre.settings import Settings
from tests.support.store import Store
from tests.telemetry.test_tally import Growth

SETTINGS = Settings.model_validate(
    {
        "engine": {"retention_days": 3},
        "events": {"retention_days": 60, "compress_days": 2},
        "retention": {"turns_days": 30, "audit_days": 30},
    }
)


class Engine:
    """Only told."""

    def __init__(self) -> None:
        self.collected: list[datetime] = []

    async def collect(self, before: datetime) -> None:
        self.collected.append(before)


async def ended(store: Store, days_ago: int) -> str:
    """A turn, its events and an entry on the trail, of that day."""
    with clock.shifted(-timedelta(days=days_ago)):
        (turn_id,) = await store.accept(f"{days_ago} days ago")
        await store.answer(turn_id)
        await store.turns.mark_published(await store.turns.get(turn_id), "")
        await Trail(store.db, store.keyring).record("turn.cancelled", by="owner", details={})
        store.log.append("turn.text", {"text": "x"}, turn_id=turn_id)
        await store.log.flushed()
    return turn_id


async def test_all_that_is_old_goes_and_what_is_seldom_read_is_packed(store: Store) -> None:
    ancient, old, young = [await ended(store, days) for days in (90, 10, 0)]
    audit, engine = Trail(store.db, store.keyring), Engine()
    parts = {"settings": SETTINGS, "db": store.db, "audit": audit, "engine": engine}
    house = cast("House", SimpleNamespace(**parts))
    read = await store.log.of_turn(old, limit=100)
    growth = Growth()
    for _ in range(2):  # the second time finds nothing more
        await tidy(house, store.keyring)
    left = await store.turns.of_ids([ancient, old, young])
    assert set(left) == {old, young}
    assert {each.state for each in left.values()} == {TurnState.ANSWERED}
    assert await store.log.of_turn(ancient, limit=100) == []
    assert await store.log.of_turn(old, limit=100) == read != []
    assert await packed(store) == {old}
    assert growth.of("events_packed_total") == len(read)
    for table in ("turns", "audit", "events"):
        assert growth.of("forgotten_rows_total", table=table) > 0, table
    assert [age(each) for each in engine.collected] == [3, 3]
    whats = [each.what for each in await audit.page()]
    assert whats == ["audit.forgotten", "turn.cancelled", "turn.cancelled"]
    assert (await audit.verify()).whole


async def packed(store: Store) -> set[str]:
    async with store.db.reading() as session:
        return set((await session.execute(sa.select(event_packs.c.turn_id))).scalars())


def age(moment: datetime) -> int:
    return round((clock.now() - moment) / timedelta(days=1))
