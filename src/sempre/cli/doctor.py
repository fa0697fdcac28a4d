"""`sempre doctor`: looks at everything that can be wrong, and says the remedy of each."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sempre.cli import exits, screen
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.status import Status
from sempre.cli.wording import harmless, plural
from sempre.errors import MisconfiguredError, UnavailableError
from sempre.home import Home

if TYPE_CHECKING:
    from sempre.cli.diagnosis.finding import Finding
    from sempre.settings import Settings

_COLOURS = {"ok": "green", "note": "cyan", "warning": "yellow", "problem": "red"}


def doctor(home: HomeOption = None, json: JsonOption = False) -> None:
    """Look at home, machine, database, Claude Code, connection and work. Exit code 1 when there is a problem."""
    found = list(examine(Home.find(home)))
    problems = [each for each in found if each.level == "problem"]
    if json:
        screen.json({"ok": not problems, "findings": [asdict(each) for each in found]})
    else:
        _print(found)
    if problems:
        raise typer.Exit(exits.FAILED)


def examine(home: Home) -> "Iterator[Finding]":
    """Every finding. What is wrong with one check leaves the others alone."""
    from sempre.cli.diagnosis import (
        agents,
        machine,
        place,
        prompts,
        protection,
        server,
        stores,
        work,
    )
    from sempre.cli.diagnosis.finding import Examined, problem

    settings, wrong = _settings(home.path)
    yield from wrong
    running, status = _server(home)
    examined = Examined(home=home, settings=settings, server=running, status=status)
    for check in (
        *(place.home, place.privacy, place.key),
        *(machine.disk, machine.time_of_day, machine.limits, machine.watching),
        *(stores.database, stores.files, stores.backups),
        *(server.running, server.port, server.connection),
        *(agents.program, agents.user, agents.sandbox, protection.protection),
        *(work.work, prompts.claims, work.alerts),
    ):
        try:
            yield from check(examined)
        except Exception as error:  # noqa: BLE001  (an edge: a doctor must not fall ill of what it finds)
            said = f"The check itself failed: {type(error).__name__}: {error}"
            yield problem(
                check.__name__, said, "Read the message; what it names is what to look at."
            )


def _settings(path: Path) -> "tuple[Settings, list[Finding]]":
    from sempre.cli.diagnosis.finding import ok, problem
    from sempre.settings import FILE_NAME, Settings, load

    try:
        settings = load(path)
    except MisconfiguredError as error:
        said = error.message.removesuffix(error.remedy).strip()
        return Settings.model_construct(), [problem("settings", said, error.remedy)]
    there = f"{path / FILE_NAME} is understood." if (path / FILE_NAME).exists() else "All defaults."
    return settings, [ok("settings", there)]


def _server(home: Home) -> tuple[Server | None, Status | None]:
    try:
        server = Server.find(home)
        return server, read(server.get("/api/status"), Status)
    except UnavailableError:
        return None, None


def _print(found: "Sequence[Finding]") -> None:
    for each in found:
        mark = (
            typer.style(f"{each.level:8}", fg=_COLOURS[each.level])
            if screen.is_terminal()
            else f"{each.level:8}"
        )
        screen.say(f"{mark} {each.check:10} {harmless(each.message)}")
        if each.remedy:
            screen.say(f"{'':19} → {harmless(each.remedy)}")
    counted = {
        level: sum(each.level == level for each in found) for level in ("problem", "warning")
    }
    screen.say()
    if any(counted.values()):
        screen.say(", ".join(plural(count, level) for level, count in counted.items()))
    else:
        screen.say("All is well.")
