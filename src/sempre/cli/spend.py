"""`sempre spend`: what was spent today, or over days by what."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from msgspec import Raw

from sempre.cli import screen
from sempre.cli.client import Query, Server
from sempre.cli.options import HomeOption, JsonOption, LimitOption, WorkerFilter
from sempre.cli.records import read
from sempre.cli.records.spend import SpendItem, SpendReport, SpendToday
from sempre.cli.references import channel_of
from sempre.cli.wording import count, dollars, head, plural
from sempre.home import Home

_PAGE = 200
By = Literal["day", "channel", "model", "agent", "turn", "call"]
ByOption = Annotated[
    By | None,
    typer.Option(help="Sum by day, channel, model, agent or turn; `call` goes with --csv only."),
]
DayOption = Annotated[
    str | None, typer.Option(metavar="DAY", help="The first day, such as 2026-03-01.")
]
UntilOption = Annotated[
    str | None, typer.Option(metavar="DAY", help="The last day, included; else today.")
]
CsvOption = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write CSV to this file; `-` is stdout."),
]


def spend(
    worker: WorkerFilter = None,
    home: HomeOption = None,
    by: ByOption = None,
    since: DayOption = None,
    until: UntilOption = None,
    csv: CsvOption = None,
    limit: LimitOption = 50,
    json: JsonOption = False,
) -> None:
    """Show what today cost so far and will cost, or sums over days; as CSV with --csv."""
    server = Server.find(Home.find(home))
    channel = None if worker is None else channel_of(worker)
    query: Query = {"by": by, "since": since, "until": until, "channel": channel}
    if csv is not None:
        _write(csv, server.get("/api/spend/export", query))
    elif by or since or until or channel:
        _print_sums(server, {**query, "by": by or "day"}, limit, json=json)
    else:
        _print_today(server.get("/api/spend/today"), json=json)


def _write(path: Path, written: bytes) -> None:
    if str(path) == "-":
        sys.stdout.buffer.write(written)
        return
    path.write_bytes(written)
    screen.note(f"Written to {path}.")


def _print_sums(server: Server, query: Query, limit: int, *, json: bool) -> None:
    items: list[SpendItem] = []
    raw: list[Raw] = []
    after: str | None = None
    while True:
        size = min(_PAGE, limit - len(items))
        answer = server.get("/api/spend", {**query, "after": after, "limit": size})
        page = read(answer, SpendReport)
        items += page.items
        raw.append(Raw(answer))
        after = page.next
        if after is None or len(items) >= limit:
            break
    if json:
        screen.json(raw[0] if len(raw) == 1 else raw)
        return
    screen.table((page.by, "cost", "calls", "tokens", ""), [_row(each) for each in items])
    screen.say(
        f"In all {_sum(page.total.cost_micros, page.total.tokens)}{_unknown(page.total.unknown_cost_calls)}."
    )


def _row(item: SpendItem) -> tuple[str, ...]:
    turn = item.turn
    name = f"{turn.worker or turn.channel}#{turn.number}" if turn else item.key or "(no turn)"
    return (
        name,
        dollars(item.cost_micros),
        str(item.calls),
        count(item.tokens),
        head(turn.prompt_head, 80) if turn else "",
    )


def _print_today(answer: bytes, *, json: bool) -> None:
    if json:
        screen.json(answer)
        return
    today = read(answer, SpendToday)
    total = today.total
    screen.say(
        f"Today {_sum(total.cost_micros, total.tokens)} in {plural(total.calls, 'call')}"
        f"{_unknown(total.unknown_cost_calls)}."
    )
    foreseen = today.forecast
    screen.say(
        f"At its end about {_sum(foreseen.cost_micros, foreseen.tokens)}, if it goes on like this."
    )
    limits = [dollars(today.budget_micros)] if today.budget_micros is not None else []
    limits += [f"{count(today.budget_tokens)} tokens"] if today.budget_tokens is not None else []
    if limits and today.used_ratio is not None:
        screen.say(f"The day's budget is {' and '.join(limits)}; {today.used_ratio:.0%} is used.")


def _sum(micros: int, tokens: int) -> str:
    return f"{dollars(micros)} and {count(tokens)} tokens"


def _unknown(calls: int) -> str:
    return f", of which {calls} have no known cost" if calls else ""
