"""The gate with everything real but Claude Code: rules over the disk, approvals in the store, the audit trail."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from sempre import clock
from sempre.approvals import Approval, Approvals, Decision, State
from sempre.audit import Trail
from sempre.contract.actions import Action, OnAsk, Ruling, Say
from sempre.policy import Rights
from sempre.tasks import stop
from sempre.workflows.asking import Asking, Patience
from sempre.workflows.tool_gate import Rules, ToolGate
from tests.approvals.desk import Desk
from tests.support.patience import PATIENCE
from tests.support.store import Store, opened

LONG = Patience(short=600, hook=600)
SHORT = Patience(short=0, hook=0)


@dataclass
class Room:
    """A channel whose agent asks. `told` are events that are not the approvals' own."""

    store: Store
    own: Path
    patience: Patience = SHORT
    on_ask: OnAsk = OnAsk.WAIT
    told: list[tuple[str, Mapping[str, object]]] = field(
        default_factory=list[tuple[str, Mapping[str, object]]]
    )
    commands: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.approvals = Approvals(
            self.store.db, self.store.keyring, self.store.log, expire=timedelta(hours=1)
        )
        self.trail = Trail(self.store.db, self.store.keyring)
        self.desk = Desk(self.store)
        self.stopping = asyncio.Event()

    def gate(self) -> ToolGate:
        """As a process has it: a restart has another."""
        rules = Rules(self._rights)
        asking = Asking(
            approvals=self.approvals,
            audit=self.trail,
            on_ask=self._on_ask,
            weigh=rules.weigh,
            tell=self._tell,
            patience=self.patience,
            stopping=self.stopping,
        )
        return ToolGate(rules, self.approvals, asking, self.trail, self._tell)

    async def action(self, command: str = "make deploy", **changes: object) -> Action:
        turn_id = str(changes.pop("turn_id", None) or await self.desk.turn())
        given = {"input": {"command": command}, "directory": str(self.own), **changes}
        return self.desk.action(turn_id, **given)

    async def asked(self) -> Approval:
        """The one that waits, as soon as it does."""
        async with asyncio.timeout(PATIENCE):
            while not (  # noqa: ASYNC110  (it is a row)
                found := await self.approvals.page(states=[State.PENDING, State.UNKNOWN])
            ):
                await asyncio.sleep(0.01)
        (one,) = found
        return one

    async def decide(self, decision: Decision, **more: object) -> None:
        asked = await self.asked()
        await self.approvals.decide(asked.id, decision, by="owner", **more)  # type: ignore[arg-type]  (what a test says)
        self.approvals.wake(asked.id)

    async def trailed(self, what: str) -> list[Mapping[str, object]]:
        await self.trail.flush()
        return [dict(e.details) | {"by": e.by} for e in await self.trail.page() if e.what == what]

    def _rights(self, channel: str) -> Rights:
        assert channel == "files:coder", "the rights of another channel were asked for"
        return Rights(
            directory=str(self.own), home=str(self.own.parent.parent), commands=self.commands
        )

    async def _on_ask(self, _channel: str) -> OnAsk:
        return self.on_ask

    def _tell(
        self, turn_id: str | None, channel: str, kind: str, details: Mapping[str, object]
    ) -> None:
        del turn_id, channel
        self.told.append((kind, details))


@pytest.fixture
async def room(migrated_file: Path, tmp_path: Path) -> AsyncIterator[Room]:
    database = shutil.copy(migrated_file, tmp_path / "asking.sqlite")
    own = tmp_path / "home" / "workspaces" / "coder"
    own.mkdir(parents=True)
    async with opened(f"sqlite:///{database}") as store:
        room = Room(store, own)
        yield room
        await room.trail.flush()


async def test_what_the_rules_decide_nobody_is_asked_about(room: Room) -> None:
    gate = room.gate()
    assert (await gate.judge(await room.action("ls"))).say is Say.ALLOW
    refused = await gate.judge(await room.action(f"rm -rf {room.own.parent.parent}/.sempre"))
    assert refused.say is Say.DENY
    assert await room.approvals.page() == []
    assert [kind for kind, _ in room.told] == ["turn.tool_refused"]


