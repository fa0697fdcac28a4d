"""`sempre trust`: whether a worker's folder may bring settings, hooks and instructions of its own."""

from urllib.parse import quote

from sempre.cli.options import HomeOption, JsonOption, WorkerArgument, YesOption
from sempre.cli.trusting import ShowOption, TakeOption, settle


def trust(
    worker: WorkerArgument,
    home: HomeOption = None,
    take: TakeOption = False,
    show: ShowOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Let a worker's folder bring its own Claude settings, hooks and CLAUDE.md, as they are now. Needs a token of scope
    `approve`; when they change, it asks again."""
    path = f"/api/workers/{quote(worker, safe='')}/trust"
    settle(worker, path, home, take=take, show=show, yes=yes, json=json)
