from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from sempre.errors import MisconfiguredError
from sempre.settings import RuleSettings, Settings, WorkerSettings
from tests.api.house import House, build
from tests.support.store import CHANNEL, Store

DENY_PUSH = {"verdict": "deny", "command": "git push"}
ALLOW_MAKE = {"verdict": "allow", "command": "make"}


@pytest.fixture
async def operator(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with house.operator() as client:
        yield client


@pytest.fixture
async def owner(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with house.owner() as client:
        yield client


async def put(client: httpx2.AsyncClient, *rules: dict[str, Any]) -> httpx2.Response:
    version = (await client.get("/api/policy")).json()["version"]
    return await client.put("/api/policy/rules", json={"version": version, "rules": rules})


async def tried(client: httpx2.AsyncClient, command: str, **more: Any) -> dict[str, Any]:
    case = {"channel": CHANNEL, "input": {"command": command}, **more}
    answer = await client.post("/api/policy/test", json=case)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_rules_come_back_in_their_order_and_decide(owner: httpx2.AsyncClient):
    answer = await put(owner, DENY_PUSH, ALLOW_MAKE)
    assert answer.status_code == 200
    assert [each["command"] for each in answer.json()["rules"]] == ["git push", "make"]
    rules = answer.json()["rules"]
    found = await tried(owner, "make all")
    assert (found["verdict"], found["rule"], found["outcome"]) == (
        "allow",
        f"rule:{rules[1]['id']}",
        "allow",
    )
    found = await tried(owner, "env git -C . push origin")
    assert (found["verdict"], found["rule"]) == ("deny", f"rule:{rules[0]['id']}")
    assert found["risk"] == "high"
    assert found["answers"][-1]["needs"].startswith("read ")


async def test_whoever_may_only_operate_narrows_but_does_not_widen(
    operator: httpx2.AsyncClient, owner: httpx2.AsyncClient
):
    assert (await put(operator, DENY_PUSH)).status_code == 200
    for wider in ([ALLOW_MAKE, DENY_PUSH], [], [ALLOW_MAKE]):
        answer = await put(operator, *wider)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "missing_scope")
    made = (await put(owner, DENY_PUSH, ALLOW_MAKE)).json()["rules"]
    kept = [{name: value for name, value in each.items() if value} for each in made]
    assert (await put(operator, *reversed(kept))).status_code == 403
    assert (await put(operator, *kept, {"verdict": "ask", "tool": "Write"})).status_code == 200
    assert (await put(operator, kept[0])).status_code == 403  # the asking rule would be gone
    assert (await put(owner, kept[0])).status_code == 200


async def test_a_change_of_rules_that_somebody_else_changed_is_a_conflict(
    owner: httpx2.AsyncClient,
):
    seen = (await owner.get("/api/policy")).json()["version"]
    await put(owner, DENY_PUSH)
    answer = await owner.put("/api/policy/rules", json={"version": seen, "rules": []})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "rule",
    [
        {"verdict": "allow"},
        {"verdict": "allow", "channel": "files:coder"},
        {"verdict": "deny", "command": "a && b"},
        {"verdict": "deny", "command": "a > b"},
        {"verdict": "deny", "command": "$(a)"},
        {"verdict": "allow", "path": "../x"},
        {"verdict": "allow", "path": "~/x"},
        {"verdict": "allow", "tool": "Read", "command": "cat"},
        {"verdict": "allow", "tool": "Re ad"},
        {"verdict": "allow", "tool": "Read", "id": "00000000-0000-0000-0000-000000000000"},
        {"verdict": "deny", "tool": "Read", "note": "a\u0000b"},
        {"verdict": "deny", "tool": "Read", "note": "forged\nline"},
        {"verdict": "deny", "command": "a\u0000b"},
        {"verdict": "deny", "channel": "files:a\u0000"},
        {"verdict": "perhaps", "tool": "Read"},
        {"verdict": "allow", "tool": "Read", "more": 1},
    ],
)
async def test_a_rule_that_means_nothing_is_refused(
    owner: httpx2.AsyncClient, rule: dict[str, Any]
):
    assert (await put(owner, rule)).status_code == 422


async def test_no_rule_opens_what_is_sempres_own(owner: httpx2.AsyncClient, house: House):
    await put(
        owner, {"verdict": "allow", "tool": "*", "path": "/**"}, {"verdict": "allow", "tool": "*"}
    )
    assert (await tried(owner, "anything --goes"))["verdict"] == "allow"
    for command in (f"cat {house.home}/sempre.toml", "sempre policy apply x", "$(x) .sempre/key"):
        assert (await tried(owner, command))["rule"] == "protected"


