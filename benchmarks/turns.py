"""Turns per second from the inbox to the row marked as given out, with an in-process agent, every turn durable at each
point: on SQLite, and on a Postgres of its own. `python -m benchmarks.turns`
"""

import asyncio
import io
import time
from pathlib import Path

import uvloop

from benchmarks.own_postgres import own_postgres
from benchmarks.sempre_process import folder
from benchmarks.table import Row, show
from sempre import clock
from sempre.app.house import House, open_house
from sempre.app.plan import Role
from sempre.app.steps import Steps
from sempre.contract.messages import Inbound
from sempre.home import Home
from sempre.rehearsal import ScriptedAgent
from sempre.settings import DatabaseSettings, Settings
from sempre.telemetry import logs
from sempre.workflows import turn as turn_workflow

_CHANNELS = [f"api:bench{number}" for number in range(40)]
_EACH = 10
_LOOK = 0.02  # seconds


async def measure(place: Path, url: str) -> float:
    """Turns per second over 40 channels."""
    home = Home(place)
    logs.configure(
        folder=home.log.parent, terminal=io.StringIO()
    )  # its lines are part of what a turn costs
    settings = Settings(database=DatabaseSettings(url=url))
    agent = ScriptedAgent()
    async with open_house(home, settings, frozenset(Role)) as house:
        steps = Steps(house, lambda _channel: agent, lambda _channel: None, lambda _channel: None)
        steps.ready.set()
        turn_workflow.equip(steps)
        await house.engine.launch()
        try:
            for channel in _CHANNELS:
                await house.inbox.open(channel)
            await _run(house, rounds=1)
            begun = time.perf_counter()
            count = await _run(house, rounds=_EACH)
            return count / (time.perf_counter() - begun)
        finally:
            await house.engine.close()
            turn_workflow.equip(None)


async def _run(house: House, *, rounds: int) -> int:
    for round_ in range(rounds):
        for channel in _CHANNELS:
            await house.inbox.accept([_message(channel, f"{rounds}:{round_}")])
    while await house.turns.unfinished():  # noqa: ASYNC110  (the rows are the truth)
        await asyncio.sleep(_LOOK)
    return rounds * len(_CHANNELS)


def _message(channel: str, name: str) -> Inbound:
    return Inbound(channel=channel, external_id=name, text="[[say:ok]]", received_at=clock.now())


def main() -> None:
    with folder() as place:
        on_sqlite = uvloop.run(measure(place, ""))
    with folder() as place, own_postgres() as new_database:
        on_postgres = uvloop.run(measure(place, new_database()))
    show(
        "Turns, the whole chain",
        [
            Row(name="turns per second, SQLite", ours=f"{on_sqlite:.0f}", promised="60"),
            Row(name="turns per second, Postgres", ours=f"{on_postgres:.0f}"),
        ],
        note=f"in-process agent, {len(_CHANNELS)} channels; the engine alone: python -m benchmarks engine",
    )


if __name__ == "__main__":
    main()
