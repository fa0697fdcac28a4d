"""`sempre audit`: who did what, and whether the trail is whole."""

import sys
from typing import Annotated

import typer

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Query, Server
from sempre.cli.exits import FAILED
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption, LimitOption
from sempre.cli.records import read
from sempre.cli.records.audit import AuditEntry, AuditPage, AuditVerification
from sempre.cli.references import channel_of
from sempre.cli.wording import head, plural, since
from sempre.home import Home

audit = typer.Typer(
    cls=Listing, help="Who did what: list, verify, export. By itself it lists, the newest first."
)
_PATH = "/api/audit"
_PAGE = 200
_PATIENCE = 600.0  # seconds of silence; a long trail is read from its beginning

WhatOption = Annotated[
    str | None,
    typer.Option("--what", help="Only this, such as policy.changed; `policy.` is all of policy."),
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", help="Only what this one did: owner, token:NAME, agent:CHANNEL."),
]
ChannelOption = Annotated[
    str | None, typer.Option("--channel", help="Only this channel, or worker.")
]
TurnOption = Annotated[str | None, typer.Option("--turn", help="Only this turn, by its id.")]
HeadOption = Annotated[
    str | None,
    typer.Option(
        "--head", metavar="SEQUENCE:MAC", help="A head that was kept elsewhere, to compare with."
    ),
]


@audit.command("list")
def list_entries(
    home: HomeOption = None,
    what: WhatOption = None,
    by: ByOption = None,
    channel: ChannelOption = None,
    turn: TurnOption = None,
    limit: LimitOption = 50,
    json: JsonOption = False,
) -> None:
    """List what was done, newest first."""
    server = Server.find(Home.find(home))
    found = _entries(server, _query(what, by, channel, turn), limit)
    if json:
        screen.json(found)
    elif not found:
        screen.say("Nothing yet.")
    else:
        now = clock.now()
        rows = [
            (
                str(each.sequence),
                since(each.at, now),
                each.what,
                each.by,
                each.channel or "",
                head(_told(each), 200),
            )
            for each in found
        ]
        screen.table(("no", "since", "what", "by", "channel", "details"), rows)


@audit.command("verify")
def verify(home: HomeOption = None, kept: HeadOption = None, json: JsonOption = False) -> None:
    """Check every record and the chain between them, also against the log. It ends with 1 when anything was changed,
    removed, reordered or cut off."""
    server = Server.find(Home.find(home))
    with server.stream(
        f"{_PATH}/verification", {"head": kept}, after=0, silence=_PATIENCE
    ) as lines:
        answer = "".join(lines).encode()
    found = read(answer, AuditVerification)
    if json:
        screen.json(answer)
    else:
        for each in found.problems:
            screen.say(f"{each.sequence}  {each.kind}  {each.message}", colour="red")
        words = "The trail is whole" if found.whole else "The trail is NOT whole"
        against = f", compared with {plural(found.anchors, 'head')} kept elsewhere"
        screen.say(f"{words}: {plural(found.rows, 'record')}{against}.", bold=True)
        screen.say(f"head  {found.head.sequence}:{found.head.mac}")
    if not found.whole:
        raise typer.Exit(FAILED)


@audit.command("export")
def export(
    home: HomeOption = None,
    what: WhatOption = None,
    by: ByOption = None,
    channel: ChannelOption = None,
    turn: TurnOption = None,
    json: JsonOption = False,
) -> None:
    """Print the trail as JSON lines, oldest first."""
    del json  # it is JSON either way
    server = Server.find(Home.find(home))
    query = _query(what, by, channel, turn)
    with server.stream(f"{_PATH}/export", query, after=0, silence=_PATIENCE) as lines:
        for line in lines:
            sys.stdout.write(f"{line}\n")


def _entries(server: Server, query: Query, limit: int) -> list[AuditEntry]:
    found: list[AuditEntry] = []
    before: int | None = None
    while len(found) < limit:
        size = min(_PAGE, limit - len(found))
        page = read(server.get(_PATH, {**query, "before": before, "limit": size}), AuditPage)
        found += page.items
        before = page.next
        if before is None:
            break
    return found


def _query(what: str | None, by: str | None, channel: str | None, turn: str | None) -> Query:
    named = channel_of(channel) if channel else None
    return {"what": what, "by": by, "channel": named, "turn": turn}


def _told(entry: AuditEntry) -> str:
    return ", ".join(
        f"{name}={value}" for name, value in entry.details.items() if value is not None
    )
