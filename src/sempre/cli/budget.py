"""`sempre budget`: how budgets stand, set and clear one, release a turn that waits for one."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

import typer

from sempre.cli import screen
from sempre.cli.amounts import micros_of, tokens_of
from sempre.cli.client import Server
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption, TurnArgument
from sempre.cli.records import read
from sempre.cli.records.budgets import Budget, BudgetOverview
from sempre.cli.records.turns import Turn
from sempre.cli.references import channel_of, find_turn
from sempre.cli.wording import count, dollars, plural, stamp
from sempre.errors import InvalidError
from sempre.home import Home

budget = typer.Typer(
    cls=Listing,
    help="Budgets of dollars and tokens: list, set, clear, and release a turn that waits for one. By itself it lists. "
    "Raising one and releasing need a token of scope `approve` in SEMPRE_TOKEN.",
)
_PATH = "/api/budgets"

ScopeArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCOPE",
        help="day (all of a day), channel (a day of each), turn (each turn); or for one worker channel:coder, turn:coder.",
    ),
]
DollarsOption = Annotated[
    str | None,
    typer.Option("--dollars", "-d", metavar="AMOUNT", help="Such as 12.50; `none`: no limit."),
]
TokensOption = Annotated[
    str | None,
    typer.Option(
        "--tokens", "-t", metavar="COUNT", help="Of every kind, such as 5M; `none`: no limit."
    ),
]
WarnOption = Annotated[
    int | None,
    typer.Option("--warn", min=1, max=100, help="Warn when it is used to so many percent."),
]


@budget.command("list")
def list_budgets(home: HomeOption = None, json: JsonOption = False) -> None:
    """Show every budget, and what is spent and reserved of it today."""
    answer = Server.find(Home.find(home)).get(_PATH)
    if json:
        screen.json(answer)
        return
    found = read(answer, BudgetOverview)
    rows = [_row(each) for each in found.items]
    screen.table(("scope", "dollars", "tokens", "spent", "tokens", "reserved", "used"), rows)
    unknown = sum(each.unknown_cost_calls for each in found.items if each.kind == "day")
    if unknown:
        screen.say(
            f"{plural(unknown, 'call')} of today have no known cost: dollars leave them out."
        )
    if found.parked_turns:
        screen.say(f"{plural(found.parked_turns, 'turn')} waiting for a budget.")
    screen.say(f"The next day begins {stamp(found.next_day_at)}.")


@budget.command("set")
def set_budget(
    scope: ScopeArgument,
    home: HomeOption = None,
    dollars: DollarsOption = None,
    tokens: TokensOption = None,
    warn: WarnOption = None,
    json: JsonOption = False,
) -> None:
    """Set a budget; what is not named stays as it is."""
    if dollars is None and tokens is None and warn is None:
        raise InvalidError("Say what the budget shall be: --dollars, --tokens or --warn.")
    server = Server.find(Home.find(home))
    name = _scope(scope)
    now = _now(server, name)
    body = {
        "micros": micros_of(dollars) if dollars else now and now.micros,
        "tokens": tokens_of(tokens) if tokens else now and now.tokens,
        "warn_percent": warn,
    }
    answer = server.ask("PUT", f"{_PATH}/{quote(name, safe='')}", body=body)
    _tell(answer, json=json)


@budget.command("clear")
def clear_budget(scope: ScopeArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Take a budget back: what sempre.toml says, or what holds for all channels, holds again."""
    server = Server.find(Home.find(home))
    _tell(server.ask("DELETE", f"{_PATH}/{quote(_scope(scope), safe='')}"), json=json)


@budget.command("release")
def release_turn(
    turn: TurnArgument,
    home: HomeOption = None,
    dollars: DollarsOption = None,
    tokens: TokensOption = None,
    json: JsonOption = False,
) -> None:
    """Let a turn that waits for a budget spend so much more, and go on at once."""
    server = Server.find(Home.find(home))
    body = {
        "extra_micros": (micros_of(dollars) if dollars else 0) or 0,
        "extra_tokens": (tokens_of(tokens) if tokens else 0) or 0,
    }
    answer = server.post(f"/api/turns/{find_turn(server, turn)}/release", body)
    if json:
        screen.json(answer)
    else:
        screen.say(f"{read(answer, Turn).name} goes on.")


def _scope(text: str) -> str:
    """`channel:coder` -> `channel:files:coder`."""
    kind, colon, channel = text.partition(":")
    return f"{kind}:{channel_of(channel)}" if colon and channel else text


def _now(server: Server, scope: str) -> Budget | None:
    """As it stands; of a channel that has none, what holds for all."""
    items = read(server.get(_PATH), BudgetOverview).items
    by_scope = {each.scope: each for each in items}
    return by_scope.get(scope) or by_scope.get(scope.partition(":")[0])


def _tell(answer: bytes, *, json: bool) -> None:
    if json:
        screen.json(answer)
        return
    now = read(answer, Budget)
    screen.say(
        f"{now.scope}: {_limit(now.micros, dollars)}, {_limit(now.tokens, count)} tokens; "
        f"warns at {now.warn_percent} %."
    )


def _row(each: Budget) -> tuple[str, ...]:
    counted = each.spent_micros is not None
    reserved = each.reserved_micros or each.reserved_tokens
    return (
        each.scope,
        _limit(each.micros, dollars),
        _limit(each.tokens, count),
        dollars(each.spent_micros) if counted else "",
        count(each.spent_tokens or 0) if counted else "",
        f"{dollars(each.reserved_micros)}, {count(each.reserved_tokens)}" if reserved else "",
        "" if each.used_ratio is None else f"{each.used_ratio:.0%}",
    )


def _limit(value: int | None, say: Callable[[int], str]) -> str:
    return "no limit" if value is None else say(value)
