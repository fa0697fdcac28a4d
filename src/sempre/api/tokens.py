"""API tokens: who else may ask, for how long and for what. The token itself is shown once, when it is made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from starlette.requests import Request

from sempre import access, clock
from sempre.access import Scope
from sempre.api.authentication import principal_of, require
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import Form, ItemId, View
from sempre.errors import UnavailableError

router = APIRouter(prefix="/api", tags=["tokens"])


class Token(View):
    id: str
    name: str
    scopes: Sequence[Scope] = Field(description="What it may do; each includes those before it.")
    created_by: str
    created_at: datetime
    expires_at: datetime | None = Field(description="null: when it is revoked.")
    last_used_at: datetime | None = Field(description="To the minute.")
    revoked_at: datetime | None
    valid: bool


class NewToken(Token):
    secret: str = Field(description="The token. It is shown now and never again.")


class TokenWish(Form):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")] = Field(
        description="What the audit trail calls it; no two valid tokens have the same."
    )
    scopes: Annotated[Sequence[Scope], Field(min_length=1, max_length=3)]
    expires_at: AwareDatetime | None = Field(
        default=None, description="null: when it is revoked, or with the token it was made with."
    )


@router.get("/tokens", responses=may_answer())
async def list_tokens(parts: Given) -> list[Token]:
    """All that there ever were, newest first; never the tokens themselves."""
    return [_token(each) for each in await parts.tokens.every()]


@router.post("/tokens", status_code=201, responses=may_answer(409))
async def create_token(request: Request, parts: Given, wish: TokenWish) -> NewToken:
    """Make one. It may no more than whoever makes it, and ends no later than the token that it was made with."""
    by = principal_of(request)
    made = await parts.tokens.create(wish.name, wish.scopes, by=by, expires_at=wish.expires_at)
    try:  # nobody knows it yet, so a crash here leaves nothing that could be used
        await parts.audit.record("token.created", by=by.who, details=_details(made.token))
    except UnavailableError:
        await parts.tokens.revoke(made.token.id)
        raise
    return NewToken(**dict(_token(made.token)), secret=made.secret)


@router.delete("/tokens/{id}", responses=may_answer(404))
async def revoke_token(request: Request, parts: Given, id: ItemId) -> Token:
    """It opens nothing from now on, nor does any token or login made with it. Who lacks a scope of it may not."""
    token = await parts.tokens.get(id)
    for scope in sorted(token.scopes):
        require(request, scope)
    await parts.audit.record("token.revoked", by=principal_of(request).who, details=_details(token))
    return _token(await parts.tokens.revoke(id))


def _details(token: access.Token) -> dict[str, object]:
    ends = token.expires_at.isoformat() if token.expires_at else None
    return {"id": token.id, "name": token.name, "scopes": sorted(token.scopes), "expires_at": ends}


def _token(token: access.Token) -> Token:
    return Token(
        id=token.id,
        name=token.name,
        scopes=[scope for scope in Scope if scope in token.scopes],
        created_by=token.created_by,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
        valid=token.is_valid(clock.now()),
    )
