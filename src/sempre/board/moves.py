"""What a person may do to a card while runs of it are there: every refusal says what to do instead. Pure."""

from collections.abc import Sequence

from sempre.board.card import Card
from sempre.board.words import Column, RunState
from sempre.errors import ConflictError


def refuse_move(card: Card, to: Column) -> None:
    """Raises ConflictError. Within its column a card may always be moved."""
    if card.column is to or card.run is None:
        return
    if card.run.is_active:
        raise ConflictError(
            f"{_running(card)} Its column follows the run. Cancel the run or wait until it ends, then move it.",
            code="card_runs",
        )
    if to in {Column.DONE, Column.ARCHIVED} and card.run.waits_for_person:
        raise ConflictError(
            f"{card.key} has a change that waits for you. Merge it, or discard it, then move the card.",
            code="card_unsettled",
        )


def refuse_removal(card: Card, *, unsettled: bool, needed_by: Sequence[str]) -> None:
    """Raises ConflictError."""
    if card.run is not None and card.run.is_active:
        raise ConflictError(
            f"{_running(card)} Cancel the run or wait until it ends, then delete it.",
            code="card_runs",
        )
    if unsettled:
        raise ConflictError(
            f"{card.key} has work that is neither merged nor discarded. Merge or discard it, then delete the card.",
            code="card_unsettled",
        )
    if needed_by:
        raise ConflictError(
            f"{', '.join(needed_by)} depends on {card.key}. Take that dependency away first, or archive the card "
            "instead of deleting it.",
            code="card_needed",
        )


def _running(card: Card) -> str:
    if card.run is None:  # pragma: no cover  (asked only about a run)
        return ""
    if card.run.state is RunState.QUEUED:
        return f"{card.key} waits in line for its run."
    return f"{card.key} is being run ({card.run.stage})."
