"""What the real Claude Code asks on its own (compaction, going on, asking again) stands in the ledger as the provider
counted it, call by call, and a budget that such a call reaches refuses the next one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sempre.budgets import CallState
from sempre.contract.agents import Ending, Outcome
from sempre.rehearsal import Call, write_say
from sempre.rehearsal import Outcome as Answered
from tests.api.claude_house import House, lived_in
from tests.api.gateway_rig import Decision
from tests.budgets.pot import Pot, pot
from tests.support.store import opened

pytestmark = [pytest.mark.claude, pytest.mark.xdist_group("ledger-claude")]

FULL = "[[usage:990000:10]][[say:so much is known now]]"  # as large as the model's window
TOO_LARGE = "[[http:413:1]]"
REFUSED = ["[[http:429:1]]", "[[http:500:1]]", "[[http:529:1]]"]


@dataclass
class Budgeted:
    """The real Claude Code behind a gateway whose ledger holds turns to budgets."""

    house: House
    pot: Pot

    async def ask(self, prompt: str) -> tuple[Outcome, list[Call], list[dict[str, Any]]]:
        """A turn: how it ended, what the provider saw of it, and what the ledger has of it."""
        question, before = self.house.claude.question(prompt), len(self.house.api.record.calls)
        assert await self.pot.money.purse.reserve(question.turn_id, question.channel) is None
        outcome = await self.house.claude.answer(question)
        rows = [row for row in await self.house.front.rows() if row["turn_id"] == question.turn_id]
        await self.pot.money.purse.settle(question.turn_id)
        return outcome, self.house.api.record.calls[before:], rows


@pytest.fixture
async def budgeted(small_url: str, tmp_path: Path) -> AsyncIterator[Budgeted]:
    async with living(small_url, tmp_path) as budgeted:
        yield budgeted


@asynccontextmanager
async def living(url: str, root: Path) -> AsyncIterator[Budgeted]:
    async with opened(url) as store:
        purse = pot(store.db, store.log)
        ledger = purse.money.ledger
        async with lived_in(url, root, Decision(), retries=3, ledger=ledger) as house:
            yield Budgeted(house, purse)
        await purse.money.close()


def as_counted(calls: Sequence[Call]) -> list[tuple[object, ...]]:
    """What a ledger has to hold of these calls. One that was cut before its answer began has no id that we know."""
    silent = [call.usage is None and call.outcome is Answered.BROKEN for call in calls]
    told = [
        (None if cut else call.request_id, call.usage)
        for call, cut in zip(calls, silent, strict=True)
    ]
    return [
        (
            request,
            usage.input_tokens if usage else 0,
            usage.output_tokens if usage else 0,
            usage.cache_read_input_tokens if usage else 0,
            usage.cache_creation_input_tokens if usage else 0,
        )
        for request, usage in told
    ]


def as_booked(rows: Sequence[dict[str, Any]]) -> list[tuple[object, ...]]:
    kinds = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    return [(row["request_id"], *(row[kind] for kind in kinds)) for row in rows]


def is_compaction(call: Call) -> bool:
    return "<summary>" in call.prompt


@pytest.mark.parametrize(
    ("before", "fault", "asked"),
    [([FULL], "", [True, False]), (["[[say:a]]", "[[say:b]]"], TOO_LARGE, [False, True, False])],
)
async def test_compaction_is_booked_on_the_turn_that_needed_it(
    budgeted: Budgeted, before: list[str], fault: str, asked: list[bool]
):
    for prompt in before:
        await budgeted.ask(prompt)
    outcome, calls, rows = await budgeted.ask(f"{fault}{write_say('after')}")
    assert outcome.text == "after"
    assert [is_compaction(call) for call in calls] == asked
    assert as_booked(rows) == as_counted(calls)
    (summary,) = [row for row, call in zip(rows, calls, strict=True) if is_compaction(call)]
    assert summary["cost_micros"] > 0


async def test_a_budget_that_compaction_reaches_refuses_the_call_after_it(budgeted: Budgeted):
    await budgeted.ask(FULL)
    await budgeted.pot.limit("turn", micros=1)
    outcome, calls, rows = await budgeted.ask(write_say("never said"))
    assert outcome.ending is Ending.BUDGET
    assert [is_compaction(call) for call in calls] == [True], "no other call left"
    assert as_booked(rows) == as_counted(calls)
    assert [kind for _, _, kind, _ in budgeted.house.front.told] == ["gateway.refused"]


async def test_an_answer_that_goes_on_beyond_its_length_is_booked_in_all_its_parts(
    budgeted: Budgeted,
):
    outcome, calls, rows = await budgeted.ask(f"[[maxtok]]{write_say('long')}")
    assert outcome.text == "long"
    assert len(calls) == 2
    assert as_booked(rows) == as_counted(calls)
    assert all(row["cost_micros"] for row in rows)


async def test_what_is_asked_again_is_booked_as_the_provider_counted_it(budgeted: Budgeted):
    for fault in REFUSED:
        outcome, calls, rows = await budgeted.ask(f"{fault}{write_say('after all')}")
        assert outcome.text == "after all"
        assert [call.outcome for call in calls] == [Answered.REFUSED, Answered.ANSWERED]
        assert as_booked(rows) == as_counted(calls)
        assert [row["state"] for row in rows] == [CallState.FAILED, CallState.BOOKED]
        assert rows[0]["cost_micros"] == 0, "a refused call costs nothing"
        assert rows[1]["cost_micros"] > 0


@pytest.mark.parametrize(
    ("fault", "whole"),
    [("[[cut:silent:1]]", False), ("[[cut:text:1]]", False), ("[[sseerror]]", True)],
)
async def test_what_broke_off_costs_what_it_had_said_and_is_asked_again(
    budgeted: Budgeted, fault: str, whole: bool
):
    outcome, calls, rows = await budgeted.ask(f"{fault}{write_say('whole at last')}")
    assert outcome.text == "whole at last"
    assert {call.outcome for call in calls[:-1]} == {Answered.BROKEN}
    assert calls[-1].stream is not whole, "in one piece, once streams have broken too often"
    assert as_booked(rows) == as_counted(calls)
    said = [call.usage is not None for call in calls[:-1]]
    assert [bool(row["cost_micros"]) for row in rows[:-1]] == said
    assert {row["state"] for row in rows[:-1]} == {CallState.UNKNOWN}


async def test_a_budget_that_is_reached_refuses_the_retry(budgeted: Budgeted):
    await budgeted.pot.limit("turn", micros=1)
    outcome, calls, _ = await budgeted.ask(f"[[http:500:1]]{write_say('cost nothing')}")
    assert (outcome.ending, len(calls)) == (Ending.ANSWERED, 2), "what was refused used nothing up"
    outcome, calls, rows = await budgeted.ask(f"[[cut:text:1]]{write_say('never whole')}")
    assert outcome.ending is Ending.BUDGET
    assert [call.outcome for call in calls] == [Answered.BROKEN], "it was not asked again"
    assert as_booked(rows) == as_counted(calls)
    outcome, calls, _ = await budgeted.ask(f"[[http:529:1]][[sseerror]]{write_say('nor here')}")
    assert outcome.ending is Ending.BUDGET
    assert [call.outcome for call in calls] == [Answered.REFUSED, Answered.BROKEN]
