"""`sempre backup`: copies of the databases, also while Sempre runs, and putting one back. What does it is
imported where it is used: that takes longer than all of a quick command."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sempre.cli import exits, screen
from sempre.cli.groups import Creating
from sempre.cli.options import HomeOption, JsonOption, YesOption
from sempre.cli.wording import size, stamp
from sempre.home import Home

if TYPE_CHECKING:
    from sempre.backups import Kept

backup = typer.Typer(
    cls=Creating,
    help="Back up the databases, list backups, prove that one can be restored, restore one. By itself it makes one.",
)
NameArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", help="A backup, as the list names it; the newest if left out."
    ),
]

EveryOption = Annotated[
    str | None,
    typer.Option(
        "--every",
        metavar="WHEN",
        help="daily, off, a time of day (03:00), an interval (6h) or a cron line.",
    ),
]
KeepOption = Annotated[
    int | None, typer.Option("--keep", min=1, metavar="N", help="So many backups are kept.")
]


@backup.command("create")
def create_backup(home: HomeOption = None, json: JsonOption = False) -> None:
    """Copy the databases into the home's backups, and hold a restore drill with the copy. The key is not in it."""
    from sempre.cli.copying import create

    place = Home.find(home)
    made = create(place)
    if json:
        screen.json(_facts(made))
    else:
        screen.say(f"{made.backup.path} ({size(made.backup.bytes)})")
        _say_drill(made)
        screen.note(f"The key that opens it is not in it: keep a copy of {place.key} elsewhere.")
    _end(made, json=json)


@backup.command("list")
def list_backups(home: HomeOption = None, json: JsonOption = False) -> None:
    """List backups, newest first, with what their restore drills said."""
    from sempre.cli.copying import every

    found = every(Home.find(home))
    if json:
        screen.json([_facts(each) for each in found])
    elif not found:
        screen.say("No backups yet. `sempre backup` makes one.")
    else:
        screen.table(("backup", "made", "size", "drill"), [_row(each) for each in found])


@backup.command("verify")
def verify_backup(
    name: NameArgument = None, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Hold a restore drill: restore it aside, open it with the key, count. The home is not touched."""
    from sempre.cli.copying import verify

    proven = verify(Home.find(home), name)
    if json:
        screen.json(_facts(proven))
    else:
        _say_drill(proven)
    _end(proven, json=json)


@backup.command("restore")
def restore_backup(
    name: NameArgument = None,
    home: HomeOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Put a backup in the place of the databases. Sempre must not run; what stands there is laid aside, not deleted."""
    from sempre.cli.copying import choose, restore

    place = Home.find(home)
    chosen = choose(place, name)
    if not yes:
        typer.confirm(
            f"Go back to {stamp(chosen.made_at)}? What was done since is laid aside.",
            abort=True,
            err=True,
        )
    aside, unproven = restore(place, chosen)
    if json:
        laid = str(aside) if aside else None
        screen.json({"restored": chosen.name, "laid_aside": laid, "unproven": unproven})
        return
    screen.say(f"{chosen.name} is in place. `sempre up` goes on from there.")
    if aside:
        screen.say(f"What stood there lies in {aside}.")
    if unproven:
        screen.note(f"It was not proven before. {unproven}")


@backup.command("schedule")
def show_schedule(
    when: EveryOption = None,
    keep: KeepOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """When backups are made by themselves, and how the newest stands; with an option, set that first. It is written into
    sempre.toml (`backups.every`, `backups.keep`) and counts at once, also for a Sempre that runs."""
    from sempre.cli.copying import every, next_at, set_schedule

    place = Home.find(home)
    if when is not None or keep is not None:
        set_schedule(place, every=when, keep=keep)
    settings, upcoming = next_at(place)
    found = every(place)
    if json:
        newest = _facts(found[0]) if found else None
        told = {"every": settings.every, "keep": settings.keep, "next_at": upcoming}
        screen.json({**told, "newest": newest})
        return
    screen.say(f"Every   {settings.every} (backups.every in sempre.toml), while Sempre runs")
    screen.say(f"Next    {stamp(upcoming) if upcoming else 'none comes by itself'}")
    screen.say(f"Kept    {settings.keep} (backups.keep)")
    screen.say(f"Newest  {'  '.join(_row(found[0])) if found else 'none yet'}")


def _row(each: "Kept") -> tuple[str, ...]:
    drill = "none held" if each.drill is None else "passed" if each.drill.passed else "failed"
    return each.backup.name, stamp(each.backup.made_at), size(each.backup.bytes), drill


def _say_drill(each: "Kept") -> None:
    if each.drill is not None and each.drill.passed:
        screen.say(
            f"{each.backup.name} can be restored: {each.drill.rows} rows, {each.drill.opened} samples opened."
        )


def _facts(each: "Kept") -> dict[str, object]:
    return {
        "name": each.backup.name,
        "path": str(each.backup.path),
        "made_at": each.backup.made_at,
        "bytes": each.backup.bytes,
        "reason": each.backup.reason,
        "drill": each.drill and {**_drill(each), "passed": each.drill.passed},
        "problems": _problems(each),
    }


def _drill(each: "Kept") -> dict[str, object]:
    import msgspec

    return msgspec.structs.asdict(each.drill) if each.drill else {}


def _problems(each: "Kept") -> Sequence[str]:
    return each.drill.problems if each.drill else []


def _end(each: "Kept", *, json: bool) -> None:
    problems = _problems(each)
    if not problems:
        return
    if not json:
        for problem in problems:
            screen.note(problem)
    raise typer.Exit(exits.FAILED)