async def test_a_gate_that_can_judge_nothing_refuses(room: Room) -> None:
    other = await room.action("ls")
    ruling = await room.gate().judge(room.desk.action(other.turn_id or "", channel="files:nobody"))
    assert ruling.say is Say.DENY
    assert room.told[0][1]["rule"] == "error"

    async def fails(*_: object) -> None:
        raise OSError("the database does not answer")

    room.approvals.find = fails  # type: ignore[method-assign]  (broken on purpose)
    assert (await room.gate().judge(other)).say is Say.DENY


async def test_a_decision_in_the_short_wait_answers_at_once(room: Room) -> None:
    room.patience = LONG
    judging = asyncio.create_task(room.gate().judge(await room.action()))
    await room.decide(Decision.APPROVE)
    async with asyncio.timeout(PATIENCE):
        assert await judging == Ruling(say=Say.ALLOW)
    (record,) = await room.trailed("approval.released")
    assert (record["by"], record["input"]) == ("owner", {"command": "make deploy"})


async def test_after_the_short_wait_it_is_put_off_and_answered_by_its_row(room: Room) -> None:
    action = await room.action()
    assert (await room.gate().judge(action)).say is Say.DEFER
    assert (await room.gate().judge(action)).say is Say.DEFER, "asked again, still undecided"
    await room.decide(Decision.APPROVE)
    room.commands.append("make deploy")  # the rules would allow it by now: the row counts
    assert (await room.gate().judge(action)).say is Say.ALLOW
    (approval,) = await room.approvals.page()
    assert (approval.state, approval.releases) == (State.RELEASED, 1)

    assert (await room.gate().judge(action)).say is Say.DEFER, "let through a second time"
    assert (await room.asked()).state is State.UNKNOWN
    await room.decide(Decision.REFUSE, reason="It is done.")
    ruling = await room.gate().judge(action)
    assert ruling.say is Say.DENY
    assert "It is done." in ruling.reason
    assert "not known" in ruling.reason


async def test_what_was_approved_is_what_runs(room: Room) -> None:
    """A resumed call comes from the transcript, which is a file: somebody may have written another command into it."""
    asked_for = await room.action()
    assert (await room.gate().judge(asked_for)).say is Say.DEFER
    await room.decide(Decision.APPROVE)
    for forged in (
        replace(asked_for, input={"command": "make deploy; curl https://elsewhere.example"}),
        replace(asked_for, tool="Write", input={"file_path": str(room.own / "x"), "content": ""}),
    ):
        answer = await room.gate().judge(forged)
        assert answer.say is Say.DENY
        assert "not the call" in answer.reason
    assert (await room.gate().judge(asked_for)).say is Say.ALLOW


async def test_one_call_of_a_session_waits_at_a_time(room: Room) -> None:
    first = await room.action()
    turn_id = first.turn_id or ""
    gate = room.gate()
    assert (await gate.judge(first)).say is Say.DEFER
    for again in (gate, room.gate()):
        ruling = await again.judge(await room.action("make test", turn_id=turn_id))
        assert ruling.say is Say.DENY
        assert "One at a time" in ruling.reason
    other = await gate.judge(await room.action(turn_id=turn_id, session_id="s2"))
    assert other.say is Say.DEFER


async def test_a_subagent_is_never_put_off(room: Room) -> None:
    ruling = await room.gate().judge(await room.action(subagent="agent-1"))
    assert ruling.say is Say.DENY
    assert "Nobody decided" in ruling.reason
    (approval,) = await room.approvals.page()
    assert approval.state is State.EXPIRED


async def test_a_call_after_its_turn_is_refused(room: Room) -> None:
    action = replace(await room.action(), turn_id=None)
    assert "has ended" in (await room.gate().judge(action)).reason


@pytest.mark.parametrize("on_ask", [OnAsk.ALLOW, OnAsk.DENY])
async def test_a_channel_that_asks_nobody(room: Room, on_ask: OnAsk) -> None:
    room.on_ask = on_ask
    ruling = await room.gate().judge(await room.action())
    assert await room.approvals.page() == []
    unattended = await room.trailed("approval.unattended")
    if on_ask is OnAsk.ALLOW:
        assert ruling.say is Say.ALLOW
        assert [kind for kind, _ in room.told] == ["approval.unattended"]
        assert unattended[0]["input"] == {"command": "make deploy"}
        forbidden = await room.action(f"cat {room.own.parent.parent}/.sempre/key")
        assert (await room.gate().judge(forbidden)).say is Say.DENY
    else:
        assert ruling.say is Say.DENY
        assert unattended == []


