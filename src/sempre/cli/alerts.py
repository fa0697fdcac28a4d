"""`sempre alerts`: what is wrong now, and the webhook that is told of it."""

from typing import Annotated
from urllib.parse import quote

import typer

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption, LimitOption
from sempre.cli.pages import items_of
from sempre.cli.records import read
from sempre.cli.records.alerts import Alert, WebhookSecret
from sempre.cli.wording import head, since
from sempre.home import Home

alerts = typer.Typer(
    cls=Listing,
    help="Alerts: list, acknowledge; try the webhook out, renew its secret. By itself it lists.",
)
_PATH = "/api/alerts"

AllOption = Annotated[bool, typer.Option("--all", help="Those that have ended, too.")]
AlertArgument = Annotated[
    str, typer.Argument(metavar="ALERT", help="The alert's id, as the list shows it.")
]


@alerts.command("list")
def list_alerts(
    home: HomeOption = None,
    every: AllOption = False,
    limit: LimitOption = 50,
    json: JsonOption = False,
) -> None:
    """List what is wrong now, newest first, each with what to do."""
    wanted = {"state": "all" if every else "open"}
    found = items_of(Server.find(Home.find(home)), _PATH, wanted, limit)
    if json:
        screen.json(found)
    elif not found:
        screen.say("Nothing is wrong.")
    else:
        rows = [_row(read(raw, Alert)) for raw in found]
        screen.table(("alert", "severity", "state", "since", "what"), rows)


@alerts.command("acknowledge")
def acknowledge_alert(
    alert: AlertArgument, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Say that you have seen it. It lasts until what it tells of is over."""
    server = Server.find(Home.find(home))
    answer = server.post(f"{_PATH}/{quote(alert, safe='')}/acknowledgement")
    if json:
        screen.json(answer)
    else:
        screen.say(f"Acknowledged: {head(read(answer, Alert).message, 200)}")


@alerts.command("test")
def try_webhook(home: HomeOption = None, json: JsonOption = False) -> None:
    """Send the webhook a notice that tells of nothing."""
    answer = Server.find(Home.find(home)).post(f"{_PATH}/webhook/test")
    if json:
        screen.json(answer)
    else:
        screen.say("On its way. `sempre alerts` shows nothing of it; look where it should arrive.")


@alerts.command("secret")
def renew_secret(home: HomeOption = None, json: JsonOption = False) -> None:
    """Make another secret to sign notices with, and print it once. The one before signs no more."""
    answer = Server.find(Home.find(home)).post(f"{_PATH}/webhook/secret")
    if json:
        screen.json(answer)
    else:
        screen.say(read(answer, WebhookSecret).secret)
        screen.note("Give it to the receiver: it checks notices with it (Standard Webhooks).")


def _row(alert: Alert) -> tuple[str, ...]:
    state = "ended" if alert.ended_at else "seen" if alert.acknowledged_by else "open"
    age = since(alert.raised_at, clock.now())
    return alert.id, alert.severity, state, age, f"{alert.message} {alert.remedy}"
