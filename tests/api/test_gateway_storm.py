"""A storm over several live sessions: whatever breaks, the ledger holds what the provider counted, call by call."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest

from sempre.contract.agents import Ending
from sempre.rehearsal import Call, Outcome, write_say, write_tool
from tests.agents.claude.rig import Notes, until
from tests.api.claude_house import House, lived_in
from tests.api.gateway_rig import Decision

pytestmark = [
    pytest.mark.claude,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("gateway-storm"),
]

TOOL = write_tool("Bash", command="echo tool")
INNER = json.dumps(TOOL + write_say("inner done"))
AGENT = f"[[agent:{INNER}]]"
LONG = write_say("word " * 40) + "[[drip:40:0.25]]"
WEATHER = [
    write_say("plain"),
    TOOL + TOOL + write_say("two tools"),
    AGENT + write_say("a subagent"),
    AGENT + AGENT + "[[tools:together]]" + write_say("two subagents at once"),
    "[[http:529:1]]" + write_say("overloaded once"),
    "[[http:500:1]]" + write_say("broken once"),
    "[[http:400]]",
    "[[cut]]" + write_say("cut in the text, then whole"),
    "[[cut:headers]]",
    "[[sseerror:api_error]]" + write_say("an error in the stream"),
    TOOL + "[[think:hm]]" + write_say("thought"),
    "[[usage:1000000:5]]" + write_say("counted high"),
]


async def answer_all(house: House, channel: str, prompts: list[str]) -> list[Ending]:
    return [(await house.claude.ask(prompt, channel=channel)).ending for prompt in prompts]


async def hang_up(house: House, channel: str) -> Ending:
    """A person stops a turn in the middle of its answer."""
    notes = Notes()
    question = house.claude.question(LONG, channel=channel)
    running = asyncio.get_running_loop().create_task(house.claude.answer(question, notes))
    await notes.wait_for("turn.text", 60)
    assert await house.claude.agent.interrupt(question.turn_id)
    return (await running).ending


async def kill(house: House, channel: str) -> Ending:
    """Claude Code is killed in the middle of its answer."""
    notes = Notes()
    question = house.claude.question(LONG, channel=channel)
    running = asyncio.get_running_loop().create_task(house.claude.answer(question, notes))
    await notes.wait_for("turn.text", 60)
    process_of(house, question.session.id).kill()
    return (await running).ending


def process_of(house: House, session_id: str) -> psutil.Process:
    return next(each for each in house.claude.claudes() if session_id in " ".join(each.cmdline()))


async def rough(house: House, channel: str) -> list[Ending]:
    endings: list[Ending] = []
    for step in (hang_up, kill, hang_up, kill):
        endings.append(await step(house, channel))
        endings += await answer_all(house, channel, [write_say("and on")])
    return endings


def tokens(call: Call) -> tuple[int, int, int, int]:
    """What the provider told of a call."""
    if call.usage is None:
        return (0, 0, 0, 0)
    usage = call.usage
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_input_tokens,
        usage.cache_creation_input_tokens,
    )


def booked(row: dict[str, Any]) -> tuple[int, ...]:
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    return tuple(row[name] for name in names)


async def test_the_ledger_is_what_the_provider_counted(small_url: str, tmp_path: Path):
    async with lived_in(small_url, tmp_path, Decision()) as house:
        smooth, jagged, broken, odd = await asyncio.gather(
            answer_all(house, "files:a", WEATHER),
            answer_all(house, "files:b", WEATHER[::-1]),
            rough(house, "files:c"),
            rough(house, "files:d"),
        )
        await house.claude.close()
        assert await until(lambda: not house.api.record.busy)
        rows = await house.front.rows()
        calls = house.api.record.messages

        # The storm did blow.
        assert Counter(smooth) == Counter(jagged)
        assert Counter(smooth)[Ending.ANSWERED] >= 9
        for endings in (broken, odd):
            assert endings[::2].count(Ending.CANCELLED) == 2
            assert endings[1::2] == [Ending.ANSWERED] * 4
        assert {Outcome.ANSWERED, Outcome.REFUSED, Outcome.BROKEN, Outcome.GONE} == {
            call.outcome for call in calls
        }
        assert len(calls) > 60

        # Each call is one row, and each row one call.
        assert len(rows) == len(calls)
        assert "in_flight" not in {row["state"] for row in rows}
        named = {row["request_id"]: row for row in rows if row["request_id"] is not None}
        unanswered = [call for call in calls if call.request_id not in named]
        assert len(named) + len(unanswered) == len(calls)
        assert all(call.usage is None for call in unanswered)

        # Token by token.
        for call in calls:
            if (row := named.get(call.request_id)) is not None:
                assert booked(row) == tokens(call), call
                assert row["state"] == expected_state(call), call
                assert row["agent"] == call.agent
                assert row["session_id"] == call.session
        assert [sum(column) for column in zip(*map(booked, rows), strict=True)] == [
            sum(column) for column in zip(*map(tokens, calls), strict=True)
        ]

        # What is unknown is told to be so.
        totals = await house.front.ledger.count()
        partial = sum(call.outcome in (Outcome.BROKEN, Outcome.GONE) for call in calls)
        assert (totals.unknown_calls, totals.in_flight) == (partial, 0)
        assert totals.failed == sum(call.outcome is Outcome.REFUSED for call in calls)


def expected_state(call: Call) -> str:
    match call.outcome:
        case Outcome.ANSWERED:
            return "booked"
        case Outcome.REFUSED:
            return "failed"
        case _:
            return "unknown"
