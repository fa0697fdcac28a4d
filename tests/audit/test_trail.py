import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from sempre import clock
from sempre.audit import Head, Trail, Wanted
from sempre.audit._store import rows
from sempre.audit.verification import Verifier
from sempre.db import Database
from sempre.db.rotation import reseal
from sempre.db.tables import audit, audit_keys, audit_marks
from sempre.errors import UnavailableError
from tests.support.store import Store, new_keyring


@pytest.fixture
async def trail(store: Store) -> AsyncIterator[Trail]:
    each = Trail(store.db, store.keyring)
    yield each
    await each.flush()


async def write(trail: Trail, count: int) -> None:
    for n in range(1, count + 1):
        await trail.record("budget.changed", by="owner", channel="files:a", details={"n": n})


async def kinds(trail: Trail) -> list[tuple[str, int]]:
    return [(each.kind, each.sequence) for each in (await trail.verify()).problems]


async def tamper(store: Store, *statements: "sa.Executable") -> None:
    async with store.db.transaction() as session:
        for statement in statements:
            await session.execute(statement)


def later(store: Store) -> Trail:
    """The trail as a process sees it that has written nothing yet."""
    return Trail(store.db, store.keyring)


async def test_what_is_recorded_is_there_when_record_returns(trail: Trail) -> None:
    before = clock.now()
    await trail.record(
        "policy.changed", by="token:ops", channel="files:a", turn_id="t", details={"é": ["😀"]}
    )
    (entry,) = await trail.page()
    assert (entry.sequence, entry.what, entry.by) == (1, "policy.changed", "token:ops")
    assert (entry.channel, entry.turn_id, entry.details) == ("files:a", "t", {"é": ["😀"]})
    assert before <= entry.at <= clock.now()


async def test_an_untouched_trail_is_whole(trail: Trail) -> None:
    assert (await trail.verify()).whole
    await write(trail, 5)
    found = await trail.verify()
    assert (found.whole, found.rows, found.first, found.head.sequence) == (True, 5, 1, 5)


