"""A turn from the inbox to the outbox, on both databases: what it goes through when things go well, badly, and when
the process goes away in the middle."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import DBOS

from sempre import clock
from sempre.contract.agents import Ending
from sempre.contract.messages import Failure, Inbound, TurnState
from sempre.conversations import Limits
from sempre.durable import Engine
from sempre.errors import ConflictError, InvalidError, NotFoundError, UnavailableError
from sempre.workflows import turn as turn_workflow
from sempre.workflows.turn import GO_ON
from tests.support.patience import PATIENCE, until
from tests.workflows.house import CHANNEL, Outbox, ScriptedAgent, ends, open_house


async def test_a_message_becomes_an_answer_given_out_once(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as house:
        turn = await house.ask("hello")
        assert (turn.state, turn.answer, turn.attempts) == (TurnState.ANSWERED, "re: hello", 1)
        (sent,) = house.outbox.sent
        assert (sent.text, sent.number, sent.usage.cost_micros) == ("re: hello", 1, 3)
        async with asyncio.timeout(PATIENCE):  # it is marked a moment before
            while house.outbox.settled != [turn.id]:  # noqa: ASYNC110  (it keeps a list)
                await asyncio.sleep(0.01)
        await house.log.flushed()
        kinds = [event.kind for event in await house.log.of_turn(turn.id)]
        assert kinds == [
            "turn.accepted",
            "turn.started",
            "turn.text",
            "turn.ended",
            "turn.published",
        ]


async def test_what_was_given_out_is_not_given_out_again(sqlite_url: str, tmp_path: Path) -> None:
    """As when the step runs again, after a crash between the mark and the removal of what was kept for it."""
    async with open_house(sqlite_url, tmp_path) as house:
        turn = await house.ask("hello")
        await until(lambda: house.outbox.settled == [turn.id])
        assert await turn_workflow._equipped().publish(turn.id) is None
        assert len(house.outbox.sent) == 1
        assert house.outbox.settled == [turn.id] * 2


async def test_the_same_message_again_is_the_same_turn(database_url: str, tmp_path: Path) -> None:
    async with open_house(database_url, tmp_path) as house:
        first, second = await house.accept("a", "b")
        assert await house.accept("b", "a") == [second, first]
        await house.ended(second)
        assert await house.accept("a") == [first]
        assert [sent.text for sent in house.outbox.sent] == ["re: a", "re: b"]


async def test_turns_of_a_channel_go_one_by_one_in_order(database_url: str, tmp_path: Path) -> None:
    async with open_house(database_url, tmp_path) as house:
        texts = [f"{n}" for n in range(40)]
        ids = await house.accept(*texts)
        await house.ended(ids[-1])
        assert [question.text for question in house.agent.asked] == texts
        assert [sent.number for sent in house.outbox.sent] == list(range(1, 41))


async def test_an_agents_error_is_tried_again_and_then_a_dead_letter(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent({"bad": [ends(Ending.ERROR, f"boom {n}") for n in range(3)]})
    limits = Limits(attempts=3, backoff_seconds=0.02)
    async with open_house(database_url, tmp_path, agent=agent, limits=limits) as house:
        turn = await house.ask("bad")
        assert turn.state is TurnState.FAILED
        assert turn.failure == Failure(kind="error", message="boom 2")
        assert [attempt.counted for attempt in await house.attempts.of_turn(turn.id)] == [True] * 3
        assert len({question.message_id for question in agent.asked}) == 3
        (letter,) = await house.dead_letters.page()
        assert letter.turn_id == turn.id
        assert house.outbox.sent[-1].failure == turn.failure


async def test_a_retry_keeps_the_number_and_forgets_what_was_tried(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent({"bad": [ends(Ending.INVALID, "too large")]})
    async with open_house(database_url, tmp_path, agent=agent) as house:
        failed = await house.ask("bad")
        await house.commands.retry(failed.id, text="good")
        again = await house.ended(failed.id)
        assert (again.state, again.answer, again.number) == (
            TurnState.ANSWERED,
            "re: good",
            failed.number,
        )
        assert agent.asked[-1].earlier == ()
        assert await house.dead_letters.count() == 0
        with pytest.raises(ConflictError):
            await house.commands.retry(failed.id)


async def test_a_transient_fault_has_a_patience_of_its_own(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent({"x": [ends(Ending.TRANSIENT, "overloaded") for _ in range(4)]})
    limits = Limits(attempts=2, transient_attempts=5, backoff_seconds=0.01)
    async with open_house(database_url, tmp_path, agent=agent, limits=limits) as house:
        turn = await house.ask("x")
        assert (turn.state, turn.errors, turn.transient_errors) == (TurnState.ANSWERED, 0, 4)


async def test_a_quota_wall_parks_the_channel_until_its_time(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as house:
        until = clock.now() + timedelta(seconds=1)
        house.agent.script["x"] = [ends(Ending.QUOTA, "the wall", until=until)]
        first, second = await house.accept("x", "y")
        parked = await house.until(first, lambda turn: turn.state is TurnState.PARKED)
        assert parked.failure == Failure(kind="quota", message="the wall")
        async with asyncio.timeout(PATIENCE):
            while (await house.channels.get(CHANNEL)).state_until != until:  # noqa: ASYNC110  (a row)
                await asyncio.sleep(0.01)
        await house.ended(second)
        assert clock.now() >= until
        assert (await house.channels.get(CHANNEL)).state == "open"
        assert [sent.text for sent in house.outbox.sent] == ["re: x", "re: y"]
        assert (await house.turns.get(first)).errors == 0


async def test_an_authentication_failure_stops_the_channel_until_a_person_resumes_it(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent({"x": [ends(Ending.AUTHENTICATION, "bad key")]})
    async with open_house(database_url, tmp_path, agent=agent) as house:
        first, second = await house.accept("x", "y")
        await house.until(first, lambda turn: turn.state is TurnState.PARKED)
        async with asyncio.timeout(PATIENCE):
            while (channel := await house.channels.get(CHANNEL)).state == "open":  # noqa: ASYNC110  (a row)
                await asyncio.sleep(0.01)
        assert (channel.state, channel.state_reason) == ("stopped", "bad key")
        await asyncio.sleep(0.3)
        assert len(agent.asked) == 1, "no storm of retries"
        await house.control.resume(CHANNEL, by="owner")
        await house.ended(second)
        assert [sent.text for sent in house.outbox.sent] == ["re: x", "re: y"]


async def test_cancelling_what_runs_stops_it_and_what_waits_never_runs(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent(hold=asyncio.Event())
    async with open_house(database_url, tmp_path, agent=agent) as house:
        running, waiting = await house.accept("a", "b")
        await house.until(running, lambda turn: turn.state is TurnState.RUNNING)
        assert (await house.commands.cancel(waiting)).state is TurnState.CANCELLED
        await house.commands.cancel(running)
        assert (await house.ended(running)).state is TurnState.CANCELLED
        await house.ended(waiting)
        assert [question.text for question in agent.asked] == ["a"]
        assert [sent.state for sent in house.outbox.sent] == [TurnState.CANCELLED] * 2
        with pytest.raises(ConflictError):
            await house.commands.cancel(running)


async def test_a_parked_turn_that_is_cancelled_does_not_hold_the_next(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent({"x": [ends(Ending.ERROR, "boom")]})
    async with open_house(
        database_url, tmp_path, agent=agent, limits=Limits(backoff_seconds=300)
    ) as house:
        first, second = await house.accept("x", "y")
        await house.until(first, lambda turn: turn.state is TurnState.PARKED)
        await house.commands.cancel(first)
        assert (await house.ended(second)).state is TurnState.ANSWERED
        assert (await house.turns.get(first)).state is TurnState.CANCELLED


async def test_a_number_that_is_taken_is_left_alone(database_url: str, tmp_path: Path) -> None:
    outbox = Outbox(taken={1, 2})
    async with open_house(database_url, tmp_path, outbox=outbox) as house:
        turn = await house.ask("a")
        assert turn.number == 3
        assert [sent.number for sent in outbox.sent] == [3]


async def test_what_cannot_be_given_out_now_is_given_out_later(
    database_url: str, tmp_path: Path
) -> None:
    outbox = Outbox(faults=[UnavailableError("disk full", retry_after=0.05) for _ in range(3)])
    async with open_house(database_url, tmp_path, outbox=outbox) as house:
        turn = await house.ask("a")
        assert turn.state is TurnState.ANSWERED
        assert len(house.agent.asked) == 1
        assert len(outbox.sent) == 1


async def test_an_unusable_message_is_a_failed_turn_with_a_number(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as house:
        failure = Failure(kind="empty", message="The prompt is empty.")
        message = Inbound(
            channel=CHANNEL, external_id="e", text="", received_at=clock.now(), failure=failure
        )
        (accepted,) = await house.inbox.accept([message])
        turn = await house.ended(accepted.turn_id)
        assert (turn.state, turn.number, turn.failure) == (TurnState.FAILED, 1, failure)
        assert house.agent.asked == []
        assert await house.dead_letters.count() == 1


async def test_an_orderly_stop_counts_no_attempt_and_the_next_start_goes_on(
    database_url: str, tmp_path: Path
) -> None:
    outbox = Outbox()
    turn_id = ""
    for round_ in range(5):
        agent = ScriptedAgent(hold=asyncio.Event())
        async with open_house(database_url, tmp_path, agent=agent, outbox=outbox) as house:
            if round_ == 0:
                (turn_id,) = await house.accept("long")
            async with asyncio.timeout(PATIENCE):
                while not agent.asked:  # noqa: ASYNC110  (the agent has no event to wait for)
                    await asyncio.sleep(0.01)
            assert agent.asked[0].interrupted is (round_ > 0)
    async with open_house(database_url, tmp_path, outbox=outbox) as house:
        turn = await house.ended(turn_id)
        states = [attempt.state for attempt in await house.attempts.of_turn(turn_id)]
    assert (turn.state, turn.errors) == (TurnState.ANSWERED, 0)
    assert states == ["stopped"] * 5 + ["answered"]
    assert len(outbox.sent) == 1


async def test_a_process_whose_turn_was_taken_over_gives_nothing_out(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def others(_engine: Engine, workflow: str) -> bool:
        asked.append(workflow)
        return len(asked) > 1

    monkeypatch.setattr(Engine, "still_mine", others)
    async with open_house(sqlite_url, tmp_path) as house:
        (turn_id,) = await house.accept("a")
        turn = await house.until(turn_id, lambda turn: bool(asked) and turn.state.ended)
        await asyncio.sleep(0.1)
        assert (house.outbox.sent, house.outbox.settled) == ([], [])
        await house.engine.signal(turn.workflow, GO_ON)
        await house.ended(turn_id)
        assert len(house.outbox.sent) == 1
    assert asked == [turn.workflow] * 2


async def test_waiting_for_a_place_among_those_that_work_is_no_attempt(
    sqlite_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent(places=asyncio.Semaphore(0))
    async with open_house(sqlite_url, tmp_path, agent=agent) as house:
        (turn_id,) = await house.accept("a")
        async with asyncio.timeout(PATIENCE):
            while not house.engine.running():  # noqa: ASYNC110  (the engine has no event to wait for)
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert await house.attempts.of_turn(turn_id) == []
        assert (await house.turns.get(turn_id)).state is TurnState.QUEUED
        assert (await house.commands.cancel(turn_id)).state is TurnState.CANCELLED
        assert agent.places is not None
        agent.places.release()
        await house.ended(turn_id)
        assert agent.asked == []


async def test_a_clock_that_jumps_back_holds_no_turn_for_hours(
    sqlite_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent({"x": [ends(Ending.ERROR, "boom")]})
    limits = Limits(backoff_seconds=0.5, backoff_cap_seconds=60)
    with clock.shifted(timedelta(hours=2)):
        async with open_house(sqlite_url, tmp_path, agent=agent, limits=limits) as house:
            (turn_id,) = await house.accept("x")
            await house.until(turn_id, lambda turn: turn.state is TurnState.PARKED)
    async with open_house(sqlite_url, tmp_path, agent=agent, limits=limits) as house:
        assert (await house.ended(turn_id)).state is TurnState.ANSWERED


async def test_a_turn_stored_but_never_submitted_is_taken_up_at_the_next_start(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as house:
        await house.engine.close()
        with pytest.raises(UnavailableError):
            await house.accept("a")
    async with open_house(database_url, tmp_path) as house:
        (turn_id,) = await house.accept("a")
        assert (await house.ended(turn_id)).answer == "re: a"


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1001])
async def test_a_prompt_that_is_no_prompt_is_refused_with_what_to_do(
    sqlite_url: str, tmp_path: Path, text: str
) -> None:
    async with open_house(sqlite_url, tmp_path) as house:
        with pytest.raises(InvalidError):
            await house.commands.send(CHANNEL, text)
        assert await house.turns.page() == []


async def test_an_unknown_channel_is_told_so(sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, tmp_path) as house:
        with pytest.raises(NotFoundError, match="files:nobody"):
            await house.commands.send("files:nobody", "hello")
        with pytest.raises(NotFoundError, match="files:nobody"):
            await house.control.resume("files:nobody", by="owner")


async def test_the_same_key_is_the_same_turn(sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, tmp_path) as house:
        first = await house.commands.send(CHANNEL, "a", key="k")
        second = await house.commands.send(CHANNEL, "a", key="k")
        assert first.id == second.id
        await house.ended(first.id)
        assert len(house.agent.asked) == 1


async def test_one_that_recorded_its_steps_goes_on_with_them(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What earlier builds had under way: their history holds a step for each look, and the engine holds them to it."""
    monkeypatch.setattr(turn_workflow, "WORKFLOW", "turn")
    async with open_house(database_url, tmp_path) as house:
        await house.control.pause(CHANNEL, by="owner")
        (turn_id,) = await house.accept("one")
        held = await house.until(turn_id, lambda turn: turn.state is TurnState.PARKED)
        async with asyncio.timeout(PATIENCE):
            while not (steps := await DBOS.list_workflow_steps_async(held.workflow)):  # noqa: ASYNC110  (as until)
                await asyncio.sleep(0.01)
        assert (steps[0]["function_id"], steps[0]["function_name"]) == (1, "advance")
    monkeypatch.undo()
    async with open_house(database_url, tmp_path) as house:
        following = await house.accept("two")
        await house.control.resume(CHANNEL, by="owner")
        assert [(await house.ended(each)).state for each in (turn_id, *following)] == [
            TurnState.ANSWERED
        ] * 2
        assert [sent.text for sent in house.outbox.sent] == ["re: one", "re: two"]
