"""What a crash leaves between a decision and the audit trail is put there afterwards, once."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from sempre import clock
from sempre.approvals import Approval, Approvals, Decision
from sempre.audit import Trail, Wanted
from sempre.contract.actions import Action, Judgement
from sempre.workflows.deciding import DECIDED, UNDER_WAY, Deciding
from tests.approvals.desk import ASK, Desk
from tests.support.store import Store

AT_ONCE = timedelta()


class Office:
    """As a process has it: a restart has another."""

    def __init__(self, store: Store) -> None:
        self.desk = Desk(store)
        self.trail = Trail(store.db, store.keyring)
        self.deciding = Deciding(
            approvals=self.desk.approvals,
            turns=store.turns,
            channels=store.channels,
            signal=_signal,
            audit=self.trail,
            weigh=_weigh,
        )

    async def asked(self) -> Approval:
        return await self.desk.approvals.ask(self.desk.action(await self.desk.turn()), ASK)

    async def trailed(self) -> list[tuple[str, Mapping[str, object]]]:
        return [(each.by, each.details) for each in await self.trail.page(Wanted(what=DECIDED))]


async def _signal(_workflow: str, _topic: str) -> None: ...


async def _weigh(_action: Action) -> Judgement:
    return ASK


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


async def test_a_decision_without_its_record_is_recorded_later_once(
    office: Office, store: Store
) -> None:
    asked = await office.asked()
    await office.desk.approvals.decide(
        asked.id, Decision.REFUSE, by="token:phone", reason="Not today."
    )
    after = Office(store)
    assert await after.deciding.catch_up(UNDER_WAY) == 0, "it may be in somebody's hands"
    with clock.shifted(2 * UNDER_WAY):
        assert await after.deciding.catch_up(UNDER_WAY) == 1
    assert await after.deciding.catch_up(AT_ONCE) == 0
    ((by, details),) = await after.trailed()
    assert (by, details["approval_id"], details["decision"]) == ("token:phone", asked.id, "refuse")
    assert details["reason"] == "Not today."


async def test_a_record_that_only_was_not_ticked_off_is_not_written_again(
    office: Office, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await office.asked()

    async def dies(_self: Approvals, _approval_id: str) -> None:
        raise RuntimeError("the process died here")

    monkeypatch.setattr(Approvals, "recorded", dies)
    with pytest.raises(RuntimeError, match="died here"):
        await office.deciding.decide(asked.id, Decision.APPROVE, by="owner")
    monkeypatch.undo()
    after = Office(store)
    assert await after.deciding.catch_up(AT_ONCE) == 1
    assert await after.deciding.catch_up(AT_ONCE) == 0
    assert len(await after.trailed()) == 1


async def test_a_decision_that_went_well_leaves_nothing_behind(office: Office) -> None:
    asked = await office.asked()
    await office.deciding.decide(asked.id, Decision.APPROVE, by="owner")
    assert await office.deciding.catch_up(AT_ONCE) == 0
    assert len(await office.trailed()) == 1
