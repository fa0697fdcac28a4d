from datetime import timedelta

import pytest

from sempre import clock
from sempre.contract.agents import Ending, Outcome, Session
from sempre.contract.messages import Failure, TurnState
from sempre.conversations import Limits
from sempre.errors import ConflictError
from tests.support.store import CHANNEL, Store, opened, outcome

FEW = Limits(attempts=3, transient_attempts=5, backoff_seconds=2, backoff_cap_seconds=10)
A_WHILE = timedelta(minutes=10)


async def crash(store: Store, turn_id: str) -> Store:
    """Begin an attempt and die in it: the next process finds it running."""
    await store.begin(turn_id)
    return store.reopened()


async def states(store: Store, turn_id: str) -> list[tuple[str, bool]]:
    return [(each.state, each.counted) for each in await store.attempts.of_turn(turn_id)]


async def test_an_answer_ends_the_turn_and_is_kept_with_its_session(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    question = await store.begin(turn_id)
    assert (await store.turns.get(turn_id)).state is TurnState.RUNNING
    assert store.attempts.running == [turn_id]
    session = Session(id="other", started=True)
    again = await store.attempts.end(
        question,
        Outcome(ending=Ending.ANSWERED, session=session, text="hello", model="opus"),
    )
    turn = await store.turns.get(turn_id)
    assert again is None
    assert (turn.state, turn.answer, turn.model, turn.session_id) == (
        TurnState.ANSWERED,
        "hello",
        "opus",
        "other",
    )
    assert turn.finished_at is not None
    assert store.attempts.running == []
    assert await store.channels.session(await store.channels.get(CHANNEL)) == session


async def test_an_empty_answer_is_an_answer(store: Store) -> None:
    (turn_id,) = await store.accept("say nothing")
    await store.answer(turn_id, "")
    assert (await store.turns.get(turn_id)).answer == ""


async def test_an_attempt_is_stored_before_the_question_is_given_out(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    question = await store.begin(turn_id)
    (attempt,) = await store.reopened().attempts.of_turn(turn_id)
    assert (attempt.id, attempt.message_id) == (question.attempt_id, question.message_id)
    assert (attempt.state, attempt.ended_at) == ("running", None)


async def test_an_attempt_found_running_was_broken_off_by_a_crash_and_counts(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    survivor = await crash(store, turn_id)
    question = await survivor.begin(turn_id)
    assert question.interrupted
    assert await states(store, turn_id) == [("crashed", True), ("running", False)]
    assert (await store.turns.get(turn_id)).errors == 1


async def test_crashes_up_to_the_limit_make_a_dead_letter(migrated_url: str) -> None:
    async with opened(migrated_url, limits=FEW) as store:
        (turn_id,) = await store.accept("hi")
        survivor = store
        for _ in range(3):
            survivor = await crash(survivor, turn_id)
        last = await survivor.attempts.begin(
            turn_id, await survivor.channels.session(await survivor.channels.get(CHANNEL))
        )
        turn = await store.turns.get(turn_id)
        assert (last.question, last.wait_until) == (None, None)
        assert (turn.state, turn.failure and turn.failure.kind) == (TurnState.FAILED, "crashed")
        assert [letter.turn_id for letter in await store.dead_letters.page()] == [turn_id]
        assert await states(store, turn_id) == [("crashed", True)] * 3


async def test_an_orderly_stop_counts_nothing_however_often(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    for _ in range(7):
        question = await store.begin(turn_id)
        await store.attempts.break_off(question)
        assert (await store.turns.get(turn_id)).state is TurnState.QUEUED
        store = store.reopened()
    turn = await store.turns.get(turn_id)
    assert (turn.errors, turn.transient_errors, turn.state) == (0, 0, TurnState.QUEUED)
    assert await states(store, turn_id) == [("stopped", False)] * 7
    assert (await store.begin(turn_id)).interrupted, "what it had done is unknown all the same"


async def test_errors_wait_longer_each_time_up_to_the_cap(migrated_url: str) -> None:
    limits = Limits(attempts=9, backoff_seconds=2, backoff_cap_seconds=10)
    async with opened(migrated_url, limits=limits) as store:
        (turn_id,) = await store.accept("hi")
        waits: list[float] = []
        for _ in range(5):
            question = await store.begin(turn_id)
            again = await store.attempts.end(*outcome(question, Ending.ERROR))
            assert again is not None
            waits.append(round((again - clock.now()).total_seconds()))
            early = await store.attempts.begin(turn_id, question.session)
            assert early.wait_until == again, "not before its time"
            clock.shift(A_WHILE)
        clock.shift(-5 * A_WHILE)
        assert waits == [2, 4, 8, 10, 10]
        assert (await store.turns.get(turn_id)).state is TurnState.PARKED


async def test_the_last_error_makes_a_dead_letter(migrated_url: str) -> None:
    async with opened(migrated_url, limits=FEW) as store:
        (turn_id,) = await store.accept("hi")
        ends = [await end_later(store, turn_id, Ending.ERROR) for _ in range(3)]
        turn = await store.turns.get(turn_id)
        assert [end is None for end in ends] == [False, False, True]
        assert (turn.state, turn.failure) == (
            TurnState.FAILED,
            Failure(kind="error", message="It broke."),
        )
        assert (await store.dead_letters.page())[0].failure == turn.failure
        assert await states(store, turn_id) == [("error", True)] * 3


async def end_later(store: Store, turn_id: str, ending: Ending) -> object:
    """Fail once, long after any back-off."""
    turn = await store.turns.get(turn_id)
    with clock.shifted(A_WHILE * (turn.attempts + 1)):
        question = await store.begin(turn_id)
        return await store.attempts.end(*outcome(question, ending))


async def test_what_passes_by_itself_has_a_limit_of_its_own(migrated_url: str) -> None:
    async with opened(migrated_url, limits=FEW) as store:
        (turn_id,) = await store.accept("hi")
        for _ in range(4):
            await end_later(store, turn_id, Ending.TRANSIENT)
        turn = await store.turns.get(turn_id)
        assert (turn.state, turn.errors, turn.transient_errors) == (TurnState.PARKED, 0, 4)
        await end_later(store, turn_id, Ending.TRANSIENT)
        assert (await store.turns.get(turn_id)).state is TurnState.FAILED


@pytest.mark.parametrize("ending", [Ending.QUOTA, Ending.BUDGET])
async def test_a_wall_parks_until_its_time_and_counts_nothing(store: Store, ending: Ending) -> None:
    (turn_id,) = await store.accept("hi")
    until = clock.now() + timedelta(hours=5)
    question = await store.begin(turn_id)
    failure = Failure(kind=ending.value, message="Reset at five.")
    again = await store.attempts.end(
        question, Outcome(ending=ending, session=question.session, failure=failure, until=until)
    )
    turn = await store.turns.get(turn_id)
    assert (again, turn.retry_at, turn.state, turn.failure) == (
        until,
        until,
        TurnState.PARKED,
        failure,
    )
    assert (turn.errors, turn.transient_errors) == (0, 0)
    assert await states(store, turn_id) == [(ending.value, False)]


@pytest.mark.parametrize("ending", [Ending.AUTHENTICATION, Ending.MISCONFIGURED])
async def test_what_a_person_must_mend_waits_and_counts_nothing(
    store: Store, ending: Ending
) -> None:
    (turn_id,) = await store.accept("hi")
    await store.fail(turn_id, ending)
    turn = await store.turns.get(turn_id)
    assert (turn.state, turn.errors, turn.retry_at is None) == (TurnState.PARKED, 0, False)


async def test_a_prompt_that_can_never_be_answered_fails_at_once(store: Store) -> None:
    (turn_id,) = await store.accept("x")
    await store.fail(turn_id, Ending.INVALID)
    assert (await store.turns.get(turn_id)).state is TurnState.FAILED
    assert await store.dead_letters.count() == 1


async def test_every_attempt_has_a_message_id_of_its_own_and_knows_the_earlier_of_its_session(
    store: Store,
) -> None:
    (turn_id,) = await store.accept("hi")
    first = await store.begin(turn_id)
    second = await store.reopened().begin(turn_id)
    third = await store.reopened().begin(turn_id)
    assert len({first.message_id, second.message_id, third.message_id}) == 3
    assert (first.earlier, second.earlier) == ((), (first.message_id,))
    assert third.earlier == (first.message_id, second.message_id)
    await store.channels.new_session(CHANNEL)
    fourth = await store.reopened().begin(turn_id)
    assert fourth.earlier == (), "another session has no answer to an earlier message"


async def test_a_person_retries_with_the_same_number_and_a_clean_slate(migrated_url: str) -> None:
    async with opened(migrated_url, limits=FEW) as store:
        _first, turn_id = await store.accept("a", "b")
        for _ in range(3):
            await end_later(store, turn_id, Ending.ERROR)
        await store.turns.mark_published(await store.turns.get(turn_id), "task_2.json")
        submission = await store.turns.retry(turn_id, text="b, but better")
        turn = await store.turns.get(turn_id)
        assert (turn.number, turn.state, turn.prompt) == (2, TurnState.QUEUED, "b, but better")
        assert (turn.attempts, turn.errors, turn.failure, turn.published_at) == (0, 0, None, None)
        assert submission.workflow == turn.workflow != store.submitted[1].workflow
        assert await store.dead_letters.page() == []
        question = await store.begin(turn_id)
        assert (question.text, question.earlier, question.interrupted) == (
            "b, but better",
            (),
            False,
        )
        assert [each.number for each in await store.attempts.of_turn(turn_id)] == [1, 2, 3, 4]
        # Three more until it fails again, not one.
        await store.attempts.end(*outcome(question, Ending.ERROR))
        assert (await store.turns.get(turn_id)).state is TurnState.PARKED


async def test_each_retry_gets_a_workflow_of_its_own_that_sorts_after_the_first(
    store: Store,
) -> None:
    (turn_id,) = await store.accept("a")
    seen = [store.submitted[0].workflow]
    for _ in range(3):
        await store.fail(turn_id)
        await store.turns.mark_published(await store.turns.get(turn_id), "x")
        seen.append((await store.turns.retry(turn_id)).workflow)
    assert len(set(seen)) == 4
    assert seen == sorted(seen)


async def test_an_attempt_that_another_process_took_over_is_not_booked(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    zombie_question = await store.begin(turn_id)
    survivor = store.reopened()
    await survivor.answer(turn_id, "the survivor's")
    with pytest.raises(ConflictError):
        await store.attempts.end(*outcome(zombie_question, Ending.ANSWERED, text="the zombie's"))
    assert (await store.turns.get(turn_id)).answer == "the survivor's"


async def test_parking_says_why_and_ends_nothing(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    until = clock.now() + timedelta(minutes=5)
    await store.attempts.park(turn_id, "quota", "The wall.", until)
    turn = await store.turns.get(turn_id)
    assert (turn.state, turn.retry_at) == (TurnState.PARKED, until)
    assert turn.failure == Failure(kind="quota", message="The wall.")
    await store.turns.hurry(turn_id)
    assert (await store.begin(turn_id)).text == "hi"
