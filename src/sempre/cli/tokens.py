"""`sempre token`: tokens for programs and other machines. One is shown once, when it is made."""

from typing import Annotated
from urllib.parse import quote

import typer
from msgspec import Raw

from sempre import clock
from sempre.cli import logins, screen
from sempre.cli.client import Server
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.access import NewToken, Token
from sempre.cli.wording import since, span, stamp, until
from sempre.errors import ConflictError, NotFoundError
from sempre.home import Home

token = typer.Typer(
    cls=Listing,
    help="API tokens: create, list, revoke. By itself it lists. To make one of scope `approve` you show one, or the "
    "login link that `sempre up` printed.",
)
_PATH = "/api/tokens"
token.command("login-link")(logins.login_link)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the audit trail calls it.")]
ScopeOption = Annotated[
    str,
    typer.Option(
        "--scope",
        metavar="SCOPE",
        help="read: see everything; operate: also send, cancel, pause; approve: also decide what agents may.",
    ),
]
ExpiresOption = Annotated[
    str | None,
    typer.Option(
        "--expires", metavar="SPAN", show_default="never", help="It ends after 12h, 30d, 4w."
    ),
]
AllOption = Annotated[bool, typer.Option("--all", help="Also those that open nothing any more.")]
TokenArgument = Annotated[str, typer.Argument(metavar="TOKEN", help="Its name or its id.")]


@token.command("list")
def list_tokens(
    home: HomeOption = None, every: AllOption = False, json: JsonOption = False
) -> None:
    """List tokens, newest first; never the tokens themselves."""
    found = [raw for raw in _every(Server.find(Home.find(home))) if every or _token(raw).valid]
    if json:
        screen.json(found)
    elif not found:
        screen.say("No tokens.")
    else:
        columns = ("name", "scopes", "made by", "created", "ends", "last used", "state")
        screen.table(columns, [_row(_token(raw)) for raw in found])


@token.command("create")
def create_token(
    name: NameArgument,
    home: HomeOption = None,
    scope: ScopeOption = "operate",
    expires: ExpiresOption = None,
    json: JsonOption = False,
) -> None:
    """Make a token and show it, this once. Keep it where no agent reads: a password manager, not a file here."""
    server = Server.find(Home.find(home))
    ends = clock.now() + span(expires) if expires else None
    body = {"name": name, "scopes": [scope], "expires_at": ends.isoformat() if ends else None}
    answer = server.post(_PATH, body)
    if json:
        screen.json(answer)
        return
    made = read(answer, NewToken)
    screen.say(made.secret)
    screen.note(f"{made.name} may {', '.join(made.scopes)}. It is not shown again.")


@token.command("revoke")
def revoke_token(token: TokenArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """End a token at once, and all that was made with it."""
    server = Server.find(Home.find(home))
    answer = server.ask("DELETE", f"{_PATH}/{quote(_find(server, token), safe='')}")
    if json:
        screen.json(answer)
    else:
        screen.say(f"{read(answer, Token).name} opens nothing any more.")


def _find(server: Server, wanted: str) -> str:
    tokens = [_token(raw) for raw in _every(server)]
    found = [each for each in tokens if wanted in {each.id, each.name if each.valid else each.id}]
    if not found:
        raise NotFoundError(
            f"There is no valid token {wanted}. `sempre token list` shows those there are.",
            code="token_not_found",
        )
    if len(found) > 1:
        raise ConflictError(f"Several tokens are called {wanted}. Name one by its id.")
    return found[0].id


def _every(server: Server) -> list[Raw]:
    return read(server.get(_PATH), list[Raw])


def _token(raw: Raw) -> Token:
    return read(raw, Token)


def _row(token: Token) -> tuple[str, ...]:
    now = clock.now()
    state = "valid" if token.valid else "revoked" if token.revoked_at else "expired"
    return (
        token.name,
        ", ".join(token.scopes),
        token.created_by,
        stamp(token.created_at),
        until(token.expires_at, now) if token.valid else stamp(token.expires_at),
        f"{since(token.last_used_at, now)} ago" if token.last_used_at else "never",
        state,
    )
