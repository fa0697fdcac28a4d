"""What the real Claude Code does behind the gateway and the hook, and what it costs."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from sempre.api.provider import Provider
from sempre.approvals import Approvals
from sempre.audit import Trail
from sempre.contract.actions import OnAsk
from sempre.contract.agents import Ending
from sempre.contract.gate import Tell
from sempre.policy import Rights
from sempre.rehearsal import MessagesApi, fingerprint, write_say, write_tool
from sempre.workflows.asking import Asking, Patience
from sempre.workflows.tool_gate import Rules, ToolGate
from tests.api.claude_house import House, lived_in
from tests.api.gateway_rig import KEY, Decision, Event, rigged
from tests.rehearsal.cli import running_cli
from tests.support.environment import allowed_environment
from tests.support.store import Store, opened

pytestmark = [pytest.mark.claude, pytest.mark.xdist_group("gateway-claude")]


def files_with(text: str, place: Path) -> list[Path]:
    files = [path for path in place.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if text.encode() in path.read_bytes()]


@pytest.fixture
async def house(small_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A worker that may do anything."""
    async with lived_in(small_url, tmp_path, Decision()) as house:
        yield house


async def test_the_real_key_is_nowhere_in_reach_of_the_agent(house: House, tmp_path: Path):
    look = "env; cat /proc/$PPID/environ /proc/$PPID/cmdline | tr '\\0' '\\n'"
    outcome = await house.claude.ask(write_tool("Bash", command=look) + write_say("seen"))
    assert outcome.text == "seen"
    (printed,) = house.results
    assert "ANTHROPIC_API_KEY=sempre_session_" in printed
    assert house.last.headers["x-api-key"] == fingerprint(KEY)
    await house.claude.close()
    holders = await asyncio.to_thread(files_with, KEY, tmp_path)
    assert holders == []


async def test_a_refused_call_is_asked_once_and_the_process_answers_the_next_prompt(house: House):
    await house.claude.ask("[[say:one]]")
    (process,) = house.claude.claudes()
    made = len(house.api.record.calls)
    house.front.ledger.refuse("Today's 5 dollars are used up.")
    outcome = await house.claude.ask("[[say:two]]")
    assert outcome.ending is Ending.BUDGET
    assert outcome.failure is not None
    assert "Today's 5 dollars are used up." in outcome.failure.message
    assert [kind for _, _, kind, _ in house.front.told] == ["gateway.refused"]
    assert len(house.api.record.calls) == made
    house.front.ledger.refuse(None)
    outcome = await house.claude.ask("[[say:three]]")
    assert (outcome.ending, outcome.text) == (Ending.ANSWERED, "three")
    assert [each.pid for each in house.claude.claudes()] == [process.pid]


async def test_every_call_of_a_turn_is_booked_on_it_its_subagents_too(house: House):
    inner = write_tool("Bash", command="echo inside") + write_say("done inside")
    question = house.claude.question(f"[[agent:{json.dumps(inner)}]]" + write_say("done"))
    outcome = await house.claude.answer(question)
    assert outcome.text == "done"
    rows = await house.front.rows()
    assert {row["turn_id"] for row in rows} == {question.turn_id}
    assert {row["attempt_id"] for row in rows} == {question.attempt_id}
    assert {row["session_id"] for row in rows} == {outcome.session.id}
    assert [row["agent"] is None for row in rows] == [True, False, False, True]
    assert [call.agent for call in house.api.record.messages] == [row["agent"] for row in rows]
    used = await house.front.ledger.turn_usage(question.turn_id)
    total = house.api.record.total()
    assert (used.input_tokens, used.output_tokens) == (total.input_tokens, total.output_tokens)
    assert (used.cache_read_tokens, used.cache_write_tokens) == (
        total.cache_read_input_tokens,
        total.cache_creation_input_tokens,
    )


async def test_the_hook_lets_a_worker_work_and_keeps_it_in_its_place(
    small_url: str, tmp_path: Path
):
    told: list[Event] = []
    own = tmp_path / "work"

    def rights(channel: str) -> Rights:
        return Rights(directory=str(own), home=str(tmp_path / "home"))

    def tell(turn_id: str | None, channel: str, kind: str, details: Mapping[str, object]) -> None:
        told.append((turn_id, channel, kind, details))

    async with opened(small_url) as store:
        trail = Trail(store.db, store.keyring)
        gate = asking_nobody(store, trail, rights, tell)
        await _works_and_stays(small_url, tmp_path, gate, own, told)
        await trail.flush()
        judged = [each.details async for each in trail.every()]
    assert [each["answer"] for each in judged] == [*["allow"] * 6, *["deny"] * 3, "allow", "deny"]
    assert [each["tool"] for each in judged][:3] == ["Read", "Write", "Bash"]
    assert all(each["risk"] and each["risk_reason"] for each in judged)