async def test_unattended_needs_the_owner_and_is_shown(
    operator: httpx2.AsyncClient, owner: httpx2.AsyncClient
):
    path = f"/api/policy/channels/{CHANNEL}"
    assert (await tried(operator, "make"))["outcome"] == "wait"
    assert (await operator.put(path, json={"on_ask": "deny"})).status_code == 200
    assert (await tried(operator, "make"))["outcome"] == "deny"
    assert (await operator.put(path, json={"on_ask": "allow"})).status_code == 403
    answer = await owner.put(path, json={"on_ask": "allow"})
    assert answer.json()["channels"] == [
        {"channel": CHANNEL, "on_ask": "allow", "unattended": True, "source": "person"}
    ]
    assert (await tried(operator, "make"))["outcome"] == "allow"
    assert (await operator.put(path, json={"on_ask": None})).json()["channels"][0][
        "on_ask"
    ] == "wait"


async def test_what_widens_is_told_by_what_holds_and_not_by_what_this_process_last_saw(
    store: Store, tmp_path: Any
):
    await store.inbox.open(CHANNEL)
    elsewhere, house = build(store, tmp_path), build(store, tmp_path)
    path = f"/api/policy/channels/{CHANNEL}"
    async with house.owner() as owner, elsewhere.owner() as other, house.operator() as operator:
        assert (await owner.put(path, json={"on_ask": "allow"})).status_code == 200
        assert (await other.put(path, json={"on_ask": "wait"})).status_code == 200
        assert (await operator.put(path, json={"on_ask": "allow"})).status_code == 403


async def test_changes_are_on_the_trail(owner: httpx2.AsyncClient, house: House):
    await put(owner, DENY_PUSH)
    await owner.put(f"/api/policy/channels/{CHANNEL}", json={"on_ask": "allow"})
    items = (await owner.get("/api/audit", params={"what": "policy."})).json()["items"]
    assert [(each["what"], each["by"]) for each in items] == [
        ("policy.on_ask", "owner"),
        ("policy.changed", "owner"),
    ]
    assert items[1]["details"]["after"][0]["command"] == "git push"


SETTINGS = Settings(
    rules=(
        RuleSettings(verdict="deny", command="git push"),
        RuleSettings(verdict="allow", command="make", note="n"),
    ),
    workers={
        "coder": WorkerSettings(commands=("pytest",), tools=("Read", "WebFetch"), on_ask="allow")
    },
)


async def test_what_the_settings_widen_waits_for_a_person_and_the_rest_holds(
    store: Store, tmp_path: Any
):
    await store.inbox.open(CHANNEL)
    house = build(store, tmp_path, SETTINGS)
    await house.parts.permissions.open(shipped=False)
    async with house.operator() as operator, house.owner() as owner:
        assert (await tried(operator, "git push"))["rule"] == "rule:settings-1"
        for command in ("pytest -q", "make"):
            assert (await tried(operator, command))["outcome"] == "wait"
        assert house.parts.permissions.tools(CHANNEL) == ("Read",)
        items = (await operator.get("/api/policy/proposals")).json()["items"]
        assert {each["headline"] for each in items} == {
            f"{CHANNEL} may run `pytest`",
            f"{CHANNEL} has the tool WebFetch",
            f"{CHANNEL} is unattended: what a person should decide is allowed",
            "a rule for every channel: allow make, after: deny git push",
        }
        assert (await operator.get("/api/policy")).json()["proposals_waiting"] == 4
        by_kind = {each["kind"]: f"/api/policy/proposals/{each['id']}/decision" for each in items}
        approve = {"decision": "approve"}
        assert (await operator.post(by_kind["command"], json=approve)).status_code == 403
        assert (await owner.post(by_kind["command"], json=approve)).status_code == 200
        assert (await tried(operator, "pytest -q"))["rule"] == "command_listed"
        await owner.post(by_kind["rule"], json=approve)
        assert (await tried(operator, "make"))["rule"] == "rule:settings-2"
        await owner.post(by_kind["on_ask"], json={"decision": "refuse"})
        assert (await tried(operator, "curl x"))["outcome"] == "wait"
        assert (await operator.get("/api/policy")).json()["proposals_waiting"] == 1
        items = (await operator.get("/api/audit", params={"what": "policy."})).json()["items"]
        assert [each["by"] for each in items[:3]] == ["owner", "owner", "owner"]


