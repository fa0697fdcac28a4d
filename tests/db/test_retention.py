"""Every table has a rule, and what has one is kept as it says."""

from datetime import timedelta

import pytest

from sempre import clock, ids
from sempre.app.housekeeping import days_of
from sempre.contract.agents import Ending
from sempre.db import retention
from sempre.db.tables import ledger, metadata
from sempre.settings import Settings
from tests.docs.sources import DOCS
from tests.support.store import Store


def test_every_table_has_a_rule_that_says_why_and_no_rule_lacks_its_table() -> None:
    assert set(retention.RULES) - {"alembic_version"} == set(metadata.tables)
    for name, rule in retention.RULES.items():
        assert rule.why.endswith("."), name


def test_every_rule_that_names_a_setting_names_one_that_there_is() -> None:
    for name, rule in retention.RULES.items():
        if rule.setting is not None:
            section, _, field = rule.setting.partition(".")
            assert isinstance(getattr(getattr(Settings(), section), field), int), name
    assert days_of("turns", Settings()) == 0, "for ever, as long as nobody says otherwise"
    assert days_of("logins", Settings()) == 1
    assert days_of("budgets", Settings()) == 0


def test_people_are_told_of_every_setting() -> None:
    page = (DOCS / "how-to" / "backups.md").read_text("utf-8")
    for rule in retention.RULES.values():
        assert rule.setting is None or rule.setting in page


async def test_old_turns_go_with_all_of_theirs_but_not_those_that_somebody_has_to_look_at(
    store: Store,
) -> None:
    answered, failed, running, young = await store.accept("a", "b", "c", "d")
    with clock.shifted(timedelta(days=-100)):
        await store.answer(answered)
        await store.fail(failed, Ending.INVALID)
        await store.begin(running)
        for turn_id in (answered, failed):
            await store.turns.mark_published(await store.turns.get(turn_id), "")
    await store.answer(young)
    await store.turns.mark_published(await store.turns.get(young), "")
    border = clock.now() - timedelta(days=30)
    assert await retention.forget(store.db, "turns", border) == 1
    left = set(await store.turns.of_ids([answered, failed, running, young]))
    assert left == {failed, running, young}
    (letter,) = await store.dead_letters.page(before=None, limit=10)
    await store.dead_letters.purge(letter.id)
    assert await retention.forget(store.db, "turns", border) == 1
    assert await retention.forget(store.db, "turns", border) == 0


async def test_more_than_one_batch_goes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BATCH", 10)
    now = clock.now()
    nothing = dict.fromkeys(
        ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"), 0
    )
    rows = [
        {
            "id": ids.new_id(),
            "channel": "c:1",
            "session_id": "s",
            "model": "m",
            "state": "booked",
            "process": "p",
            "started_at": now - timedelta(days=at),
            "ended_at": now,
            **nothing,
        }
        for at in range(40)
    ]
    async with store.db.transaction() as session:
        await session.execute(ledger.insert(), rows)
    assert await retention.forget(store.db, "ledger", now - timedelta(days=9.5)) == 30
    assert await retention.forget(store.db, "budgets", now) == 0