def asking_nobody(
    store: Store, trail: Trail, rights: Callable[[str], Rights], tell: Tell
) -> ToolGate:
    """The gate of a channel that refuses what a person should decide."""

    async def on_ask(_channel: str) -> OnAsk:
        return OnAsk.DENY

    rules = Rules(rights)
    approvals = Approvals(store.db, store.keyring, store.log, expire=timedelta(hours=1))
    asking = Asking(
        approvals=approvals,
        audit=trail,
        on_ask=on_ask,
        weigh=rules.weigh,
        tell=tell,
        patience=Patience(short=0, hook=0),
        stopping=asyncio.Event(),
    )
    return ToolGate(rules, approvals, asking, trail, tell)


async def _works_and_stays(
    small_url: str, tmp_path: Path, gate: ToolGate, own: Path, told: list[Event]
) -> None:
    async with lived_in(small_url, tmp_path, gate) as house:
        (own / "a.txt").write_text("apple\n")
        await house.claude.ask(
            write_tool("Read", file_path=str(own / "a.txt"))
            + write_tool("Write", file_path=str(own / "b.txt"), content="banana\n")
            + write_tool("Bash", command="cat a.txt b.txt | sort -r && mkdir -p sub")
            + write_tool("Bash", command="cd sub && pwd")
            + write_tool("Bash", command="cat ../a.txt")
            + write_tool("Grep", pattern="ban", path=str(own))
        )
        assert "apple" in house.results[0]
        assert house.results[2] == "banana\napple"
        assert house.results[3] == str(own / "sub")
        assert house.results[4] == "apple"
        assert "b.txt" in house.results[5]
        assert told == []

        inner = write_tool("Bash", command="touch /tmp/by-a-subagent") + write_say("x")
        await house.claude.ask(
            write_tool("Bash", command="cat /etc/hostname")
            + write_tool("Write", file_path=str(tmp_path / "out.txt"), content="x")
            + write_tool("Bash", command="echo $(rm -rf ..)")
            + f"[[agent:{json.dumps(inner)}]]"
        )
        assert "/etc/hostname is outside" in house.results[0]
        assert "Refused by Sempre" in house.results[1]
        assert "does not understand" in house.results[2]
        assert not (tmp_path / "out.txt").exists()
        assert [details["rule"] for *_, details in told] == [
            "outside",
            "outside",
            "not_understood",
            "outside",
        ]
        assert [details["agent"] is None for *_, details in told] == [True, True, True, False]
        assert all(turn_id for turn_id, *_ in told)


async def test_a_gate_that_is_gone_lets_nothing_run(house: House):
    await house.claude.ask("[[say:warm]]")
    house.front.loopback._hook.answer = _hang_up  # pyright: ignore[reportAttributeAccessIssue]  (broken on purpose)
    await house.claude.ask(write_tool("Bash", command="touch ran") + write_say("x"))
    assert not (house.claude.work / "ran").exists()


async def _hang_up(_: object) -> None:
    raise ConnectionResetError("gone")


@pytest.mark.parametrize("model", ["opus", "sonnet", "haiku"])
async def test_our_price_is_the_one_that_claude_code_reckons(
    model: str, small_url: str, tmp_path: Path
):
    work = tmp_path / "work"
    work.mkdir()
    async with (
        MessagesApi(pace=0) as api,
        rigged(small_url, Provider(base_url=api.url, key=KEY)) as front,
    ):
        base = {**allowed_environment(tmp_path), "ANTHROPIC_AUTH_TOKEN": front.token}
        async with running_cli(front.url, base, work, "--model", model) as cli:
            await cli.ask("[[say:first, to fill the cache]]")
            await cli.ask("[[say:second, which reads it]]")
            turn = await cli.ask("[[say:a long prompt]][[usage:150000:700]]")
        rows = await front.rows()
        ours = sum(row["cost_micros"] for row in rows)
        assert any(row["cache_read_tokens"] for row in rows)
    assert ours > 0
    assert abs(turn.result["total_cost_usd"] * 1_000_000 - ours) <= 0.5 * len(rows) + 0.01
    assert len({row["model"] for row in rows}) == 1
