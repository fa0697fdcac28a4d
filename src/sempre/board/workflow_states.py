"""What an automation outside may say about a card, and after what. Pure.

It goes stage by stage, may go back to implementing from testing and reviewing, may stop (`idle`) or fail (`error`)
anywhere, and is completed after the review. What has ended begins anew at any stage.
"""

from sempre.board.words import STAGES, WORKING, Stage, WorkflowStage
from sempre.errors import ConflictError

_BACK = {
    WorkflowStage.TESTING: WorkflowStage.IMPLEMENTING,
    WorkflowStage.REVIEWING: WorkflowStage.IMPLEMENTING,
}
_ON = (*(WORKING[stage] for stage in STAGES), WorkflowStage.COMPLETED)


class InvalidTransitionError(ConflictError):
    """The card is not where this follows."""

    code = "invalid_transition"


def allowed(now: WorkflowStage) -> frozenset[WorkflowStage]:
    """What may come next. The same again is always allowed, and changes nothing."""
    if now not in STAGE_OF:
        return frozenset({now, *STAGE_OF})
    following = _ON[_ON.index(now) + 1]
    back = {_BACK[now]} if now in _BACK else set[WorkflowStage]()
    return frozenset({now, following, *back, WorkflowStage.ERROR, WorkflowStage.IDLE})


def require(now: WorkflowStage, wanted: WorkflowStage) -> None:
    """Raises InvalidTransitionError."""
    if wanted not in allowed(now):
        possible = ", ".join(each for each in WorkflowStage if each in allowed(now) - {now})
        raise InvalidTransitionError(
            f"The card is {now}; {wanted} does not follow that. What may come now: {possible}."
        )


STAGE_OF: dict[WorkflowStage, Stage] = {word: stage for stage, word in WORKING.items()}