async def test_an_approval_outlives_a_restart_but_not_a_change_of_what_was_approved(
    store: Store, tmp_path: Any
):
    await store.inbox.open(CHANNEL)
    house = build(store, tmp_path, SETTINGS)
    await house.parts.permissions.open(shipped=False)
    for each in await house.parts.proposals.every():
        if each.wanted:
            await house.parts.proposals.decide(each.id, approve=True, by="owner")
    again = build(store, tmp_path, SETTINGS)
    await again.parts.permissions.open(shipped=False)
    assert again.parts.permissions.commands(CHANNEL) == ["pytest"]
    assert again.parts.proposals.waiting == 0
    wider = Settings(
        rules=SETTINGS.rules,
        workers={"coder": WorkerSettings(commands=("pytest", "rm"), tools=("Read",))},
    )
    changed = build(store, tmp_path, wider)
    await changed.parts.permissions.open(shipped=False)
    assert changed.parts.permissions.commands(CHANNEL) == ["pytest"]
    assert changed.parts.proposals.waiting == 1
    async with changed.owner() as owner:
        every = await changed.parts.proposals.every()
        gone = next(each for each in every if each.wish.kind == "tool")
        path = f"/api/policy/proposals/{gone.id}/decision"
        assert (await owner.post(path, json={"decision": "approve"})).status_code == 409
        missing = f"/api/policy/proposals/{'0' * 32}/decision"
        assert (await owner.post(missing, json={"decision": "approve"})).status_code == 404


async def test_settings_that_came_with_sempre_need_nobody(store: Store, tmp_path: Any):
    house = build(store, tmp_path, SETTINGS)
    await house.parts.permissions.open(shipped=True)
    assert house.parts.permissions.commands(CHANNEL) == ["pytest"]
    (entry, *_) = await house.parts.audit.page()
    assert (entry.what, entry.by) == ("policy.proposal_decided", "system")


async def test_a_sandbox_stays_on_until_a_person_approves_that_it_goes(store: Store, tmp_path: Any):
    await store.inbox.open(CHANNEL)

    async def opened_with(*, sandbox: bool) -> House:
        workers = {"coder": WorkerSettings(sandbox=sandbox)}
        house = build(store, tmp_path, Settings(workers=workers))
        await house.parts.permissions.open(shipped=False)
        return house

    assert not (await opened_with(sandbox=False)).parts.permissions.sandbox(CHANNEL)
    assert (await opened_with(sandbox=True)).parts.permissions.sandbox(CHANNEL)
    off = await opened_with(sandbox=False)
    assert off.parts.permissions.sandbox(CHANNEL)
    async with off.owner() as owner:
        (item,) = (await owner.get("/api/policy/proposals")).json()["items"]
        assert item["headline"] == f"{CHANNEL} runs its commands without a sandbox"
        path = f"/api/policy/proposals/{item['id']}/decision"
        assert (await owner.post(path, json={"decision": "approve"})).status_code == 200
    assert not off.parts.permissions.sandbox(CHANNEL)
    assert (await opened_with(sandbox=True)).parts.permissions.sandbox(CHANNEL)
    assert (await opened_with(sandbox=False)).parts.permissions.sandbox(CHANNEL)


async def test_a_directory_of_its_own_stops_the_worker_until_it_is_approved(
    store: Store, tmp_path: Any
):
    await store.inbox.open(CHANNEL)
    far = tmp_path / "far"
    settings = Settings(workers={"coder": WorkerSettings(directory=str(far))})
    house = build(store, tmp_path, settings, directory=far)
    await house.parts.permissions.open(shipped=False)
    with pytest.raises(MisconfiguredError, match="no person has approved"):
        house.parts.permissions.require_directory(CHANNEL)
    await store.channels.stop(CHANNEL, "misconfigured", "no directory")
    async with house.owner() as owner:
        (item,) = (await owner.get("/api/policy/proposals")).json()["items"]
        assert item["wish"] == str(far)
        path = f"/api/policy/proposals/{item['id']}/decision"
        assert (await owner.post(path, json={"decision": "approve"})).status_code == 200
    house.parts.permissions.require_directory(CHANNEL)
    assert (await store.channels.get(CHANNEL)).state == "open"


PUSH = RuleSettings(verdict="deny", command="git push")
ASK_GIT = RuleSettings(verdict="ask", command="git")
ALLOW_PUSH = RuleSettings(verdict="allow", command="git push")


async def opened_with(store: Store, home: Any, *rules: RuleSettings) -> House:
    """Started anew with these rules in sempre.toml."""
    house = build(store, home, Settings(rules=rules))
    await house.parts.permissions.open(shipped=False)
    return house


async def decided_on(house: House, headline: str, *, approve: bool = True) -> None:
    """A person decides the one proposal that waits."""
    (item,) = [
        each for each in await house.parts.proposals.every() if each.wanted and each.state == "open"
    ]
    assert item.wish.headline == headline
    await house.parts.proposals.decide(item.id, approve=approve, by="owner")


