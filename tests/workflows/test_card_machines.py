"""Two machines on one Postgres: what works on a disk waits for its machine, and says so on the other."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from sempre import crypto
from sempre.api.card_views import Viewer
from sempre.api.parts import Parts
from sempre.board.words import RunState, Wait
from sempre.settings import Settings
from sempre.settings.serving import DatabaseSettings, EngineSettings
from tests.workflows.workshop import Coder, Workshop, open_workshop


def viewer(shop: Workshop) -> Viewer:
    parts = SimpleNamespace(
        board=shop.room.parts(shop.commands),
        turns=shop.house.turns,
        spending=shop.house.ledger,
        nodes_alive=shop.house.engine.nodes,
        log=shop.house.log,
    )
    return Viewer(cast("Parts", parts))


@pytest.mark.postgres
async def test_a_run_waits_for_its_machine_and_goes_on_when_that_is_back(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = crypto.dump(crypto.load(tmp_path / "key", data_exists=False))
    monkeypatch.setenv(crypto.ENVIRONMENT_NAME, key)
    settings = Settings(
        database=DatabaseSettings(url=postgres_url),
        engine=EngineSettings(beat_seconds=0.5, dead_after_seconds=3),
    )
    coder = Coder(holds={"implement": asyncio.Event()})
    async with open_workshop(tmp_path / "first", coder, settings) as first:
        await first.board()
        run = await first.run(await first.card())
        await first.reached("SHOP-1 implement")
        node = first.house.node
        assert (await viewer(first).run(run.id)).wait is None
    async with open_workshop(tmp_path / "second", Coder(), settings) as second:
        shown = await viewer(second).run(run.id)
        assert (shown.status, shown.wait, shown.waits_on) == (
            RunState.RUNNING,
            Wait.MACHINE,
            [node],
        )
        assert not shown.is_stuck
        assert await second.room.scheduler.reconcile() == 0, "it is never run elsewhere"
        assert second.coder.asked == []
    coder.holds.clear()
    async with open_workshop(tmp_path / "first", coder, settings) as first:
        assert (await first.ended(run)).state is RunState.COMPLETED
