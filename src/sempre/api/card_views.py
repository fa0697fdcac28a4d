"""Cards and their runs as the API shows them: what the stores hold, what the ledger knows, what the log said last."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from sempre import board, clock
from sempre.api.card_forms import Card, CardSummary, Dependency
from sempre.api.execution_views import active, duration, execution_of, is_stuck, total, visit_of
from sempre.api.executions import (
    Execution,
    ExecutionSummary,
    LastLine,
)
from sempre.api.log_lines import Told, lines_of
from sempre.api.parts import Parts
from sempre.api.run_costs import RunCosts
from sempre.board.run import Run, RunHead
from sempre.board.words import RunKind, Wait
from sempre.contract.messages import Usage
from sempre.conversations import Turn

_LAST_EVENTS = 20
_LONGEST_LINE = 200


class Viewer:
    """Reads what many cards need at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._costs = RunCosts(parts.board.visits, parts.spending)

    async def card(self, name: str) -> Card:
        """By key or id. Raises NotFoundError."""
        return await self.in_full(await self._parts.board.cards.get(name))

    async def run(self, run_id: str) -> Execution:
        """Raises NotFoundError."""
        return await self.run_in_full(await self._parts.board.runs.get(run_id))

    async def summaries(self, cards: Sequence[board.Card]) -> list[CardSummary]:
        runs = await self._heads([card.run for card in cards if card.run is not None])
        return [_summary(card, card.run and runs[card.run.id]) for card in cards]

    async def in_full(self, card: board.Card) -> Card:
        runs = await self._heads([] if card.run is None else [card.run])
        needed = [await self._parts.board.cards.get(each) for each in card.text.needs]
        more = {
            "description": card.text.description,
            "dependencies": [
                Dependency(
                    id=each.id,
                    key=each.key,
                    title=each.text.title,
                    column=each.column,
                    done=each.done_at is not None,
                )
                for each in needed
            ],
        }
        summary = _summary(card, card.run and runs[card.run.id])
        return Card.model_validate({**dict(summary), **more})

    async def run_summaries(self, runs: Sequence[RunHead]) -> list[ExecutionSummary]:
        shown = await self._heads(runs)
        return [shown[run.id] for run in runs]

    async def run_in_full(self, run: Run) -> Execution:
        (summary,) = await self.run_summaries([run])
        card = await self._parts.board.cards.get(run.card_id)
        visits = await self._parts.board.visits.of_run(run.id)
        turns = await self._parts.turns.of_ids([each.turn_id for each in visits if each.turn_id])
        spent = await self._spent(turns.values())
        shown = [visit_of(each, turns.get(each.turn_id or ""), spent) for each in visits]
        now = summary.model_copy(update={"cost_micros": total(spent.values())})
        return execution_of(now, run, card.key, shown)

    async def _heads(self, runs: Sequence[RunHead]) -> dict[str, ExecutionSummary]:
        costs = await self._costs.of(runs)
        owned = await self._owned(runs)
        away = await self._away(runs)
        now = clock.now()
        return {
            run.id: ExecutionSummary(
                **dict(active(run)),
                card_id=run.card_id,
                number=run.number,
                kind=run.kind,
                stage=run.stage,
                is_active=run.is_active,
                is_stuck=run.id not in away and is_stuck(run, owned),
                waits_for_person=run.waits_for_person,
                wait=Wait.MACHINE if run.id in away else run.wait,
                waits_on=[away[run.id]] if run.id in away else run.waits_on,
                waits_since=run.waits_since,
                cancel_requested=run.cancel_requested,
                error_kind=run.failure and run.failure.kind,
                settlement=run.settlement,
                has_work=run.has_work,
                queued_at=run.queued_at,
                ended_by=run.ended_by if not run.is_active else None,
                settled_by=run.settled_by,
                duration_seconds=duration(run, now),
                cost_micros=costs[run.id],
                last_line=await self._last_line(run) if run.is_active else None,
            )
            for run in runs
        }

    async def _owned(self, runs: Sequence[RunHead]) -> frozenset[str]:
        """Those with a living owner."""
        if not any(run.is_active for run in runs):
            return frozenset()
        return await self._parts.board.commands.running()

    async def _away(self, runs: Sequence[RunHead]) -> Mapping[str, str]:
        """Those that can't go on because their board's machine is away, and which one it is. A plan can be decided
        about meanwhile, by whoever reads it elsewhere."""
        waiting = [
            run
            for run in runs
            if run.is_active and run.kind is RunKind.RUN and run.wait is not Wait.PLAN_APPROVAL
        ]
        if not waiting:
            return {}
        there, nodes = await self._parts.nodes_alive(), await self._parts.board.boards.nodes()
        found = {run.id: nodes.get(run.board) for run in waiting}
        return {run_id: node for run_id, node in found.items() if node and node not in there}

    async def _last_line(self, run: RunHead) -> LastLine | None:
        visits = await self._parts.board.visits.of_run(run.id)
        if not visits or visits[-1].turn_id is None:
            return None
        visit, turn_id = visits[-1], visits[-1].turn_id
        last = await self._parts.log.last_seq(turn_id)
        events = await self._parts.log.of_turn(turn_id, after=max(0, last - _LAST_EVENTS))
        lines = lines_of(
            [Told(each.seq or 0, visit.stage, visit.position, each) for each in events], None
        )
        said = next((each for each in reversed(lines) if each.content.strip()), None)
        if said is None:
            return None
        content = said.content.strip().rpartition("\n")[2][:_LONGEST_LINE]
        return LastLine(timestamp=said.timestamp, type=said.type, content=content)

    async def _spent(self, turns: Iterable[Turn]) -> Mapping[str, Usage]:
        """What an ended turn took stands in its row; of the others the ledger knows."""
        each = list(turns)
        going_on = [turn.id for turn in each if turn.usage is None]
        spent: Mapping[str, Usage] = {}
        if going_on:
            spent = await self._parts.spending.of_turns(going_on)
        return {turn.id: turn.usage or spent.get(turn.id, Usage()) for turn in each}


async def viewer_of(request: Request) -> Viewer:
    viewer: Viewer = request.app.state.viewer
    return viewer


Viewing = Annotated[Viewer, Depends(viewer_of)]


def _summary(card: board.Card, run: ExecutionSummary | None) -> CardSummary:
    text = card.text
    return CardSummary(
        id=card.id,
        key=card.key,
        board=card.board,
        number=card.number,
        channel=card.channel,
        column=card.column,
        rank=card.rank,
        title=text.title,
        labels=text.labels,
        priority=text.priority,
        needs=text.needs,
        model=text.model,
        budget_micros=text.budget_micros,
        budget_tokens=text.budget_tokens,
        spec_path=text.spec_path,
        branch=text.branch,
        images=len(card.images),
        version=card.version,
        created_at=card.created_at,
        created_by=card.created_by,
        changed_at=card.changed_at,
        changed_by=card.changed_by,
        active_execution=card.run and active(card.run),
        run=run,
    )
