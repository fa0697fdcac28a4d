"""Who gets a place and who loses one, with processes that cost nothing."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from sempre.agents.claude.limits import Limits
from sempre.agents.claude.pool import Pool
from sempre.agents.claude.profile import Profile
from sempre.agents.claude.running import Running
from sempre.contract.agents import Question, Session, Sink
from tests.agents.claude.rig import Notes, until
from tests.support.patience import PATIENCE


class Live:
    memory_mb = 1.0

    def __init__(self, session_id: str) -> None:
        self.id = session_id
        self.usable = True


class Processes:
    """Starts and stops processes that are only counted."""

    def __init__(self) -> None:
        self.alive: list[str] = []
        self.most = self.starting = self.most_starting = 0
        self.stopping = 0
        self.may_start, self.may_stop = asyncio.Event(), asyncio.Event()
        self.may_start.set()
        self.may_stop.set()

    async def start(
        self,
        channel: str,
        session: Session,
        profile: Profile,
        sink: Sink,
        following: Question | None = None,
    ) -> Running:
        assert following is None
        self.starting += 1
        self.most_starting = max(self.most_starting, self.starting)
        try:
            await asyncio.sleep(0.01)
            await self.may_start.wait()
        finally:
            self.starting -= 1
        self.alive.append(channel)
        self.most = max(self.most, len(self.alive))
        return Running(
            channel=channel,
            live=cast(Any, Live(session.id)),
            caller=cast(Any, None),
            token="",
            launch=profile.launch,
            meter=None,
            totals=cast(Any, None),
        )

    async def stop(self, running: Running) -> None:
        cast(Any, running.live).usable = False
        await asyncio.shield(self._stop(running.channel))

    async def _stop(self, channel: str) -> None:
        self.stopping += 1
        try:
            await asyncio.sleep(0.01)
            await self.may_stop.wait()
        finally:
            self.stopping -= 1
        if channel in self.alive:
            self.alive.remove(channel)


class Place:
    def __init__(self, **limits: Any) -> None:
        self.processes = Processes()
        self.pool = Pool(cast(Any, self.processes), Limits(**limits), None)
        self.order: list[str] = []

    async def work(self, channel: str, may_end: asyncio.Event | None = None) -> None:
        profile = Profile(directory=Path())
        session = Session(id=channel, started=True)
        async with self.pool.lease(channel, session, profile, Notes()):
            self.order.append(channel)
            await (may_end.wait() if may_end else asyncio.sleep(0.01))


async def test_never_more_alive_than_allowed_and_all_get_their_turn() -> None:
    place = Place(alive=3, starting=2)
    names = [f"c{number}" for number in range(12)]
    await asyncio.gather(*(place.work(name) for name in names * 3))

    assert sorted(place.order) == sorted(names * 3)
    assert place.processes.most == 3
    assert place.processes.most_starting == 2
    assert place.pool.alive == 3


async def test_the_longest_unused_goes_first_and_who_works_stays() -> None:
    place = Place(alive=3)
    for name in ("a", "b", "c", "a"):
        await place.work(name)
    may_end = asyncio.Event()
    at_work = asyncio.create_task(place.work("b", may_end))
    assert await until(lambda: place.order[-1] == "b")
    await place.work("d")
    assert sorted(place.processes.alive) == ["a", "b", "d"]
    await place.work("e")
    assert sorted(place.processes.alive) == ["b", "d", "e"]
    may_end.set()
    await at_work


async def test_one_that_is_leaving_is_waited_for() -> None:
    place = Place(alive=1, idle_seconds=0.02)
    place.processes.may_stop.clear()
    await place.work("a")
    assert await until(lambda: place.processes.stopping == 1)  # its idle time is over
    wanted = [asyncio.create_task(place.work(name)) for name in "ba"]
    await asyncio.sleep(0.05)
    assert place.order == ["a"]
    place.processes.may_stop.set()
    await asyncio.gather(*wanted)

    assert place.processes.most == 1
    assert sorted(place.order) == ["a", "a", "b"]


async def test_a_place_is_given_back_when_the_wait_or_the_start_is_cancelled() -> None:
    place = Place(alive=1)
    await place.work("a")
    place.processes.may_stop.clear()
    evicting = asyncio.create_task(place.work("b"))
    assert await until(lambda: place.processes.stopping == 1)
    evicting.cancel()
    place.processes.may_stop.set()
    with pytest.raises(asyncio.CancelledError):
        await evicting
    place.processes.may_start.clear()
    starting = asyncio.create_task(place.work("c"))
    assert await until(lambda: place.processes.starting == 1)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    place.processes.may_start.set()
    await asyncio.wait_for(place.work("d"), PATIENCE)

    assert place.processes.alive == ["d"]
    assert place.processes.most == 1
    await place.pool.close()
    assert place.processes.alive == []


async def test_a_session_that_changed_gets_a_process_of_its_own() -> None:
    place = Place(alive=2)
    profile = Profile(directory=Path())
    for session_id in ("s1", "s1", "s2"):
        async with place.pool.lease(
            "a", Session(id=session_id, started=True), profile, Notes()
        ) as it:
            assert it.live.id == session_id
    assert place.processes.alive == ["a"]
    assert place.pool.alive == 1
