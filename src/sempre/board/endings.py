"""How a run ends and what that does to its card. The board's row must be held."""

from sempre import clock
from sempre.board._store import cards, runs
from sempre.board.card import Card, Place
from sempre.board.changes import Change
from sempre.board.places import put
from sempre.board.run import Run
from sempre.board.words import Column, RunState, Settlement
from sempre.contract.messages import Failure
from sempre.crypto import Keyring


async def end(
    change: Change,
    keyring: Keyring,
    run: Run,
    state: RunState,
    *,
    failure: Failure | None = None,
    by: str,
) -> None:
    """The card stays in the column where it is: a failed run stops at its stage, a completed one waits there. What a
    person wanted to cancel and ended otherwise was ended by nobody."""
    asked = run.ended_by if state is RunState.CANCELLED else None
    who = asked if by == "system" else by
    values: dict[str, object] = {
        "state": state,
        "ended_at": clock.now(),
        "ended_by": who,
        **runs.waiting_values(None),
    }
    if failure is not None and state is RunState.FAILED:
        values |= runs.failure_values(keyring, run.id, failure)
    await runs.update(change.session, run.id, values)
    card = await cards.get(change.session, keyring, run.card_id)
    told = None if failure is None else {"kind": failure.kind, "message": failure.message}
    details = {
        "run_id": run.id,
        "kind": run.kind,
        "state": state,
        "stage": run.stage,
        "failure": told,
    }
    await change.note(card, "run.ended", details, by=who or by)


async def settle(
    change: Change,
    keyring: Keyring,
    run: Run,
    settlement: Settlement,
    *,
    by: str,
    commit: str | None,
) -> None:
    """Merged: the card is done. Discarded: it is back in the backlog, unless it was put away."""
    values = settled_values(settlement, by=by, commit=commit)
    await runs.update(change.session, run.id, values)
    card = await cards.get(change.session, keyring, run.card_id)
    details = {"run_id": run.id, "settlement": settlement, "commit": commit}
    await change.note(card, "run.settled", details, by=by)
    if settlement is Settlement.MERGED:
        await bring(change, keyring, card, Column.DONE, by=by)
    elif card.column not in {Column.DONE, Column.ARCHIVED}:
        await bring(change, keyring, card, Column.BACKLOG, by=by)


def settled_values(
    settlement: Settlement, *, by: str, commit: str | None = None
) -> dict[str, object]:
    return {
        "settlement": settlement,
        "settled_at": clock.now(),
        "settled_by": by,
        "settled_commit": commit,
    }


async def bring(change: Change, keyring: Keyring, card: Card, to: Column, *, by: str) -> None:
    """Its run brings the card to another column, to its end. That makes no new version: nobody's edit is lost by it."""
    if card.column is to:
        return
    rank = await put(change.session, card.board, Place(column=to), card.id)
    done_at = clock.now() if to is Column.DONE else None
    values = {"column": to, "rank": rank, "done_at": done_at}
    await cards.update(change.session, card.id, values)
    after = await cards.get(change.session, keyring, card.id)
    await change.note(after, "card.moved", {"column": to, "from": card.column, "rank": rank}, by=by)
