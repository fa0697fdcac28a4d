"""Gathers what a visit's prompt is made of: the card, what a person gave this run, what came back from the visit
before."""

from collections.abc import Sequence

from sempre.board import Board, Card, Comments, Run, Visit, diffs
from sempre.board.words import Result, Stage, VisitKind
from sempre.workflows import card_files, card_prompts
from sempre.workflows.card_memory import runs_commands
from sempre.workflows.card_places import Ground, Places, spec_of
from sempre.workflows.card_prompts import Comment, Told


class Briefing:
    def __init__(self, places: Places, comments: Comments) -> None:
        self._places = places
        self._comments = comments

    def spec_of(self, card: Card) -> str:
        return spec_of(card)

    async def write(
        self, board: Board, card: Card, ground: Ground, visit: Visit, past: Sequence[Visit]
    ) -> str:
        """`past` are the run's visits before this one."""
        run = ground.run
        reviews = visit.stage is Stage.REVIEW and visit.kind is VisitKind.WORK
        changed = (
            await diffs.names(ground.tree.git, run.base, await self._places.newest(ground))
            if reviews and run.base
            else []
        )
        words, comments = await self._said(run, visit, past)
        given = run.input
        return card_prompts.write(
            Told(
                key=card.key,
                title=card.text.title,
                stage=visit.stage,
                kind=visit.kind,
                round=1
                + sum((each.stage, each.kind) == (visit.stage, visit.kind) for each in past),
                description=card.text.description
                if given.description is None
                else given.description,
                spec_path=await self._spec(card, ground, visit),
                images=[] if runs_commands(visit) else await self._places.lay_out(card),
                instructions=given.instructions or "",
                words=words,
                comments=comments,
                output=(past[-1].output or "") if visit.kind is VisitKind.FIX and past else "",
                base=run.base or board.settings.base,
                changed=changed,
                tests=card_files.touched_tests(changed),
            )
        )

    async def _spec(self, card: Card, ground: Ground, visit: Visit) -> str:
        """Later stages are only told of one that is there."""
        path = spec_of(card)
        return path if visit.stage is Stage.PLAN or await self._places.has(ground, path) else ""

    async def _said(
        self, run: Run, visit: Visit, past: Sequence[Visit]
    ) -> tuple[str, list[Comment]]:
        """Of the person or the reviewer whose comments this visit works in."""
        if visit.kind is not VisitKind.CHANGES:
            return "", []
        if not past:
            lines = await self._comments.sent_in(run.id)
            return run.input.comments or "", [
                Comment(file=each.file, line=each.line, text=_on(each.side, each.text))
                for each in lines
            ]
        last = past[-1]
        if last.result is Result.CHANGES and last.verdict is not None:
            return last.verdict.summary, [
                Comment(file=each.file, line=each.line, text=each.text)
                for each in last.verdict.comments
            ]
        return last.comments or "", []


def _on(side: str, text: str) -> str:
    return f"(of the old version) {text}" if side == "old" else text
