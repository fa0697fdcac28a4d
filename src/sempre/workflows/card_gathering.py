"""What stands in a worktree around the tests becomes part of the branch, each under a name of its own: what is tested is
what is reviewed and merged."""

from dataclasses import dataclass

from sempre.board import Card, Visit, diffs, worktrees
from sempre.board.words import Stage
from sempre.errors import ConflictError
from sempre.workflows.card_places import Ground

_NAMED = 10
# Where it can't be committed, it stays where it is: that is no fault of the tests.
_LEFT = frozenset({"nested_repository", "submodule_changed"})


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The branch's head, and what to tell a person; nothing when nothing was changed."""

    head: str
    said: str = ""


async def before(card: Card, ground: Ground, visit: Visit) -> None:
    """What a stage that was stopped, or a person, left there before a run begins with test or review. Raises
    ConflictError, GitError."""
    if visit.position != 1 or visit.stage not in {Stage.TEST, Stage.REVIEW}:
        return
    message = f"Left before {visit.stage} of {card.key}: {card.text.title}"
    name = f"{ground.run.id}/before"
    try:
        await worktrees.commit(ground.tree, message, name, visit.base or ground.run.base)
    except ConflictError as error:
        if error.code not in _LEFT:
            raise


async def after_tests(card: Card, ground: Ground, visit: Visit, newest: str) -> Gathered:
    """What the test commands changed. Raises ConflictError, GitError."""
    message = f"Changed by the tests of {card.key}: {card.text.title}"
    name = f"{ground.run.id}/{visit.position}"
    try:
        head = await worktrees.commit(ground.tree, message, name, visit.base or ground.run.base)
    except ConflictError as error:
        if error.code not in _LEFT:
            raise
        return Gathered(
            head=newest, said=f"What the commands changed is not committed. {error.message}"
        )
    changed = await diffs.names(ground.tree.git, visit.base or newest, head)
    return Gathered(head=head, said=_said([path for _, path in changed]))


def _said(files: list[str]) -> str:
    if not files:
        return ""
    named = ", ".join(files[:_NAMED]) + (" and more" if len(files) > _NAMED else "")
    count = "1 file, which is" if len(files) == 1 else f"{len(files)} files, which are"
    return f"The commands changed {count} committed now: {named}"