async def test_an_untouched_trail_is_reckoned_beside_the_event_loop(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(trail, 3)
    threads: set[int] = set()
    shown = Verifier.row

    def seen(verifier: Verifier, row: Any, details: str | None) -> None:
        threads.add(threading.get_ident())
        shown(verifier, row, details)

    monkeypatch.setattr(Verifier, "row", seen)
    assert (await trail.verify()).rows == 3
    assert threads
    assert threading.get_ident() not in threads


async def test_details_are_sealed(store: Store, trail: Trail) -> None:
    await trail.record("x.y", by="owner", details={"say": "sesame"})
    async with store.db.reading() as session:
        raw = (await session.execute(sa.select(audit.c.details))).scalar_one()
    assert b"sesame" not in raw


async def test_records_of_a_moment_share_a_transaction_and_keep_their_order(
    store: Store, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions = 0
    transaction = Database.transaction

    def counted(db: Database) -> object:
        nonlocal transactions
        transactions += 1
        return transaction(db)

    monkeypatch.setattr(Database, "transaction", counted)
    await asyncio.gather(*(trail.record("a.b", by="system", details={"n": n}) for n in range(100)))
    assert transactions <= 3
    assert [each.details["n"] async for each in trail.every()] == list(range(100))


async def test_several_processes_write_one_chain(store: Store) -> None:
    databases = [Database(store.url) for _ in range(3)]
    trails = [Trail(db, store.keyring) for db in databases]
    await asyncio.gather(
        *(
            trail.record("a.b", by=f"token:{at}", details={"n": n})
            for n in range(20)
            for at, trail in enumerate(trails)
        )
    )
    found = await trails[0].verify()
    assert (found.whole, found.rows) == (True, 60)
    for db in databases:
        await db.close()


async def test_notes_are_written_soon_and_at_the_latest_by_flush(trail: Trail) -> None:
    for n in range(10):
        trail.note("action.ended", by="agent:files:a", details={"n": n})
    await trail.flush()
    assert [each.details["n"] async for each in trail.every()] == list(range(10))


async def test_filters_and_pages(trail: Trail) -> None:
    for n in range(6):
        await trail.record(
            "action.judged" if n % 2 else "action.ended",
            by=f"rule:{n % 3}",
            channel="files:a" if n < 3 else "files:b",
            turn_id=f"t{n}",
        )

    async def found(**given: str) -> list[int]:
        return [each.sequence for each in await trail.page(Wanted(**given))]

    assert await found(what="action.judged") == [6, 4, 2]
    assert await found(what="action.") == [6, 5, 4, 3, 2, 1]
    assert await found(by="rule:1") == [5, 2]
    assert await found(channel="files:b") == [6, 5, 4]
    assert await found(turn_id="t2") == [3]
    assert await found(what="act_on.") == []
    page = await trail.page(before=4, limit=2)
    assert [each.sequence for each in page] == [3, 2]


async def test_what_the_store_does_not_take_is_refused_and_a_note_waits(
    store: Store, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_db: Database) -> object:
        raise UnavailableError("The database is away.")

    with monkeypatch.context() as broken:
        broken.setattr(Database, "transaction", away)
        trail.note("action.ended", by="agent:files:a")
        with pytest.raises(UnavailableError, match="nothing was done"):
            await trail.record("budget.changed", by="owner")
    await trail.flush()
    assert [each.what for each in await trail.page()] == ["action.ended"]


async def test_what_can_never_be_written_holds_up_nothing_else(
    store: Store, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = rows.append

    async def picky(session: Any, keyring: Any, key: Any, head: Any, drafts: Any) -> Head:
        if any(each.what == "bad.one" for each in drafts):
            raise ValueError("never")
        return await append(session, keyring, key, head, drafts)

    monkeypatch.setattr(rows, "append", picky)
    trail.note("bad.one", by="system")
    trail.note("good.one", by="system")
    with pytest.raises(UnavailableError):
        await asyncio.gather(
            trail.record("good.two", by="system"), trail.record("bad.one", by="system")
        )
    await trail.record("good.three", by="system")
    await trail.flush()
    assert [each.what async for each in trail.every()] == ["good.one", "good.two", "good.three"]
    assert (await trail.verify()).whole


@pytest.mark.parametrize(
    "change",
    [
        {"what": "budget.kept"},
        {"by": "token:other"},
        {"channel": None},
        {"turn_id": "another"},
        {"at": clock.now() - timedelta(days=1)},
        {"mac": "0" * 64},
        {"details": b"\x01" + b"0" * 60},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_changed_row_is_found(
    store: Store, trail: Trail, change: dict[str, object]
) -> None:
    await write(trail, 5)
    await tamper(store, audit.update().where(audit.c.sequence == 3).values(change))
    assert ("changed", 3) in await kinds(later(store))


async def test_a_row_signed_with_a_key_of_ones_own_is_found(store: Store, trail: Trail) -> None:
    await write(trail, 3)
    forger = Trail(store.db, new_keyring())
    await forger.record("budget.changed", by="owner", details={"n": 4})
    assert "unsigned" in [kind for kind, _ in await kinds(later(store))]


async def test_missing_rows_are_found(store: Store, trail: Trail) -> None:
    await write(trail, 6)
    await tamper(store, audit.delete().where(audit.c.sequence.in_([3, 4])))
    assert await kinds(later(store)) == [("missing", 3)]


async def test_a_missing_beginning_is_found(store: Store, trail: Trail) -> None:
    await write(trail, 4)
    await tamper(store, audit.delete().where(audit.c.sequence <= 2))
    assert await kinds(later(store)) == [("missing", 1)]


async def test_reordered_rows_are_found(store: Store, trail: Trail) -> None:
    await write(trail, 5)
    await tamper(
        store,
        audit.update().where(audit.c.sequence == 3).values(sequence=100),
        audit.update().where(audit.c.sequence == 4).values(sequence=3),
        audit.update().where(audit.c.sequence == 100).values(sequence=4),
    )
    found = await kinds(later(store))
    assert {("reordered", 3), ("reordered", 4), ("changed", 3), ("changed", 4)} <= set(found)


async def test_rows_cut_off_at_the_end_are_found(store: Store, trail: Trail) -> None:
    await write(trail, 5)
    await tamper(store, audit.delete().where(audit.c.sequence > 3))
    assert await kinds(later(store)) == [("cut_off", 4)]


async def test_a_head_moved_back_with_them_is_found(store: Store, trail: Trail) -> None:
    await write(trail, 5)
    kept = await trail.page(before=4, limit=1)
    await tamper(
        store,
        audit.delete().where(audit.c.sequence > 3),
        audit_marks.update().values(sequence=3, mac=kept[0].mac),
    )
    assert ("changed", 3) in await kinds(later(store))


async def test_a_whole_trail_put_back_to_an_earlier_state_is_found_by_a_head_kept_elsewhere(
    store: Store, trail: Trail
) -> None:
    await write(trail, 3)
    async with store.db.reading() as session:
        earlier = (await session.execute(sa.select(audit_marks))).one()._asdict()
    await write(trail, 2)
    head = await trail.head()
    await tamper(
        store,
        audit.delete().where(audit.c.sequence > 3),
        audit_marks.update().values(**earlier),
    )
    assert (await later(store).verify()).whole  # nothing in the database itself can tell
    found = await later(store).verify([head])
    assert [each.kind for each in found.problems] == ["cut_off"]
    assert ("cut_off", 4) in await kinds(trail)  # and this process remembers what it wrote


async def test_everything_gone_is_found(store: Store, trail: Trail) -> None:
    await write(trail, 3)
    await tamper(store, audit.delete(), audit_marks.delete())
    assert await kinds(later(store)) == [("cut_off", 0)]
    await tamper(store, audit_keys.delete())
    assert ("cut_off", 1) in await kinds(trail)


async def test_a_new_key_breaks_nothing_and_signs_from_then_on(store: Store, trail: Trail) -> None:
    await write(trail, 3)
    rotated = store.keyring.rotated()
    await reseal(store.db, rotated)
    after = Trail(store.db, rotated.without_old())
    assert (await after.verify()).whole
    await write(after, 2)
    assert (await after.verify()).whole
    async with store.db.reading() as session:
        ids = (await session.execute(sa.select(audit.c.key_id).distinct())).scalars().all()
    assert len(ids) == 2
    assert [each.details["n"] for each in await after.page()] == [2, 1, 3, 2, 1]
    await tamper(store, audit.update().where(audit.c.sequence == 2).values(by="nobody"))
    assert ("changed", 2) in await kinds(after)


async def test_what_is_forgotten_leaves_a_signed_checkpoint(store: Store, trail: Trail) -> None:
    with clock.shifted(-timedelta(days=10)):
        await write(trail, 4)
    await write(trail, 2)
    assert await trail.forget(timedelta(days=5)) == 4
    found = await later(store).verify()
    assert (found.whole, found.rows, found.first) == (True, 3, 5)
    (newest, *_) = await trail.page()
    assert (newest.what, newest.details["through"]) == ("audit.forgotten", 4)
    assert await trail.forget(timedelta(days=5)) == 0


async def test_a_checkpoint_moved_to_hide_rows_is_found(store: Store, trail: Trail) -> None:
    with clock.shifted(-timedelta(days=10)):
        await write(trail, 3)
    await write(trail, 3)
    await trail.forget(timedelta(days=5))
    kept = [each async for each in trail.every()]
    await tamper(
        store,
        audit.delete().where(audit.c.sequence <= 5),
        audit_marks.update()
        .where(audit_marks.c.name == "checkpoint")
        .values(sequence=5, mac=kept[1].mac),
    )
    assert ("changed", 5) in await kinds(later(store))


async def test_a_broken_trail_forgets_nothing(store: Store, trail: Trail) -> None:
    with clock.shifted(-timedelta(days=10)):
        await write(trail, 4)
    await tamper(store, audit.update().where(audit.c.sequence == 2).values(by="nobody"))
    assert await trail.forget(timedelta(days=5)) == 0
    assert len(await trail.page()) == 4
