"""What a worker may do: its own directory and the commands that a person allowed it, never Sempre's own things."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sempre.contract.actions import OnAsk
from sempre.home import Home
from sempre.policy import Rights
from sempre.settings import WorkerSettings
from sempre.workflows.permissions import Permissions

_NO_NAME = re.compile(r"[^A-Za-z0-9]")  # what becomes a dash in the name of a folder's transcripts


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where a card's agent works, the commands that a person set for its board, and what else it may read."""

    directory: Path
    commands: Sequence[str]
    readable: Sequence[str]


def directory_of(home: Home, worker: WorkerSettings, channel: str) -> Path:
    """Where a worker works: under workspaces/, unless a person set another place."""
    if worker.directory:
        return (home.path / Path(worker.directory).expanduser()).resolve()
    return home.path / "workspaces" / channel.partition(":")[2]


def rights_of(
    home: Home,
    channel: str,
    *,
    permissions: Permissions,
    configuration: Path,
    protected: Sequence[Path],
    ports: Sequence[int],
    ground: Ground | None = None,
) -> Rights:
    """`configuration` is Claude Code's. `protected` are places of Sempre outside this home: the login that Claude
    Code uses, the home that a rehearsal stands in."""
    directory = ground.directory if ground else permissions.directory(channel)
    return Rights(
        directory=str(directory),
        home=str(home.path),
        commands=[*permissions.commands(channel), *(ground.commands if ground else ())],
        readable=[_laid_aside(configuration, directory), *(ground.readable if ground else ())],
        protected=[str(path) for path in protected],
        ports=ports,
        rules=permissions.rules(),
        unattended=permissions.on_ask(channel) is OnAsk.ALLOW,
    )


def _laid_aside(configuration: Path, directory: Path) -> str:
    """Where Claude Code puts a tool's output that is too long, and then tells the model to read it."""
    name = _NO_NAME.sub("-", str(directory.resolve()))
    return str(configuration / "projects" / name / "*" / "tool-results")
