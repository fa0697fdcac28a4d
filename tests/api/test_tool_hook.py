"""The hook asks the gate about each call, and refuses whatever goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from sempre.contract.actions import Action, Ruling, Say
from sempre.contract.gate import Words
from tests.api.gateway_rig import Decision, Rig, rigged
from tests.support.patience import PATIENCE, until

QUESTION: dict[str, Any] = {
    "session_id": "s1",
    "transcript_path": "/x",
    "cwd": "/srv/w",
    "permission_mode": "dontAsk",
    "hook_event_name": "PreToolUse",
    "tool_name": "Bash",
    "tool_input": {"command": "ls"},
    "tool_use_id": "toolu_1",
    "something_new": {"a": 1},
}


@pytest.fixture
def gate() -> Decision:
    return Decision()


@pytest.fixture
async def rig(small_url: str, gate: Decision) -> AsyncIterator[Rig]:
    async with rigged(small_url, None, gate) as rig:
        yield rig


async def post(rig: Rig, *, url: str = "", method: str = "POST", **given: Any) -> dict[str, str]:
    """The decision in the hook's answer, whose form Claude Code prescribes."""
    async with httpx2.AsyncClient(verify=False, trust_env=False, timeout=PATIENCE) as client:
        answer = await client.request(method, url or rig.hook_url, **given)
    assert answer.status_code == 200
    (output,) = answer.json().values()
    assert list(answer.json()) == ["hookSpecificOutput"]
    assert output["hookEventName"] == "PreToolUse"
    return output


async def test_a_call_is_put_to_the_gate_with_all_that_it_needs(rig: Rig, gate: Decision):
    output = await post(rig, json=QUESTION)
    assert output["permissionDecision"] == "allow"
    await post(rig, json={**QUESTION, "agent_id": "agent-7"})
    plain = Action(
        channel="files:w",
        turn_id="t1",
        call_id="toolu_1",
        tool="Bash",
        input={"command": "ls"},
        directory="/srv/w",
        session_id="s1",
        why="So I look.",
    )
    assert gate.asked[0] == plain
    assert gate.asked[1].subagent == "agent-7"


async def test_what_is_not_allowed_is_denied_with_its_reason(rig: Rig, gate: Decision):
    gate.answer = Ruling(say=Say.DENY, reason="No <b>\nbecause.")
    output = await post(rig, json=QUESTION)
    assert output["permissionDecision"] == "deny"
    assert output["permissionDecisionReason"] == "Refused by Sempre: No <b>\nbecause."


async def test_what_a_person_must_decide_is_put_off(rig: Rig, gate: Decision):
    gate.answer = Ruling(say=Say.DEFER)
    assert (await post(rig, json=QUESTION))["permissionDecision"] == "defer"


async def test_a_changed_call_comes_with_what_the_model_is_told(rig: Rig, gate: Decision):
    gate.answer = Ruling(say=Say.ALLOW, input={"command": "pwd"}, note="A person changed it.")
    output: dict[str, object] = dict(await post(rig, json=QUESTION))
    assert output["permissionDecision"] == "allow"
    assert output["updatedInput"] == {"command": "pwd"}
    assert output["additionalContext"] == "A person changed it."


async def test_whoever_hangs_up_is_not_waited_for(rig: Rig):
    class Endless:
        def __init__(self) -> None:
            self.begun, self.ended = asyncio.Event(), asyncio.Event()

        async def judge(self, action: Action, words: Words | None = None) -> Ruling:
            del words
            self.begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.ended.set()
            raise AssertionError

    gate = Endless()
    rig.loopback._hook._gate = gate
    asking = asyncio.create_task(post(rig, json=QUESTION))
    async with asyncio.timeout(PATIENCE):
        await gate.begun.wait()
        assert rig.session.waits == 1
        asking.cancel()
        await gate.ended.wait()
    await until(lambda: rig.session.waits == 0)


async def test_a_gate_that_breaks_denies(rig: Rig, gate: Decision):
    gate.answer = RuntimeError("secret detail")
    output = await post(rig, json=QUESTION)
    assert output["permissionDecision"] == "deny"
    assert "secret" not in output["permissionDecisionReason"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"tool_name": "Bash"}',
        b'{"tool_name": 7, "tool_input": {}, "tool_use_id": "x", "cwd": "/", "hook_event_name": "PreToolUse"}',
        b'{"tool_name": "Bash", "tool_input": "ls", "tool_use_id": "x", "cwd": "/", "hook_event_name": "PreToolUse"}',
        b'{"tool_name": "Bash", "tool_input": {}, "tool_use_id": "x", "cwd": "/", "hook_event_name": "PostToolUse"}',
    ],
)
async def test_a_question_that_is_not_understood_is_denied_without_asking(
    rig: Rig, gate: Decision, body: bytes
):
    assert (await post(rig, content=body))["permissionDecision"] == "deny"
    assert gate.asked == []


async def test_a_question_that_is_too_large_is_denied(rig: Rig, gate: Decision):
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"x" * 1024 * 1024

    assert (await post(rig, content=endless()))["permissionDecision"] == "deny"
    assert gate.asked == []


async def test_a_stranger_is_denied(rig: Rig, gate: Decision):
    for token in ("nobody", "", rig.token + "/", rig.token + "x"):
        url = rig.hook_url.replace(rig.token, token)
        assert (await post(rig, url=url, json=QUESTION))["permissionDecision"] == "deny"
    assert (await post(rig, method="GET"))["permissionDecision"] == "deny"
    rig.passes.by_token.clear()
    assert (await post(rig, json=QUESTION))["permissionDecision"] == "deny"
    assert gate.asked == []


async def test_a_browser_and_another_host_name_are_turned_away(rig: Rig, gate: Decision):
    for headers in ({"host": "rebound.example"}, {"origin": "http://localhost:8377"}):
        async with httpx2.AsyncClient(verify=False, trust_env=False) as client:
            answer = await client.post(rig.hook_url, json=QUESTION, headers=headers)
        assert answer.status_code == 403
    assert gate.asked == []
