"""A person's hand on everything: suspend and go on, pause and resume, also across a restart."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from sempre import clock
from sempre.contract.messages import TurnState
from sempre.errors import ConflictError, InvalidError, NotFoundError
from sempre.workflows.holds import LONGEST, Holds
from tests.support.patience import until
from tests.workflows.house import CHANNEL, House, ScriptedAgent, open_house

OWNER = "owner"


def is_held(kind: str):
    return lambda turn: turn.failure is not None and turn.failure.kind == kind


async def kinds(house: House) -> list[str]:
    await house.log.flushed()
    return [event.kind for event in await house.log.after(0)]


async def test_suspending_interrupts_what_runs_and_it_goes_on_in_its_session(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent(hold=asyncio.Event())
    async with open_house(database_url, tmp_path, agent=agent) as house:
        turn_id, behind = await house.accept("long", "behind")
        await until(lambda: len(agent.asked) == 1)
        said = await house.control.suspend(by=OWNER, reason="the bill")
        assert said.reason == "the bill"
        held = await house.until(turn_id, is_held("suspended"))
        assert held.state is TurnState.PARKED
        assert held.errors == 0, "it counts for nothing"
        later = await house.commands.send(CHANNEL, "later")
        assert (await house.turns.get(later.id)).state is TurnState.QUEUED, "taken in, and waits"
        agent.hold = None
        await house.control.go_on(by="token:phone")
        answered = await house.ended(turn_id)
        assert (answered.state, answered.errors) == (TurnState.ANSWERED, 0)
        assert [question.turn_id for question in agent.asked] == [turn_id, turn_id]
        assert agent.asked[0].session.id == agent.asked[1].session.id
        assert agent.asked[1].interrupted, "it is told that its effects are unknown"
        assert (await house.ended(behind)).state is TurnState.ANSWERED
        assert (await house.ended(later.id)).state is TurnState.ANSWERED
        told = await kinds(house)
        assert [each for each in told if each.startswith("agent.")] == [
            "agent.suspended",
            "agent.resumed",
        ]
        assert told.count("turn.interrupted") == 1


async def test_a_suspension_outlives_a_restart_and_nothing_begins_before_it_is_lifted(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent()
    async with open_house(database_url, tmp_path, agent=agent) as house:
        await house.control.suspend(by=OWNER)
        (turn_id,) = await house.accept("one")
        await house.until(turn_id, is_held("suspended"))
    async with open_house(database_url, tmp_path, agent=agent) as house:
        (fresh,) = await house.accept("two")
        found = await house.suspension.now()
        assert found is not None
        assert found.by == OWNER
        assert agent.asked == []
        await house.control.go_on(by=OWNER)
        assert (await house.ended(turn_id)).state is TurnState.ANSWERED
        assert (await house.ended(fresh)).state is TurnState.ANSWERED
    assert len(agent.asked) == 2


async def test_suspending_twice_keeps_the_first_and_going_on_twice_is_no_error(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as house:
        first = await house.control.suspend(by=OWNER, reason="one")
        assert await house.control.suspend(by="local", reason="two") == first
        await house.control.go_on(by=OWNER)
        await house.control.go_on(by=OWNER)
        assert (await house.ask("x")).state is TurnState.ANSWERED
        assert (await kinds(house)).count("agent.suspended") == 1


async def test_what_waits_can_be_cancelled_while_everything_is_suspended(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as house:
        await house.control.suspend(by=OWNER)
        first, second = await house.accept("one", "two")
        await house.until(first, is_held("suspended"))
        for turn_id in (first, second):
            await house.commands.cancel(turn_id)
            assert (await house.ended(turn_id)).state is TurnState.CANCELLED
        await house.control.go_on(by=OWNER)
        assert house.agent.asked == []


@pytest.mark.postgres
async def test_another_process_stops_and_goes_on_too(postgres_url: str, tmp_path: Path) -> None:
    """The one that is told has no agent of its own at work; the row and a notice reach the other."""
    from sempre.conversations import Suspension

    agent = ScriptedAgent(hold=asyncio.Event())
    async with open_house(postgres_url, tmp_path, agent=agent) as house:
        elsewhere = Suspension(house.db, house.log)
        (turn_id,) = await house.accept("long")
        await until(lambda: len(agent.asked) == 1)
        await elsewhere.begin(by=OWNER, reason=None)
        await house.suspension.refresh()  # what the notice brings about
        await house.until(turn_id, is_held("suspended"))
        (queued,) = await house.accept("later")
        assert elsewhere.current is not None
        agent.hold = None
        await house.control.go_on(by=OWNER)
        assert (await house.ended(turn_id)).state is TurnState.ANSWERED
        assert (await house.ended(queued)).state is TurnState.ANSWERED


async def test_a_paused_channel_finishes_what_runs_and_begins_nothing_new(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent(hold=asyncio.Event())
    async with open_house(database_url, tmp_path, agent=agent) as house:
        running, behind = await house.accept("running", "behind")
        await until(lambda: len(agent.asked) == 1)
        await house.control.pause(CHANNEL, by=OWNER, reason="lunch")
        assert agent.hold is not None
        agent.hold.set()
        assert (await house.ended(running)).state is TurnState.ANSWERED
        held = await house.until(behind, is_held("paused"))
        assert held.failure is not None
        assert "lunch" in held.failure.message
        assert len(agent.asked) == 1
        await house.control.resume(CHANNEL, by=OWNER)
        assert (await house.ended(behind)).state is TurnState.ANSWERED
        told = await kinds(house)
        assert told.index("channel.paused") < told.index("channel.resumed")


async def test_a_pause_outlives_a_restart(database_url: str, tmp_path: Path) -> None:
    agent = ScriptedAgent()
    async with open_house(database_url, tmp_path, agent=agent) as house:
        await house.control.pause(CHANNEL, by=OWNER)
        (turn_id,) = await house.accept("one")
        await house.until(turn_id, is_held("paused"))
    async with open_house(database_url, tmp_path, agent=agent) as house:
        assert agent.asked == []
        await house.control.resume(CHANNEL, by=OWNER)
        assert (await house.ended(turn_id)).state is TurnState.ANSWERED


async def test_a_pause_with_an_end_goes_on_by_itself(database_url: str, tmp_path: Path) -> None:
    async with open_house(database_url, tmp_path) as house:
        ends = clock.now() + timedelta(seconds=0.5)
        await house.control.pause(CHANNEL, by=OWNER, until=ends)
        assert (await house.ask("one")).state is TurnState.ANSWERED
        assert clock.now() >= ends
        assert (await house.channels.get(CHANNEL)).pause is None
        with pytest.raises(InvalidError):
            await house.control.pause(CHANNEL, by=OWNER, until=clock.now())


async def test_the_end_of_a_pause_does_not_end_a_newer_one(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as house:
        await house.control.pause(CHANNEL, by=OWNER, until=clock.now() + timedelta(hours=1))
        (turn_id,) = await house.accept("one")
        turn = await house.until(turn_id, is_held("paused"))
        seen = await house.channels.get(CHANNEL)
        await house.control.pause(CHANNEL, by="token:phone", reason="longer")
        holds = Holds(attempts=house.attempts, channels=house.channels, suspension=house.suspension)
        with clock.shifted(timedelta(hours=2)):
            assert await holds.of(turn, seen) == LONGEST
        pause = (await house.channels.get(CHANNEL)).pause
        assert pause is not None
        assert pause.by == "token:phone"
        assert "channel.resumed" not in await kinds(house)


@pytest.mark.parametrize("again", ["reminded", "started"])
@pytest.mark.parametrize("held", ["suspended", "paused", "misconfigured"])
async def test_turns_that_a_crash_kept_from_being_woken_go_on(
    database_url: str, tmp_path: Path, held: str, again: str
) -> None:
    """What held them ended, and the crash came before they were woken."""
    async with open_house(database_url, tmp_path) as house:
        turn_id = await _held(house, held)
        assert await house.control.remind() == 0, "it is still held"
        if held == "suspended":
            await house.suspension.end(by=OWNER)
        else:
            await house.channels.resume(CHANNEL)
        if again == "reminded":
            assert await house.control.remind() == 1
            assert (await house.ended(turn_id)).state is TurnState.ANSWERED
            assert await house.control.remind() == 0
            return
    async with open_house(database_url, tmp_path) as house:  # a turn looks at its row first
        assert (await house.ended(turn_id)).state is TurnState.ANSWERED
        assert await house.control.remind() == 0


async def _held(house: House, held: str) -> str:
    match held:
        case "suspended":
            await house.control.suspend(by=OWNER)
        case "paused":
            await house.control.pause(CHANNEL, by=OWNER)
        case _:
            await house.channels.stop(CHANNEL, held, "no folder")
    (turn_id,) = await house.accept("one")
    await house.until(turn_id, is_held(held))
    return turn_id


async def test_a_quota_wall_that_falls_does_not_end_a_persons_pause(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as house:
        await house.control.pause(CHANNEL, by=OWNER)
        await house.channels.park(CHANNEL, "quota", "a wall", clock.now())
        (turn_id,) = await house.accept("one")
        await house.until(turn_id, is_held("paused"))
        await house.channels.reopen(CHANNEL)
        assert (await house.channels.get(CHANNEL)).pause is not None


async def test_a_turn_that_waited_for_a_place_sees_what_changed_meanwhile(
    sqlite_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent(places=asyncio.Semaphore(0))
    async with open_house(sqlite_url, tmp_path, agent=agent) as house:
        (turn_id,) = await house.accept("one")
        assert agent.places is not None
        await asyncio.sleep(0.2)  # it queues for a place now; were it not yet, this shows less
        await house.control.pause(CHANNEL, by=OWNER)
        agent.places.release()
        await house.until(turn_id, is_held("paused"))
        assert agent.asked == []


async def test_a_reset_begins_anew_with_the_next_turn_and_keeps_the_history(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent()
    async with open_house(database_url, tmp_path, agent=agent) as house:
        first = (await house.ask("one")).session_id
        agent.hold = asyncio.Event()
        (running,) = await house.accept("two")
        await until(lambda: len(agent.asked) == 2)
        fresh = await house.control.reset_session(CHANNEL, by=OWNER)
        agent.hold.set()
        assert (await house.ended(running)).session_id == first, "what runs finishes in its own"
        assert (await house.ask("three")).session_id == fresh.id
        assert not agent.asked[-1].session.started
        found = await house.channels.sessions(CHANNEL)
        assert [(each.id, each.origin, each.by, each.turns, each.current) for each in found] == [
            (fresh.id, "reset", OWNER, 1, True),
            (first, "new", None, 2, False),
        ]


async def test_the_first_turns_end_does_not_undo_a_reset_that_came_meanwhile(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent(hold=asyncio.Event())
    async with open_house(database_url, tmp_path, agent=agent) as house:
        (running,) = await house.accept("one")
        await until(lambda: len(agent.asked) == 1)
        fresh = await house.control.reset_session(CHANNEL, by=OWNER)
        assert agent.hold is not None
        agent.hold.set()
        await house.ended(running)
        assert (await house.channels.get(CHANNEL)).session_id == fresh.id


async def test_a_fork_is_asked_for_once_and_remembers_where_it_came_from(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent()
    async with open_house(database_url, tmp_path, agent=agent) as house:
        with pytest.raises(ConflictError):
            await house.control.fork_session(CHANNEL, by=OWNER)
        first = (await house.ask("one")).session_id
        fork = await house.control.fork_session(CHANNEL, by=OWNER)
        assert (await house.ask("two")).session_id == fork.id
        assert agent.asked[-1].session == fork
        await house.ask("three")
        assert agent.asked[-1].session.parent is None, "it has begun"
        found = await house.channels.sessions(CHANNEL)
        assert [(each.origin, each.parent) for each in found] == [("fork", first), ("new", None)]
        other = await house.control.fork_session(CHANNEL, by=OWNER, to="api:other")
        assert other.parent == fork.id
        assert (await house.channels.get("api:other")).session_id == other.id
        with pytest.raises(NotFoundError):
            await house.control.fork_session("api:nobody", by=OWNER)
