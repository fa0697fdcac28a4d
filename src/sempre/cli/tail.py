"""`sempre tail`: what agents say and do, as it happens."""

import contextlib
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.feed import Feed
from sempre.cli.following import follow_turn, newest, past
from sempre.cli.narration import Narrator
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.patience import Patience
from sempre.cli.pens import Ink, Named, Single
from sempre.cli.records import read
from sempre.cli.records.events import Event
from sempre.cli.records.turns import TurnPage, TurnSummary
from sempre.cli.records.workers import Worker
from sempre.cli.references import channel_of, get_turn, is_turn
from sempre.errors import NotFoundError
from sempre.home import Home

What = Annotated[
    str | None,
    typer.Argument(
        metavar="[WORKER|TURN]",
        help="A worker, or a turn such as coder#12: shown from its beginning, until it has ended.",
    ),
]


def tail(what: What = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """Follow what agents say and do, until Ctrl-C. Goes on by itself when Sempre was away."""
    server = Server.find(Home.find(home))
    if what is not None and is_turn(what):
        turn, _ = get_turn(server, what)
        _tell(follow_turn(server.home, turn.id, Patience()), [turn], named=False, json=json)
        return
    after = newest(server)
    if what is None:
        live = _live(server, None)
        screen.note("Following everything. Ctrl-C ends it.")
        _tell(Feed(server.home, Patience(), after=after), live, named=True, json=json)
        return
    channel = channel_of(what)
    _require(server, what, channel)
    live = _live(server, channel)
    screen.note(f"Following {what}. Ctrl-C ends it.")
    _tell(_of_channel(server, channel, after, live), live, named=False, json=json)


def _of_channel(
    server: Server, channel: str, after: int, live: list[TurnSummary]
) -> Iterator[Event]:
    """First what the turn that runs now has said until here."""
    told: set[int] = set()
    for turn in live:
        for event in past(server, turn.id):
            told.add(event.id)
            yield event
    for event in Feed(server.home, Patience(), channel=channel, after=after):
        if event.id not in told:
            yield event


def _live(server: Server, channel: str | None) -> list[TurnSummary]:
    query = {"state": "running", "channel": channel, "limit": 200}
    return list(read(server.get("/api/turns", query), TurnPage).items)


def _require(server: Server, what: str, channel: str) -> None:
    """A name that nobody has would be silence for ever."""
    if not channel.startswith("files:"):
        return
    names = [each.name for each in read(server.get("/api/workers"), list[Worker])]
    if what.removeprefix("files:") not in names:
        raise NotFoundError(
            f"There is no worker {what}. There are: {', '.join(names) or 'none'}. A turn is named like {what}#1."
        )


def _tell(
    events: Iterable[Event], known: Iterable[TurnSummary], *, named: bool, json: bool
) -> None:
    ink = Ink(sys.stdout, colours=screen.is_terminal())
    narrator = Narrator(Named(ink) if named else Single(ink))
    for turn in known:
        narrator.know(turn.id, turn.number)
    with contextlib.suppress(KeyboardInterrupt):  # that is how one stops watching
        for event in events:
            if json:
                screen.json_line(event)
            else:
                narrator.tell(event)
