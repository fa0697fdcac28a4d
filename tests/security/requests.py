"""What another site's page, another machine or a stolen token asks of the API."""

from collections.abc import Mapping
from typing import Any

from sempre.api.security import BODY_BYTES
from tests.api.house import HERE
from tests.security.scene import Scene
from tests.security.table import Case

NOBODY = "01890000-0000-7000-8000-000000000000"
SUSPEND = ("POST", "/api/agent/suspend")
PROMPT = ("POST", "/api/workers/coder/turns")
TEXT = {"text": "do it"}
DEEP = b'{"text":' + b"[" * 200_000


def _case(
    name: str,
    tries: str,
    who: str,
    asked: tuple[str, str],
    code: str,
    **given: Any,
) -> Case:
    async def run(scene: Scene) -> None:
        before = await scene.standing()
        method, path = asked
        path = path.replace("{turn}", scene.turn_id)
        answer = await scene.clients[who].request(method, path, **given)
        assert answer.status_code < 500, answer.text
        assert answer.json()["error"]["code"] == code, answer.text
        assert not set(answer.headers) & {"access-control-allow-origin", "set-cookie"}
        assert await scene.standing() == before, "something got through"

    return Case(f"api-{name}", "api", tries, f"`{code}`, nothing changes", run)


def _from(**headers: str) -> Mapping[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


_ORIGINS = [
    ("csrf-site", "another site's page suspends everything with the owner's cookie", _from(origin="https://evil.example")),
    ("csrf-no-origin", "a form without an Origin, with the owner's cookie", _from(origin="")),
    ("csrf-null", "a sandboxed frame, whose Origin is null", _from(origin="null")),
    ("csrf-port", "a page on another port of this machine", _from(origin="http://localhost:3000")),
    ("csrf-name", "a page whose name only begins like ours", _from(origin=f"{HERE}.evil.example")),
    ("csrf-user", "an Origin that hides its host behind an @", _from(origin=f"{HERE}@evil.example")),
    ("csrf-metadata", "a page that forges the Origin but not what the browser says of it", _from(origin=HERE, sec_fetch_site="cross-site")),
    ("csrf-same-site", "a page of another port, as the browser names it", _from(origin=HERE, sec_fetch_site="same-site")),
]  # fmt: skip

_HOSTS = [
    ("rebinding", "DNS rebinding: the port under another name", "evil.example:8377"),
    ("rebinding-prefix", "a name that begins like ours", "localhost.evil.example"),
    ("rebinding-address", "a name that carries an address", "127.0.0.1.nip.io"),
    ("rebinding-user", "a host that hides behind an @", "localhost@evil.example"),
    ("rebinding-zero", "the address of all interfaces", "0.0.0.0:8377"),
    ("rebinding-empty", "no host at all", ""),
]

_TOKENS = [
    ("token-none", "no login", "nobody", {}, "unauthenticated"),
    ("token-guessed", "a guessed token", "nobody", _from(authorization="Bearer sempre_token_" + "A" * 43), "unauthenticated"),
    ("token-long", "a token of 60,000 characters", "nobody", _from(authorization="Bearer " + "A" * 60_000), "unauthenticated"),
    ("token-kind", "a token under another scheme", "nobody", _from(authorization="Basic c2VtcHJlOnNlbXByZQ=="), "unauthenticated"),
    ("token-cookie", "a guessed cookie", "nobody", _from(cookie="sempre_session=" + "A" * 43, origin=HERE), "unauthenticated"),
    ("token-injected", "SQL in the place of a token", "nobody", _from(authorization="Bearer ' OR 1=1 --"), "unauthenticated"),
]  # fmt: skip

_WIDENED = [
    ("read-changes", "a token that may read sends a prompt", "reader", PROMPT, TEXT, "missing_scope"),
    ("read-suspends", "a token that may read suspends everything", "reader", SUSPEND, {}, "missing_scope"),
    ("disk-approves", "the token on disk decides an approval", "operator", ("POST", f"/api/approvals/{NOBODY}/decision"), {"decision": "approve"}, "missing_scope"),
    ("disk-widens", "the token on disk approves a wish of sempre.toml", "operator", ("POST", f"/api/policy/proposals/{'0' * 32}/decision"), {"decision": "approve"}, "missing_scope"),
    ("disk-owner", "the token on disk makes an owner's token", "operator", ("POST", "/api/tokens"), {"name": "mine", "scopes": ["approve"]}, "more_than_own"),
    ("read-operator", "a token that may read makes one that operates", "reader", ("POST", "/api/tokens"), {"name": "mine", "scopes": ["operate"]}, "missing_scope"),
    ("disk-price", "the token on disk makes a model cheap, so that budgets last", "operator", ("PUT", "/api/prices/claude-opus-5-5"), dict.fromkeys(("input", "output", "cache_read", "cache_write", "cache_write_hour"), 0), "missing_scope"),
    ("disk-budget", "the token on disk raises the day's budget", "operator", ("PUT", "/api/budgets/day"), {"micros": 10**12}, "missing_scope"),
    ("disk-unlimited", "the token on disk takes the day's budget away", "operator", ("DELETE", "/api/budgets/day"), None, "missing_scope"),
    ("disk-release", "the token on disk gives a turn more to spend", "operator", ("POST", "/api/turns/{turn}/release"), {"extra_micros": 10**9}, "missing_scope"),
    ("disk-unattended", "the token on disk makes a channel ask nobody", "operator", ("PUT", "/api/policy/channels/files:coder"), {"on_ask": "allow"}, "missing_scope"),
    ("disk-connects", "the token on disk sends all prompts elsewhere", "operator", ("PUT", "/api/connection"), {"kind": "base_url", "base_url": "https://elsewhere.example"}, "missing_scope"),
    ("disk-disconnects", "the token on disk forgets the model, to connect another as the first", "operator", ("DELETE", "/api/connection"), None, "missing_scope"),
    ("read-trust", "a token that may read trusts a folder", "reader", ("PUT", "/api/workers/coder/trust"), {"trusted": True, "fingerprint": "0" * 64}, "missing_scope"),
]  # fmt: skip

_MALFORMED: list[tuple[str, str, tuple[str, str], dict[str, Any], str]] = [
    ("body-large", "a body larger than what is taken", PROMPT, {"content": b"x" * (BODY_BYTES + 1)}, "too_large"),
    ("body-length", "a length that is no number", PROMPT, {"content": b"{}", "headers": {"content-length": "-1"}}, "too_large"),
    ("body-deep", "brackets 200,000 deep", PROMPT, {"content": DEEP}, "invalid"),
    ("body-utf8", "bytes that are no UTF-8", PROMPT, {"content": b'{"text": "\xff\xfe"}'}, "invalid"),
    ("body-surrogate", "half of an emoji", PROMPT, {"content": b'{"text": 7, "key": "\\ud83d"}'}, "invalid"),
    ("body-number", "a number of 100,000 digits", PROMPT, {"content": b'{"text": ' + b"9" * 100_000 + b"}"}, "invalid"),
    ("body-nan", "a budget of NaN", ("PUT", "/api/budgets/day"), {"content": b'{"micros": NaN}'}, "invalid"),
    ("body-list", "a list in the place of an object", PROMPT, {"content": b"[]"}, "invalid"),
    ("body-unknown", "a field that nobody knows", PROMPT, {"json": {**TEXT, "role": "owner"}}, "invalid"),
    ("body-type", "a form of a browser in the place of JSON", PROMPT, {"data": TEXT}, "invalid"),
    ("budget-negative", "a budget below nothing", ("PUT", "/api/budgets/day"), {"json": {"micros": -1}}, "invalid"),
    ("budget-huge", "a budget beyond what is counted", ("PUT", "/api/budgets/day"), {"json": {"micros": 2**63}}, "invalid"),
    ("cursor-huge", "a cursor of 2^63-1", ("GET", "/api/turns/{turn}/events?after=9223372036854775807"), {}, "invalid"),
    ("cursor-digits", "a cursor of 5,000 digits", ("GET", "/api/turns/{turn}/events?after=" + "9" * 5000), {}, "invalid"),
    ("cursor-audit", "the trail before 2^63-1", ("GET", "/api/audit?before=9223372036854775807"), {}, "invalid"),
    ("cursor-live", "live events after 2^64", ("GET", "/api/events"), {"headers": {"last-event-id": str(2**64)}}, "invalid"),
    ("limit-huge", "a page of 2^31 items", ("GET", "/api/turns?limit=2147483648"), {}, "invalid"),
    ("id-huge", "an id of 10,000 characters", ("GET", "/api/turns/" + "a" * 10_000), {}, "invalid"),
    ("id-sql", "SQL in the place of an id", ("GET", "/api/turns/1' OR '1'='1"), {}, "invalid"),
    ("id-nul", "an id with a NUL", ("GET", "/api/turns/%00"), {}, "invalid"),
    ("worker-traversal", "a prompt for a worker outside of the queue", ("POST", "/api/workers/..%2f..%2fetc/turns"), {"json": TEXT}, "not_found"),
    ("worker-dots", "a worker whose name climbs", ("POST", "/api/workers/%2e%2e/turns"), {"json": TEXT}, "invalid"),
    ("worker-line", "a worker with a line end in its name", ("POST", "/api/workers/coder%0a/turns"), {"json": TEXT}, "invalid"),
    ("channel-line", "a channel with a line end in its name", ("POST", "/api/channels/api:x%0aevil/messages"), {"json": TEXT}, "not_found"),
    ("backup-traversal", "a backup outside of its folder", ("POST", "/api/backups/..%2f..%2fkey/verification"), {}, "not_found"),
    ("fork-traversal", "a copy of a session into a folder outside", ("POST", "/api/workers/coder/session/fork"), {"json": {"to": "../../etc"}}, "invalid"),
    ("connection-file", "a provider that is a file", ("PUT", "/api/connection"), {"json": {"kind": "base_url", "base_url": "file:///etc/passwd"}}, "invalid"),
    ("connection-line", "a key with a header of its own", ("PUT", "/api/connection"), {"json": {"kind": "api_key", "api_key": "sk-ant-x\r\nx-evil: 1"}}, "invalid"),
    ("rules-blind", "other rules by whoever has not read those there are", ("PUT", "/api/policy/rules"), {"json": {"version": "x", "rules": []}}, "policy_changed_meanwhile"),
    ("method", "a method that the address does not know", ("PATCH", "/api/turns"), {}, "method_not_allowed"),
]  # fmt: skip

CASES = [
    *(
        _case(name, tries, "owner", SUSPEND, "cross_origin", json={}, headers=headers)
        for name, tries, headers in _ORIGINS
    ),
    *(
        _case(
            name, tries, "owner", ("GET", "/api/turns"), "host_not_allowed", headers={"host": host}
        )
        for name, tries, host in _HOSTS
    ),
    *(
        _case(name, tries, who, ("GET", "/api/turns"), code, headers=headers)
        for name, tries, who, headers, code in _TOKENS
    ),
    *(
        _case(name, tries, who, asked, code, json=body)
        for name, tries, who, asked, body, code in _WIDENED
    ),
    *(
        _case(name, tries, "approver", asked, code, **given)
        for name, tries, asked, given, code in _MALFORMED
    ),
]
