"""Cards: find them, write them, move them. A conflict of two changes is told, never settled silently."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from sempre.api.authentication import principal_of
from sempre.api.boarding import repository_in_order
from sempre.api.camel import BoardFilter, CardName
from sempre.api.card_forms import (
    Card,
    CardChange,
    CardMove,
    CardSpec,
    CardSummary,
    HistoryEntry,
    NewCard,
)
from sempre.api.card_views import Viewing
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import PAGE, Before, Limit
from sempre.board import CardText, Place, Wanted
from sempre.board.words import Column, RunState
from sempre.errors import InvalidError

router = APIRouter(prefix="/api/cards", tags=["cards"])
_LIST = TypeAdapter(list[CardSummary])
_ALWAYS = frozenset({"title", "description", "labels", "priority", "needs"})


@router.get("", response_model=list[CardSummary], responses=may_answer())
async def list_cards(
    parts: Given,
    viewer: Viewing,
    board: BoardFilter = None,
    column: Annotated[
        Sequence[Column], Query(description="Only in these columns; left out: all but archived.")
    ] = (),
    q: Annotated[
        str | None,
        Query(max_length=200, description="Words in key, title, description or labels."),
    ] = None,
    label: Annotated[
        Sequence[Annotated[str, Query(max_length=40)]],
        Query(max_length=20, description="Only with all of these labels."),
    ] = (),
    state: Annotated[
        Sequence[RunState], Query(description="Only whose newest run stands so.")
    ] = (),
) -> Response:
    """All cards that match, by board, column and place, each with its active execution."""
    wanted = Wanted(
        board=board, columns=tuple(column), text=q or "", labels=tuple(label), states=tuple(state)
    )
    found = await viewer.summaries(await parts.board.cards.find(wanted))
    # Each was checked when it was put together; a thousand are not checked again.
    return Response(_LIST.dump_json(found, by_alias=True), media_type="application/json")


@router.post("", status_code=201, responses=may_answer(404, 409))
async def create_card(request: Request, parts: Given, viewer: Viewing, wish: NewCard) -> Card:
    """Write one, at the end of its column."""
    text = CardText(
        title=wish.title,
        description=wish.description,
        labels=tuple(wish.labels),
        priority=wish.priority,
        needs=await _ids(parts, wish.needs),
        model=wish.model,
        budget_micros=wish.budget_micros,
        budget_tokens=wish.budget_tokens,
        spec_path=wish.spec_path,
    )
    by = principal_of(request).who
    made = await parts.board.cards.create(wish.board, text, column=wish.column, by=by)
    return await viewer.in_full(made)


@router.get("/{id}", responses=may_answer(404))
async def get_card(viewer: Viewing, id: CardName) -> Card:
    """One card."""
    return await viewer.card(id)


@router.patch("/{id}", responses=may_answer(404, 409))
async def edit_card(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
    change: CardChange,
) -> Card:
    """Change what stands on it. 409 when somebody else did since `version`: it says what."""
    found = await parts.board.cards.get(id)
    given = await _given(parts, change)
    changed = await parts.board.cards.change(
        found.id,
        lambda text: replace(text, **given),
        version=change.version,
        by=principal_of(request).who,
    )
    if "needs" in given:
        await parts.board.commands.start_next(found.board)
    return await viewer.in_full(changed)


@router.delete("/{id}", status_code=204, responses=may_answer(404, 409))
async def delete_card(request: Request, parts: Given, id: CardName) -> None:
    """Delete it with its runs. 409 while one is active, or its work is neither merged nor discarded; archive it
    instead."""
    found = await parts.board.cards.get(id)
    by = principal_of(request).who
    details = {"card": found.key}
    await parts.audit.record("card.deleted", by=by, channel=found.channel, details=details)
    await parts.board.commands.delete_card(found.id, by=by)


@router.post("/{id}/move", responses=may_answer(404, 409))
async def move_card(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
    move: CardMove,
) -> Card:
    """Put it into a column, at its end or beside another card. 409 when somebody else moved or changed it since
    `version`."""
    found = await parts.board.cards.get(id)
    place = Place(
        column=move.column,
        before=await _id(parts, move.before),
        after=await _id(parts, move.after),
    )
    by = principal_of(request).who
    moved = await parts.board.cards.move(found.id, place, version=move.version, by=by)
    await parts.board.commands.start_next(found.board)
    return await viewer.in_full(moved)


@router.get("/{id}/history", responses=may_answer(404))
async def list_card_history(
    parts: Given,
    id: CardName,
    before: Before = None,
    limit: Limit = PAGE,
) -> list[HistoryEntry]:
    """What happened to it, newest first. The last entry's id goes into `before`."""
    found = await parts.board.cards.get(id)
    entries = await parts.board.cards.history(found.id, before=before, limit=limit)
    return [
        HistoryEntry(
            id=each.id,
            at=each.at,
            by=each.by,
            kind=each.kind,
            version=each.version,
            details=each.details,
        )
        for each in entries
    ]


@router.get("/{id}/spec", responses=may_answer(404, 409))
async def get_card_spec(parts: Given, id: CardName) -> CardSpec:
    """What plan wrote, as it stands now."""
    found = await parts.board.cards.get(id)
    with repository_in_order():
        spec = await parts.board.commands.spec(found.id)
    path, text = spec or (found.text.spec_path, None)
    return CardSpec(path=path, text=text, execution_id=found.run and found.run.id)


async def _given(parts: Parts, change: CardChange) -> dict[str, Any]:
    """What is to stand there, by field of CardText. Raises InvalidError, NotFoundError."""
    given = change.model_dump(exclude_unset=True, exclude={"version"})
    if missing := sorted(name for name in _ALWAYS & given.keys() if given[name] is None):
        raise InvalidError(f"A card has always {', '.join(missing)}: leave it out, or say another.")
    for name in given.keys() & {"labels", "needs"}:
        given[name] = tuple(given[name])
    if "needs" in given:
        given["needs"] = await _ids(parts, given["needs"])
    return given


async def _ids(parts: Parts, names: Sequence[str]) -> tuple[str, ...]:
    """Of cards that were named by key or id. Raises NotFoundError."""
    return tuple([(await parts.board.cards.get(name)).id for name in names])


async def _id(parts: Parts, name: str | None) -> str | None:
    return None if name is None else (await parts.board.cards.get(name)).id
