import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from sempre import clock
from sempre.approvals import Approval, Decision, State
from sempre.approvals.approvals import AlreadyDecidedError
from sempre.contract.actions import Judgement, Risk, Verdict
from sempre.db import Session
from sempre.db.tables import approvals as table
from sempre.errors import NotFoundError
from tests.approvals.desk import ASK, Desk


async def test_what_was_asked_stands_there_in_full(desk: Desk) -> None:
    asked = await desk.asked(subagent="agent-1")
    found = await desk.another().find("s1", asked.call_id)
    assert found is not None
    assert found == asked
    assert found.input == {"command": "make deploy", "description": "Olá"}
    assert (found.why, found.rule, found.rule_reason) == ("Now I deploy.", "command", ASK.reason)
    assert (found.risk, found.risk_reason) == (Risk.MEDIUM, ASK.risk_reason)
    assert (found.state, found.deferred, found.decision) == (State.PENDING, False, None)
    assert found.expires_at - found.asked_at == timedelta(hours=1)
    assert await desk.approvals.find("s2", asked.call_id) is None


async def test_what_an_agent_wants_is_sealed(desk: Desk) -> None:
    asked = await desk.asked(input={"command": "canary-command"}, why="canary-why")
    await desk.approvals.decide(
        asked.id, Decision.APPROVE, by="owner", changed={"command": "canary-change"}
    )
    async with desk.store.db.reading() as session:
        row = (await session.execute(sa.select(table))).one()
    assert "canary" not in str(row._mapping)


async def test_one_decision_counts_and_the_second_is_told_who_was_first(desk: Desk) -> None:
    asked = await desk.asked()
    decided = await desk.approvals.decide(
        asked.id, Decision.REFUSE, by="token:phone", reason="Not today."
    )
    assert (decided.state, decided.decided_by) == (State.REFUSED, "token:phone")
    assert decided.decision_reason == "Not today."
    with pytest.raises(AlreadyDecidedError, match="refused by token:phone"):
        await desk.another().decide(asked.id, Decision.APPROVE, by="owner")
    assert (await desk.approvals.get(asked.id)) == decided
    assert await desk.events() == ["approval.asked", "approval.decided"]


async def hang_up(desk: Desk, change: Callable[[], Awaitable[object]]) -> None:
    """Cancel it right after it was committed, before it hears of that."""
    begin = desk.store.db.transaction

    @asynccontextmanager
    async def transaction() -> AsyncIterator[Session]:
        async with begin() as session:
            yield session
        changing.cancel()
        await asyncio.sleep(0)

    changing = asyncio.ensure_future(change())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.store.db, "transaction", transaction)
        with pytest.raises(asyncio.CancelledError):
            await changing


async def test_who_hangs_up_does_not_keep_it_from_being_told(desk: Desk) -> None:
    action = desk.action(await desk.turn())
    await hang_up(desk, lambda: desk.approvals.ask(action, ASK))
    asked = await desk.approvals.find(action.session_id, action.call_id)
    assert asked is not None
    await hang_up(desk, lambda: desk.approvals.decide(asked.id, Decision.APPROVE, by="owner"))
    await hang_up(desk, lambda: desk.approvals.release(asked))
    await hang_up(desk, lambda: desk.approvals.reopen(asked))
    await hang_up(desk, lambda: desk.approvals.expire(asked))
    other = await desk.asked()
    await hang_up(desk, lambda: desk.approvals.withdraw([other], "It is over."))
    told = ["asked", "decided", "released", "asked", "expired", "asked", "withdrawn"]
    assert await desk.events() == [f"approval.{what}" for what in told]


async def test_two_hundred_decided_at_once_from_two_pages_are_each_decided_once(
    desk: Desk,
) -> None:
    turn_id = await desk.turn()
    asked = [await desk.approvals.ask(desk.action(turn_id), ASK) for _ in range(200)]
    won: Counter[str] = Counter()
    lost: list[str] = []

    async def decide(page: str, approval: Approval) -> None:
        decision = Decision.APPROVE if page == "owner" else Decision.REFUSE
        try:
            await pages[page].decide(approval.id, decision, by=page)
        except AlreadyDecidedError as error:
            lost.append(error.message)
        else:
            won[approval.id] += 1

    pages = {"owner": desk.approvals, "token:phone": desk.another()}
    await asyncio.gather(*(decide(page, each) for each in asked for page in pages))
    assert won == Counter({each.id: 1 for each in asked})
    assert len(lost) == 200
    for message in lost:
        assert "by owner" in message or "by token:phone" in message
    assert (await desk.approvals.standing())[0] == 0


