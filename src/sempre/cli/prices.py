"""`sempre prices`: what models cost, and a person's own prices."""

from typing import Annotated
from urllib.parse import quote

import typer

from sempre.cli import screen
from sempre.cli.amounts import micros_of
from sempre.cli.client import Server
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.prices import Price
from sempre.cli.wording import dollars
from sempre.errors import InvalidError
from sempre.home import Home

prices = typer.Typer(
    cls=Listing,
    help="Prices of models: list, set and remove your own. By itself it lists. Changing one needs a token of scope "
    "`approve` in SEMPRE_TOKEN: a lower price is a higher budget.",
)
_PATH = "/api/prices"

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="As the provider writes it, or its beginning and `*` in quotes."
    ),
]
Input = Annotated[
    str, typer.Option("--input", metavar="DOLLARS", help="A million tokens of the prompt.")
]
Output = Annotated[
    str, typer.Option("--output", metavar="DOLLARS", help="A million tokens of the answer.")
]
CacheRead = Annotated[
    str | None,
    typer.Option(metavar="DOLLARS", help="Read from the cache.", show_default="a tenth of --input"),
]
CacheWrite = Annotated[
    str | None,
    typer.Option(
        metavar="DOLLARS",
        help="Written to it for five minutes.",
        show_default="a quarter more than --input",
    ),
]
CacheWriteHour = Annotated[
    str | None,
    typer.Option(
        metavar="DOLLARS", help="Written to it for an hour.", show_default="twice --input"
    ),
]


@prices.command("list")
def list_prices(home: HomeOption = None, json: JsonOption = False) -> None:
    """List prices in dollars for a million tokens; your own first."""
    answer = Server.find(Home.find(home)).get(_PATH)
    if json:
        screen.json(answer)
        return
    rows = [_row(each) for each in read(answer, list[Price])]
    screen.table(("model", "input", "output", "cache read", "write", "write 1 h", ""), rows)


@prices.command("set")
def set_price(
    model: Model,
    given_input: Input,
    output: Output,
    home: HomeOption = None,
    cache_read: CacheRead = None,
    cache_write: CacheWrite = None,
    cache_write_hour: CacheWriteHour = None,
    json: JsonOption = False,
) -> None:
    """Set what a model costs, in dollars for a million tokens."""
    plain = _rate(given_input)
    body = {
        "input": plain,
        "output": _rate(output),
        "cache_read": plain // 10 if cache_read is None else _rate(cache_read),
        "cache_write": plain * 5 // 4 if cache_write is None else _rate(cache_write),
        "cache_write_hour": plain * 2 if cache_write_hour is None else _rate(cache_write_hour),
    }
    server = Server.find(Home.find(home))
    answer = server.ask("PUT", f"{_PATH}/{quote(model, safe='')}", body=body)
    if json:
        screen.json(answer)
    else:
        screen.say(f"{read(answer, Price).model} has your price from the next call on.")


@prices.command("remove")
def remove_price(model: Model, home: HomeOption = None, json: JsonOption = False) -> None:
    """Remove a price of your own; the shipped one holds again, if there is one."""
    Server.find(Home.find(home)).ask("DELETE", f"{_PATH}/{quote(model, safe='')}")
    if json:
        screen.json({"removed": model})
    else:
        screen.say(f"Your price for {model} is removed.")


def _rate(text: str) -> int:
    micros = micros_of(text)
    if micros is None:
        raise InvalidError("A price is an amount of dollars, such as 3 or 0.80.")
    return micros


def _row(price: Price) -> tuple[str, ...]:
    rates = (price.input, price.output, price.cache_read, price.cache_write, price.cache_write_hour)
    return (price.model, *(dollars(rate) for rate in rates), "yours" if price.own else "")
