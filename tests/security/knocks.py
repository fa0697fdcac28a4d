"""What knocks at the loopback port, where Claude Code asks for models and about tools."""

from typing import Any

from tests.api.gateway_rig import MODEL
from tests.api.test_tool_hook import QUESTION
from tests.security.scene import Scene
from tests.security.table import Case

MESSAGE = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}


def _denied(name: str, tries: str, *, token: str = "{token}", **given: Any) -> Case:
    """Put to the hook: it must say no, and the gate must not even be asked."""

    async def run(scene: Scene) -> None:
        asked = len(scene.gate.asked)
        url = scene.rig.hook_url.replace(scene.rig.token, token.replace("{token}", scene.rig.token))
        answer = await scene.loopback.post(url, **given)
        assert answer.status_code < 500, answer.text
        if answer.status_code == 200:
            assert answer.json()["hookSpecificOutput"]["permissionDecision"] == "deny"
        assert len(scene.gate.asked) == asked

    return Case(f"hook-{name}", "hook", tries, "denied, nobody is asked", run)


def _unserved(
    name: str, tries: str, path: str, key: str, method: str = "POST", **given: Any
) -> Case:
    """Put to the gateway: the provider must not hear of it, and nothing is booked."""

    async def run(scene: Scene) -> None:
        heard = len(scene.provider.record.calls)
        url = scene.rig.url.replace(f"/{scene.rig.token}", "") + path.replace(
            "{token}", scene.rig.token
        )
        headers = {"x-api-key": key.replace("{token}", scene.rig.token), **given.pop("headers", {})}
        answer = await scene.loopback.request(method, url, headers=headers, **given)
        assert 400 <= answer.status_code < 500, answer.text
        assert len(scene.provider.record.calls) == heard
        assert await scene.rig.states() == []

    return Case(f"gateway-{name}", "gateway", tries, "refused, no call is made", run)


_CALL = "/{token}/v1/messages"
_HOOKS = [
    _denied("guessed", "a guessed token", token="A" * 43, json=QUESTION),
    _denied("no-token", "no token", token="", json=QUESTION),
    _denied("longer", "a session's token and more", token="{token}x", json=QUESTION),
    _denied("climbing", "a token that climbs", token="../{token}/..", json=QUESTION),
    _denied("origin", "a browser's page", json=QUESTION, headers={"origin": "http://localhost"}),
    _denied("rebinding", "another host name", json=QUESTION, headers={"host": "evil.example"}),
    _denied("empty", "no question", content=b""),
    _denied("not-json", "a question that is no JSON", content=b"{"),
    _denied("not-utf8", "a question that is no UTF-8", content=b'{"tool_name": "\xff"}'),
    _denied("deep", "brackets 100,000 deep", content=b"[" * 100_000),
    _denied("large", "a call of 17 MiB", content=b"x" * (17 * 1024 * 1024)),
    _denied("half", "a call without a tool", json={"hook_event_name": "PreToolUse"}),
    _denied("event", "another event's question", json={**QUESTION, "hook_event_name": "Stop"}),
    _denied("input", "an input that is no object", json={**QUESTION, "tool_input": "ls"}),
]
_GATEWAY = [
    _unserved("guessed", "a guessed token", f"/{'A' * 43}/v1/messages", "A" * 43, json=MESSAGE),
    _unserved("no-key", "a session's address without its key", _CALL, "", json=MESSAGE),
    _unserved("other-key", "another key than the session's", _CALL, "sk-ant-x", json=MESSAGE),
    _unserved("path", "another path of the provider", "/{token}/v1/files", "{token}", json={}),
    _unserved("climbing", "a path that climbs", "/{token}/v1/messages/%2e%2e/files", "{token}", json={}),
    _unserved("method", "another method", _CALL, "{token}", "DELETE"),
    _unserved("origin", "a browser's page", _CALL, "{token}", json=MESSAGE, headers={"origin": "null"}),
    _unserved("rebinding", "another host name", _CALL, "{token}", json=MESSAGE, headers={"host": "evil.example"}),
    _unserved("api", "the API on the gateway's port", "/../api/tokens", "{token}", "GET"),
]  # fmt: skip
CASES = [*_HOOKS, *_GATEWAY]
