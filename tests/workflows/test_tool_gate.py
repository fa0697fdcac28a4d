"""What the gate puts on the audit trail, and that nothing is let through without it."""

import pytest

from sempre.contract.actions import OnAsk, Say
from sempre.db import Database
from sempre.errors import UnavailableError
from tests.workflows.test_asking import Room, room

__all__ = ["room"]


async def test_each_judged_call_stands_on_the_trail(room: Room) -> None:
    room.on_ask = OnAsk.DENY
    gate = room.gate()
    for command in ("ls", "make deploy", "cat .claude/settings.json"):
        await gate.judge(await room.action(command))
    judged = sorted(await room.trailed("action.judged"), key=lambda each: str(each["input"]))
    assert [(each["answer"], each["verdict"], each["rule"]) for each in judged] == [
        ("deny", "deny", "protected"),
        ("allow", "allow", "command"),
        ("deny", "ask", "command"),
    ]
    assert {each["by"] for each in judged} == {"agent:files:coder"}
    assert [each["risk"] for each in judged] == ["high", "low", "medium"]


async def test_what_cannot_be_recorded_does_not_run(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, action = room.gate(), await room.action("ls")
    assert (await gate.judge(action)).say is Say.ALLOW

    def away(_db: Database) -> object:
        raise UnavailableError("The database is away.")

    with monkeypatch.context() as broken:
        broken.setattr(Database, "transaction", away)
        assert (await gate.judge(action)).say is Say.DENY
    assert (await gate.judge(action)).say is Say.ALLOW


async def test_an_unattended_channel_is_let_by_and_both_stand_on_the_trail(room: Room) -> None:
    room.on_ask = OnAsk.ALLOW
    assert (await room.gate().judge(await room.action("make deploy"))).say is Say.ALLOW
    (unattended,) = await room.trailed("approval.unattended")
    (judged,) = await room.trailed("action.judged")
    assert (unattended["by"], judged["verdict"], judged["answer"]) == ("system", "ask", "allow")