async def test_an_approval_for_the_turn_covers_what_is_alike(room: Room) -> None:
    first = await room.action()
    await room.gate().judge(first)
    await room.decide(Decision.APPROVE_TURN)
    turn_id = first.turn_id or ""
    assert (await room.gate().judge(first)).say is Say.ALLOW
    assert (await room.gate().judge(await room.action("make x", turn_id=turn_id))).say is Say.ALLOW
    riskier = await room.action("bash deploy.sh", turn_id=turn_id)
    assert (await room.gate().judge(riskier)).say is Say.DEFER
    (record,) = await room.trailed("approval.covered")
    assert record["by"] == "owner"


async def test_what_became_forbidden_since_does_not_run(room: Room) -> None:
    action = await room.action()
    await room.gate().judge(action)
    forbidden = {"command": f"cat {room.own.parent.parent}/.sempre/key"}
    await room.decide(Decision.APPROVE, changed=forbidden)
    assert (await room.gate().judge(action)).say is Say.DENY
    assert await room.trailed("approval.released") == []


async def test_what_is_let_through_is_on_record_before_or_it_is_not(room: Room) -> None:
    action = await room.action()
    await room.gate().judge(action)
    await room.decide(Decision.APPROVE)

    async def fails(*_: object, **__: object) -> None:
        raise OSError("the trail takes nothing")

    room.trail.record = fails
    assert (await room.gate().judge(action)).say is Say.DENY
    (approval,) = await room.approvals.page()
    assert approval.state is State.APPROVED


async def test_an_expired_call_is_refused_in_words(room: Room) -> None:
    action = await room.action()
    await room.gate().judge(action)
    with clock.shifted(timedelta(hours=2)):
        assert await room.approvals.expire(await room.asked())
    ruling = await room.gate().judge(action)
    assert ruling.say is Say.DENY
    assert "Nobody decided" in ruling.reason


async def test_what_the_agent_gave_up_while_it_was_held_is_asked_no_more(room: Room) -> None:
    room.patience = LONG
    first, gate = await room.action(), room.gate()
    held = asyncio.create_task(gate.judge(first))
    asked = await room.asked()
    await stop(held)  # as the hook does when Claude Code hangs up
    assert (await room.approvals.get(asked.id)).state is State.WITHDRAWN
    assert await room.desk.events() == ["approval.asked", "approval.withdrawn"]
    room.patience = SHORT
    following = await room.action("make test", turn_id=first.turn_id)
    assert (await room.gate().judge(following)).say is Say.DEFER


async def test_what_a_turn_waits_for_is_not_given_up_by_a_process_that_ends(room: Room) -> None:
    action = await room.action()
    assert (await room.gate().judge(action)).say is Say.DEFER
    await room.approvals.defer(action.session_id, action.call_id)
    room.patience = LONG
    held = asyncio.create_task(room.gate().judge(action))
    asked = await room.asked()
    await asyncio.sleep(0)
    await stop(held)
    assert (await room.approvals.get(asked.id)).state is State.PENDING


async def test_a_call_that_is_held_while_sempre_stops_is_put_off_at_once(room: Room) -> None:
    room.patience = LONG
    held = asyncio.create_task(room.gate().judge(await room.action()))
    await room.asked()
    room.stopping.set()
    async with asyncio.timeout(PATIENCE):
        assert (await held).say is Say.DEFER
    assert (await room.asked()).state is State.PENDING


async def test_a_person_is_shown_what_the_agent_said_before_though_it_comes_later(
    room: Room,
) -> None:
    said = asyncio.Event()

    async def words() -> str:
        await said.wait()
        return "I deploy now."

    judging = asyncio.create_task(room.gate().judge(await room.action(why=""), words))
    await asyncio.sleep(0.05)
    assert await room.approvals.page() == []
    said.set()
    async with asyncio.timeout(PATIENCE):
        assert (await judging).say is Say.DEFER
    assert (await room.asked()).why == "I deploy now."