async def test_it_is_let_through_once_and_then_asked_again(desk: Desk) -> None:
    asked = await desk.asked()
    decided = await desk.approvals.decide(asked.id, Decision.APPROVE, by="owner")
    released = await asyncio.gather(
        *(each.release(decided) for each in (desk.approvals, desk.another()) for _ in range(5))
    )
    assert sum(released) == 1

    again = await desk.approvals.reopen(await desk.approvals.get(asked.id))
    assert (again.state, again.releases, again.decision) == (State.UNKNOWN, 1, None)
    assert (await desk.approvals.standing())[0] == 1
    refused = await desk.approvals.decide(asked.id, Decision.REFUSE, by="owner")
    assert refused.state is State.REFUSED
    assert not await desk.approvals.release(refused)


async def test_nobody_decides_what_has_expired(desk: Desk) -> None:
    asked = await desk.asked()
    with clock.shifted(timedelta(hours=2)):
        with pytest.raises(AlreadyDecidedError, match="Nobody decided"):
            await desk.approvals.decide(asked.id, Decision.APPROVE, by="owner")
        assert not await desk.approvals.expire(asked)
    found = await desk.approvals.get(asked.id)
    assert (found.state, found.decided_by) == (State.EXPIRED, "system")
    assert await desk.events() == ["approval.asked", "approval.expired"]


async def test_a_turn_that_ends_withdraws_what_is_open_and_nothing_of_it_counts_later(
    desk: Desk,
) -> None:
    turn_id = await desk.turn()
    covering = await desk.approvals.ask(desk.action(turn_id), ASK)
    await desk.approvals.decide(covering.id, Decision.APPROVE_TURN, by="owner")
    waiting = await desk.approvals.ask(desk.action(turn_id), ASK)
    assert await desk.approvals.is_deferring("s1")

    await desk.approvals.settle(turn_id, "It ended.")
    states = [(await desk.approvals.get(each.id)).state for each in (covering, waiting)]
    assert states == [State.WITHDRAWN, State.WITHDRAWN]
    assert await desk.approvals.unsettled(turn_id) == []
    assert await desk.approvals.covered_by(desk.action(turn_id), ASK) is None
    assert not await desk.approvals.is_deferring("s1")
    with pytest.raises(AlreadyDecidedError, match="not asked any more"):
        await desk.approvals.decide(waiting.id, Decision.APPROVE, by="owner")


async def test_an_approval_for_the_turn_covers_such_calls_and_no_others(desk: Desk) -> None:
    turn_id = await desk.turn()
    asked = await desk.approvals.ask(desk.action(turn_id), ASK)
    await desk.approvals.decide(asked.id, Decision.APPROVE_TURN, by="token:phone")
    covered = desk.another().covered_by

    def judged(rule: str = "command", risk: Risk = Risk.MEDIUM) -> Judgement:
        return Judgement(verdict=Verdict.ASK, rule=rule, reason="", risk=risk)

    assert await covered(desk.action(turn_id), judged()) == "token:phone"
    assert await covered(desk.action(turn_id), judged(risk=Risk.LOW)) == "token:phone"
    assert await covered(desk.action(turn_id), judged(risk=Risk.HIGH)) is None
    assert await covered(desk.action(turn_id), judged(rule="web")) is None
    assert await covered(desk.action(turn_id, tool="Write"), judged()) is None
    assert await covered(desk.action(await desk.turn()), judged()) is None


async def test_whoever_waits_is_woken_by_the_decision(desk: Desk) -> None:
    asked = await desk.asked()
    waiting = asyncio.create_task(desk.approvals.wait(asked, 600))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await desk.another().decide(asked.id, Decision.APPROVE, by="owner")
    desk.approvals.wake(asked.id)
    assert (await waiting).state is State.APPROVED
    assert (await desk.approvals.wait(await desk.asked(), 0.01)).is_open


async def test_pages_are_newest_first_without_gap_or_double(desk: Desk) -> None:
    asked = [(await desk.asked()).id for _ in range(7)]
    await desk.approvals.decide(asked[3], Decision.APPROVE, by="owner")
    read: list[str] = []
    before = None
    while page := await desk.approvals.page(
        states=[State.PENDING, State.UNKNOWN], before=before, limit=2
    ):
        read += [each.id for each in page]
        before = page[-1].id
    assert read == [each for each in asked[::-1] if each != asked[3]]
    assert await desk.approvals.page(channel="files:other") == []
    with pytest.raises(NotFoundError):
        await desk.approvals.get("no such")
