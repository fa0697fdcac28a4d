"""Which model is connected, and connecting another. A credential goes in and never comes out again."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field, SecretStr

from sempre import access
from sempre.access import Offer, Source
from sempre.api.authentication import needs, principal_of, require
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import Form, View

router = APIRouter(prefix="/api", tags=["connection"])
Kind = access.Kind


class Connection(View):
    kind: Kind = Field(description="`login`: the user's own `claude` login.")
    source: Source | None = Field(description="null: nothing is connected.")
    hint: str | None = Field(
        description="The last characters of the key or token, or the folder of the login."
    )
    base_url: str | None = Field(description="null: the provider's own address.")


class SetConnection(Form):
    kind: Literal["key", "token", "base_url", "login"]
    value: SecretStr | None = Field(
        default=None,
        description="The key or token; for `login` the Claude configuration folder, ~/.claude if left out.",
    )
    base_url: str | None = Field(
        default=None, max_length=2000, description="A compatible address instead of the provider's."
    )


class Restarting(View):
    restarting: bool = Field(
        description="Sempre starts anew with it; the live stream comes back by itself."
    )


@router.get("/connection", responses=may_answer())
async def get_connection(parts: Given) -> Connection:
    """Which model is connected and where that was said; never the credential."""
    found = await parts.connections.current()
    return Connection(
        kind=found.kind, source=found.source, hint=found.hint, base_url=found.base_url
    )


@router.put("/connection", responses=may_answer(409))
async def set_connection(request: Request, parts: Given, wanted: SetConnection) -> Restarting:
    """Store it, encrypted, and start anew with it. In place of another it needs the scope `approve`: it says where all
    prompts go. 409 when the environment already gives one."""
    principal = require(request, access.Scope.OPERATE)
    first = (await parts.connections.current()).kind is Kind.NONE
    if not first or principal.via == "token":
        require(request, access.Scope.APPROVE)
    value = wanted.value.get_secret_value() if wanted.value else None
    offer = Offer(kind=access.Kind(wanted.kind), value=value, base_url=wanted.base_url)
    await parts.connections.store(offer, by=principal.who, first=first)
    return _restart(parts)


@router.delete("/connection", responses=may_answer(404, 409), **needs(access.Scope.APPROVE))
async def remove_connection(request: Request, parts: Given) -> Restarting:
    """Forget the stored one. 404 when none is stored; 409 when the environment gives one."""
    await parts.connections.remove(by=principal_of(request).who)
    return _restart(parts)


def summary_of(found: access.Connection) -> tuple[Kind, str | None]:
    """The kind, and one line that a person understands."""
    if found.kind is Kind.NONE:
        return found.kind, None
    where = found.base_url or ("claude" if found.kind is Kind.LOGIN else "api.anthropic.com")
    return found.kind, " · ".join(filter(None, [where, found.hint, found.source]))


def _restart(parts: Parts) -> Restarting:
    parts.restart()
    return Restarting(restarting=True)
