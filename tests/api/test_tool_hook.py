"""The hook asks the gate about each call, and refuses whatever goes wrong on the way."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sempre.contract.actions import Action, Judgement, Verdict
from sempre.policy import Rights
from sempre.workflows.tool_gate import ToolGate
from tests.api.gateway_rig import Decision, Event, Rig, rigged
from tests.support.patience import PATIENCE

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
    )
    assert gate.asked[0] == plain
    assert gate.asked[1].subagent == "agent-7"


@pytest.mark.parametrize("verdict", [Verdict.DENY, Verdict.ASK])
async def test_what_is_not_allowed_is_denied_with_its_reason(
    rig: Rig, gate: Decision, verdict: Verdict
):
    gate.answer = Judgement(verdict=verdict, rule="r", reason="No <b>\nbecause.")
    output = await post(rig, json=QUESTION)
    assert output["permissionDecision"] == "deny"
    assert output["permissionDecisionReason"] == "Refused by Sempre: No <b>\nbecause."


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


async def test_the_gate_over_the_real_disk_refuses_and_tells(small_url: str, tmp_path: Path):
    told: list[Event] = []
    own = tmp_path / "home" / "workspaces" / "w"
    own.mkdir(parents=True)

    def rights(channel: str) -> Rights:
        assert channel == "files:w"
        return Rights(directory=str(own), home=str(tmp_path / "home"))

    gate = ToolGate(
        rights,
        lambda turn_id, channel, kind, details: told.append((turn_id, channel, kind, details)),
    )
    async with rigged(small_url, None, gate) as rig:
        question = {**QUESTION, "cwd": str(own)}
        assert (await post(rig, json=question))["permissionDecision"] == "allow"
        assert told == []
        question["tool_input"] = {"command": "curl https://example.com"}
        output = await post(rig, json=question)
    assert output["permissionDecision"] == "deny"
    assert "`curl`" in output["permissionDecisionReason"]
    ((turn_id, channel, kind, details),) = told
    assert (turn_id, channel, kind) == ("t1", "files:w", "turn.tool_refused")
    assert details["reason"] == output["permissionDecisionReason"].removeprefix(
        "Refused by Sempre: "
    )
    assert {**details, "reason": ""} == {
        "call_id": "toolu_1",
        "tool": "Bash",
        "rule": "command",
        "reason": "",
        "agent": None,
    }


async def test_a_gate_without_rights_for_a_channel_refuses(small_url: str):
    def nobody(channel: str) -> Rights:
        raise KeyError(channel)

    told: list[str] = []
    gate = ToolGate(
        nobody, lambda turn_id, channel, kind, details: told.append(str(details["rule"]))
    )
    async with rigged(small_url, None, gate) as rig:
        assert (await post(rig, json=QUESTION))["permissionDecision"] == "deny"
    assert told == ["error"]
