"""A suspension reaches the spend gate and every process, whichever one was told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import cast

import pytest

from sempre.agents.claude import Pass
from sempre.app.control import heed_suspension
from sempre.app.house import House
from sempre.budgets import Ledger
from sempre.budgets.ledger import OverBudgetError
from sempre.conversations import Suspension
from sempre.db import schema
from sempre.db.notices import Notices
from tests.support.patience import until
from tests.support.store import CHANNEL, Store, opened

CALLER = Pass(channel=CHANNEL, session_id="s", directory=Path())


@dataclass
class Process:
    """As much of a house as heeds a suspension."""

    ledger: Ledger
    notices: Notices
    suspension: Suspension

    async def refuses(self) -> str | None:
        try:
            await self.ledger.settle(
                await self.ledger.begin(CALLER, "m", agent=None), None, model=None
            )
        except OverBudgetError as error:
            return error.message
        return None


@asynccontextmanager
async def process(store: Store) -> AsyncIterator[Process]:
    notices = Notices(store.db)
    made = Process(
        ledger=Ledger(store.db, node="here", zone=UTC),
        notices=notices,
        suspension=Suspension(store.db, store.log),
    )
    notices.open()
    await heed_suspension(cast("House", made))
    try:
        yield made
    finally:
        await notices.close()


async def test_no_model_call_leaves_while_everything_is_suspended(store: Store) -> None:
    async with process(store) as house:
        assert await house.refuses() is None
        await house.suspension.begin(by="owner", reason="the bill")
        assert await house.refuses() == "Everything is suspended by owner: the bill"
        await house.suspension.end(by="owner")
        assert await house.refuses() is None


async def test_it_holds_from_the_first_moment_after_a_restart(store: Store) -> None:
    async with process(store) as house:
        await house.suspension.begin(by="owner", reason=None)
    async with process(store) as house:
        assert await house.refuses() == "Everything is suspended by owner."


@pytest.mark.postgres
async def test_every_process_hears_of_it(postgres_url: str) -> None:
    schema.ensure(postgres_url)
    async with (
        opened(postgres_url) as one,
        opened(postgres_url, keyring=one.keyring) as two,
        process(one) as here,
        process(two) as there,
    ):
        await here.suspension.begin(by="owner", reason=None)
        await until(lambda: there.suspension.current is not None)
        assert await there.refuses() is not None
        await there.suspension.end(by="owner")
        await until(lambda: here.suspension.current is None)
        assert await here.refuses() is None