async def verdict(house: House, command: str) -> str:
    async with house.operator() as operator:
        return (await tried(operator, command))["verdict"]


async def test_a_rule_that_denied_holds_until_a_person_approves_that_it_goes(
    store: Store, tmp_path: Any
):
    await store.inbox.open(CHANNEL)
    before = await opened_with(store, tmp_path, PUSH, ALLOW_PUSH)
    await decided_on(before, "a rule for every channel: allow git push, after: deny git push")
    assert await verdict(before, "git push") == "deny"
    assert await verdict(await opened_with(store, tmp_path, ALLOW_PUSH), "git push") == "deny"
    gone = await opened_with(store, tmp_path, ALLOW_PUSH)  # another start changes nothing
    assert await verdict(gone, "git push") == "deny"
    async with gone.operator() as operator:
        policy = (await operator.get("/api/policy")).json()
        (kept, _) = policy["settings_rules"]
        assert (kept["rule"]["verdict"], kept["holds"]) == ("deny", True)
        listed = (await operator.get("/api/policy/proposals")).json()["items"]
        assert kept["proposal_id"] in {each["id"] for each in listed}
        assert {each["kind"] for each in listed} == {"rule", "loosened"}
    await decided_on(gone, "sempre.toml no longer asks or denies: deny git push")
    assert await verdict(gone, "git push") == "allow"
    assert await verdict(await opened_with(store, tmp_path, ALLOW_PUSH), "git push") == "allow"


async def test_what_came_back_is_decided_anew_when_it_goes_again(store: Store, tmp_path: Any):
    await store.inbox.open(CHANNEL)
    wording = "sempre.toml no longer asks or denies: deny git push"
    await opened_with(store, tmp_path, PUSH)
    await decided_on(await opened_with(store, tmp_path), wording)
    assert await verdict(await opened_with(store, tmp_path), "git push") == "ask"
    assert await verdict(await opened_with(store, tmp_path, PUSH), "git push") == "deny"
    gone = await opened_with(store, tmp_path)
    assert await verdict(gone, "git push") == "deny"
    await decided_on(gone, wording, approve=False)
    assert await verdict(await opened_with(store, tmp_path), "git push") == "deny"


async def test_an_approved_rule_that_moves_before_one_that_denies_waits_anew(
    store: Store, tmp_path: Any
):
    await store.inbox.open(CHANNEL)
    await decided_on(
        await opened_with(store, tmp_path, PUSH, ALLOW_PUSH),
        "a rule for every channel: allow git push, after: deny git push",
    )
    moved = await opened_with(store, tmp_path, ALLOW_PUSH, PUSH)
    assert await verdict(moved, "git push") == "deny"
    await decided_on(moved, "a rule for every channel: allow git push")
    assert await verdict(moved, "git push") == "allow"
    narrower = await opened_with(store, tmp_path, ASK_GIT, ALLOW_PUSH, PUSH)
    assert narrower.parts.proposals.waiting == 1  # what asks now stands before what denied
    assert await verdict(narrower, "git push") == "deny"


async def test_what_only_narrows_needs_nobody_and_leaves_what_was_approved(
    store: Store, tmp_path: Any
):
    await store.inbox.open(CHANNEL)
    make = RuleSettings(verdict="allow", command="make")
    await decided_on(
        await opened_with(store, tmp_path, make), "a rule for every channel: allow make"
    )
    house = await opened_with(store, tmp_path, PUSH, make, ASK_GIT)
    assert house.parts.proposals.waiting == 0
    assert await verdict(house, "make") == "allow"
    assert await verdict(house, "git push") == "deny"


async def test_one_that_asks_does_not_step_before_one_that_denied(store: Store, tmp_path: Any):
    await store.inbox.open(CHANNEL)
    await opened_with(store, tmp_path, PUSH, ASK_GIT)
    moved = await opened_with(store, tmp_path, ASK_GIT, PUSH)
    assert await verdict(moved, "git push") == "deny"
    await decided_on(moved, "sempre.toml asks before another denies: ask git")
    assert await verdict(moved, "git push") == "ask"


async def test_the_operator_puts_no_asking_rule_before_a_denying_one(
    operator: httpx2.AsyncClient, owner: httpx2.AsyncClient
):
    (made,) = (await put(owner, DENY_PUSH)).json()["rules"]
    kept = {name: value for name, value in made.items() if value}
    asking = {"verdict": "ask", "command": "git"}
    assert (await put(operator, asking, kept)).status_code == 403
    assert (await put(operator, kept, asking)).status_code == 200
