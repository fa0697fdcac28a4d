"""A turn that reaches its budget parks, says so, and goes on when a person, another budget or the next day lets it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from sempre import clock
from sempre.budgets import Amount, BudgetScope, Limit, OverBudgetError
from sempre.budgets.ledger import Ledger
from sempre.contract.agents import Ending, Outcome, Question, Session, Sink
from sempre.contract.messages import Failure, TurnState
from sempre.conversations import Turn
from sempre.errors import ConflictError
from sempre.settings import BudgetSettings
from tests.budgets.pot import COST, OPUS, USED, Caller
from tests.support.patience import PATIENCE
from tests.workflows.house import CHANNEL, House, ScriptedAgent, open_house


@dataclass
class Spender(ScriptedAgent):
    """Makes three model calls for each answer, as the gateway lets it; `calls` are those of all turns."""

    ledger: Ledger | None = None
    calls: int = 0
    most_at_once: int = 0
    _at_once: int = 0
    asked: list[Question] = field(default_factory=list[Question])

    def place(self, channel: str) -> AbstractAsyncContextManager[object]:
        return nullcontext()

    async def answer(self, question: Question, sink: Sink) -> Outcome:
        self.asked.append(question)
        session = Session(id=question.session.id, started=True)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            for _ in range(3):
                await self._call(question)
        except OverBudgetError as error:
            failure = Failure(kind="budget", message=error.message)
            return Outcome(ending=Ending.BUDGET, session=session, failure=failure)
        finally:
            self._at_once -= 1
        return Outcome(ending=Ending.ANSWERED, session=session, text="done", model=OPUS)

    async def _call(self, question: Question) -> None:
        assert self.ledger is not None
        caller = Caller(question.channel, question.session.id, question.turn_id)
        entry = await self.ledger.begin(caller, OPUS, agent=None)
        self.calls += 1
        await self.ledger.settle(entry, USED, model=None)


@asynccontextmanager
async def spending(
    url: str, folder: Path, agent: Spender | None = None, **budgets: float
) -> AsyncIterator[House]:
    agent = agent or Spender()
    settings = BudgetSettings.model_validate(budgets)
    async with open_house(url, folder, agent=agent, budgets=settings) as house:
        agent.ledger = house.money.ledger
        yield house


async def parked(house: House, turn_id: str) -> Turn:
    return await house.until(turn_id, lambda turn: turn.state is TurnState.PARKED)


def dollars(calls: float) -> float:
    return calls * COST / 1_000_000


async def test_a_turn_parks_in_its_middle_and_a_person_lets_it_go_on_in_its_session(
    database_url: str, tmp_path: Path
):
    agent = Spender()
    async with spending(database_url, tmp_path, agent, turn_dollars=dollars(2)) as house:
        sent = await house.commands.send(CHANNEL, "much")
        turn = await parked(house, sent.id)
        assert turn.failure is not None
        assert turn.failure.kind == "budget"
        assert "$0.0360 is used up ($0.0360 spent)" in turn.failure.message
        assert turn.retry_at == house.money.today().ends
        assert agent.calls == 2
        released = Amount(micros=3 * COST)
        await house.releasing.release(turn.id, released, by="owner")
        answered = await house.ended(turn.id)
        assert (answered.state, answered.answer) == (TurnState.ANSWERED, "done")
        first, second = agent.asked
        assert second.session.id == first.session.id
        assert second.interrupted, "it is told to look at what it had done"
        assert [each.counted for each in await house.attempts.of_turn(turn.id)] == [False, False]
        with pytest.raises(ConflictError):
            await house.releasing.release(turn.id, released, by="owner")


async def test_a_turn_that_may_not_even_start_parks_and_a_raised_budget_wakes_it(
    database_url: str, tmp_path: Path
):
    agent = Spender()
    async with spending(database_url, tmp_path, agent, day_dollars=0) as house:
        sent = await house.commands.send(CHANNEL, "first")
        turn = await parked(house, sent.id)
        assert turn.failure is not None
        assert "Today's budget of $0.00 is used up" in turn.failure.message
        assert agent.asked == []
        await house.money.budgets.set_budget(
            BudgetScope.read("day"), Limit(micros=10 * COST), by="owner", may_widen=True
        )
        assert (await house.ended(turn.id)).state is TurnState.ANSWERED


async def test_the_next_day_lets_it_go_on_by_itself(database_url: str, tmp_path: Path):
    async with (
        spending(database_url, tmp_path, Spender(), day_dollars=0, turn_dollars=5) as house,
        AsyncExitStack() as evenings,
    ):
        for seconds in (3, 15, 60):  # what is left of the day; a busy machine needs more of it
            midnight = house.money.today().ends
            evening = midnight - timedelta(seconds=seconds)
            evenings.enter_context(clock.shifted(evening - clock.now()))
            sent = await house.commands.send(f"api:{seconds}", "late")
            turn = await parked(house, sent.id)
            if turn.retry_at == midnight:
                break
        assert turn.retry_at == midnight
        # The next day has another budget; nobody says so to the turn that waits.
        await _quietly_allow(house, micros=10 * COST)
        answered = await house.ended(turn.id)
        assert answered.state is TurnState.ANSWERED
        assert answered.started_at is not None
        assert answered.started_at >= midnight


async def test_a_turn_that_waits_for_its_budget_can_be_cancelled(database_url: str, tmp_path: Path):
    async with spending(database_url, tmp_path, day_dollars=0) as house:
        sent = await house.commands.send(CHANNEL, "never")
        await parked(house, sent.id)
        await house.commands.cancel(sent.id)
        assert (await house.ended(sent.id)).state is TurnState.CANCELLED


async def test_forty_channels_at_once_share_a_day_and_each_goes_on_when_another_ends(
    database_url: str, tmp_path: Path
):
    agent = Spender()
    limits = {"day_dollars": dollars(200), "turn_dollars": dollars(10)}
    async with spending(database_url, tmp_path, agent, **limits) as house:
        channels = [f"api:c{n}" for n in range(40)]
        turns = await _on_each(house, channels)
        for each in turns:
            assert (await house.ended(each)).state is TurnState.ANSWERED
        assert agent.most_at_once <= 20, "no more than there is budget for at once"
        assert agent.calls == 120
        assert (await house.money.standings.read())[0].reserved == Amount()


async def test_what_a_killed_process_had_reserved_is_free_when_the_next_one_starts(
    database_url: str, tmp_path: Path
):
    hung = Spender(hold=asyncio.Event())
    async with spending(database_url, tmp_path, day_dollars=1, turn_dollars=1) as house:
        # As a kill -9 leaves it: reserved by a process that is no more, which had spent some of it.
        dead = house.money.purse
        dead_turn = (await house.accept("x", channel=CHANNEL))[0]
        await house.ended(dead_turn)
        assert await dead.reserve("lost", CHANNEL) is None
    async with spending(database_url, tmp_path, hung, day_dollars=1, turn_dollars=1) as house:
        assert (await house.money.standings.read())[0].reserved == Amount()
        assert (await house.ask("next")).state is TurnState.ANSWERED


async def _quietly_allow(house: House, *, micros: int) -> None:
    changed, house.money.budgets.changed = house.money.budgets.changed, None
    await house.money.budgets.set_budget(
        BudgetScope.read("day"), Limit(micros=micros), by="owner", may_widen=True
    )
    house.money.budgets.changed = changed


async def _on_each(house: House, channels: Sequence[str]) -> list[str]:
    async with asyncio.timeout(PATIENCE):
        for channel in channels:
            await house.inbox.open(channel)
        sent = await asyncio.gather(*(house.commands.send(each, "work") for each in channels))
    return [turn.id for turn in sent]
