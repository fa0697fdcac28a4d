"""`sempre backup`: copies of the embedded databases, also while Sempre runs. `sempre.db` is imported where it is used:
that takes longer than all of a quick command."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sempre.cli import exits, screen
from sempre.cli.groups import Creating
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.wording import size, stamp
from sempre.errors import NotFoundError, RefusedError
from sempre.home import Home

if TYPE_CHECKING:
    from sempre.db.backup import Backup

backup = typer.Typer(
    cls=Creating,
    help="Back up the databases, list backups, check that one is whole. By itself it makes one.",
)
NameArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", help="A backup, as the list names it; the newest if left out."
    ),
]


@backup.command("create")
def create_backup(home: HomeOption = None, json: JsonOption = False) -> None:
    """Copy the databases into the home's backups, and check the copy. The key file is not in it."""
    from sempre.db import backup as copies
    from sempre.settings import load

    place = Home.find(home)
    settings = load(place.path)
    if settings.database.url:
        raise RefusedError(
            "This home's database is Postgres, which has backups of its own: use `pg_dump`, or your provider's."
        )
    made = copies.create(place.backups, _databases(place), "manual")
    problems = copies.verify(made)
    copies.prune(place.backups, settings.backups.keep)
    if json:
        screen.json({**_facts(made), "problems": problems})
    else:
        screen.say(f"{made.path} ({size(made.bytes)})")
        screen.note(f"The key that opens it is not in it: keep a copy of {place.key} elsewhere.")
    _end(problems, json=json)


@backup.command("list")
def list_backups(home: HomeOption = None, json: JsonOption = False) -> None:
    """List backups, newest first."""
    from sempre.db import backup as copies

    found = copies.every(Home.find(home).backups)
    if json:
        screen.json([_facts(each) for each in found])
    elif not found:
        screen.say("No backups yet. `sempre backup` makes one.")
    else:
        rows = [(each.name, stamp(each.made_at), size(each.bytes)) for each in found]
        screen.table(("backup", "made", "size"), rows)


@backup.command("verify")
def verify_backup(
    name: NameArgument = None, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Check that a backup is whole."""
    from sempre.db import backup as copies

    folder = Home.find(home).backups
    chosen = copies.find(folder, name) if name else _newest(folder)
    problems = copies.verify(chosen)
    if json:
        screen.json({**_facts(chosen), "problems": problems})
    elif not problems:
        screen.say(f"{chosen.name} is whole.")
    _end(problems, json=json)


def _databases(home: Home) -> list[Path]:
    found = [path for path in (home.database, home.engine_database) if path.exists()]
    if not found:
        raise NotFoundError(
            f"There is nothing to back up in {home.path} yet. Name the home with --home."
        )
    return found


def _newest(folder: Path) -> "Backup":
    from sempre.db import backup as copies

    found = copies.every(folder)
    if not found:
        raise NotFoundError("There is no backup yet. `sempre backup` makes one.")
    return found[0]


def _facts(each: "Backup") -> dict[str, object]:
    return {
        "name": each.name,
        "path": str(each.path),
        "made_at": each.made_at,
        "bytes": each.bytes,
    }


def _end(problems: Sequence[str], *, json: bool) -> None:
    if not problems:
        return
    if not json:
        for problem in problems:
            screen.note(problem)
    raise typer.Exit(exits.FAILED)
