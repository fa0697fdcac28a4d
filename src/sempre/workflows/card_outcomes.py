"""What a visit came to: from its turn's row and from what stands in the worktree, which is committed here. Tests pass by
exit code, a review by its verdict, a plan by its spec; nobody's word counts beside that."""

from sempre.agents.commands import report
from sempre.board import Card, Ended, Runs, Visit, diffs, worktrees
from sempre.board.words import Result, Stage
from sempre.contract.messages import Failure, TurnState
from sempre.conversations import Turn
from sempre.workflows import card_files, card_gathering, card_verdict
from sempre.workflows.card_memory import runs_commands
from sempre.workflows.card_places import Ground, Places, spec_of

_VERBS = {
    Stage.PLAN: "Plan",
    Stage.IMPLEMENT: "Implement",
    Stage.TEST: "Mend",
    Stage.REVIEW: "Review",
}
_TAIL = 16_000


class Outcomes:
    def __init__(self, places: Places, runs: Runs) -> None:
        self._places = places
        self._runs = runs

    async def of(self, card: Card, ground: Ground, visit: Visit, turn: Turn) -> Ended:
        """Raises ConflictError, GitError."""
        newest = await self._places.newest(ground)
        match turn.state:
            case TurnState.CANCELLED:
                return Ended(result=Result.CANCELLED, head=newest)
            case TurnState.ANSWERED:
                pass
            case _:
                return Ended(result=Result.ERROR, head=newest, failure=turn.failure)
        answer = turn.answer or ""
        if runs_commands(visit):
            return await _tested(card, ground, visit, answer, newest)
        if visit.stage is Stage.REVIEW:
            return _reviewed(answer, newest, visit.base)
        said = f"{_VERBS[visit.stage]} {card.key}: {card.text.title}"
        name = f"{ground.run.id}/{visit.position}"
        head = await worktrees.commit(ground.tree, said, name, visit.base or ground.run.base)
        if visit.stage is Stage.PLAN:
            return await self._planned(card, ground, visit, answer, head)
        return Ended(result=Result.PASSED, head=head, output=answer[-_TAIL:])

    async def _planned(
        self, card: Card, ground: Ground, visit: Visit, answer: str, head: str
    ) -> Ended:
        """A plan that was sent back may come back as it was, so an old spec counts then."""
        since = visit.base or ground.run.base or head
        changed = await diffs.names(ground.tree.git, since, head)
        wanted = spec_of(card)
        path = card_files.written_spec(wanted, changed, answer)
        if path is None and await self._places.has(ground, wanted):
            path = wanted
        if path is None:
            return Ended(result=Result.ERROR, head=head, failure=_NO_SPEC, output=answer[-_TAIL:])
        await self._runs.set_spec(ground.run.id, path)
        return Ended(result=Result.PASSED, head=head, output=answer[-_TAIL:])


async def _tested(card: Card, ground: Ground, visit: Visit, answer: str, newest: str) -> Ended:
    found = report.read(answer)
    if found is None:
        return Ended(result=Result.ERROR, head=newest, failure=_NO_REPORT)
    gathered = await card_gathering.after_tests(card, ground, visit, newest)
    return Ended(
        result=Result.PASSED if found.passed else Result.FAILED,
        head=gathered.head,
        exit_code=found.code,
        output=f"{found.written()}\n\n{gathered.said}" if gathered.said else found.written(),
    )


def _reviewed(answer: str, head: str, base: str | None) -> Ended:
    if base not in (None, head):
        return Ended(result=Result.ERROR, head=head, failure=_MOVED, output=answer[-_TAIL:])
    verdict = card_verdict.read(answer)
    if verdict is None:
        return Ended(result=Result.UNREADABLE, head=head, output=answer[-_TAIL:])
    result = Result.PASSED if verdict.verdict == "approve" else Result.CHANGES
    return Ended(result=result, head=head, output=answer[-_TAIL:], verdict=verdict)


_NO_SPEC = Failure(
    kind="no_spec",
    message=f"The plan left no spec under {card_files.FOLDER}/. Read what the agent said, then retry the stage.",
)
_MOVED = Failure(
    kind="review_moved",
    message="The branch was changed during its review, so what is there now was neither tested nor reviewed. Look at "
    "its last commits, then run the card again from test.",
)
_NO_REPORT = Failure(kind="no_report", message="The test commands left no report. Retry the stage.")
