"""What a worker may do: its own directory and the commands that a person allowed it, never Sempre's own things."""

from collections.abc import Sequence
from pathlib import Path

from sempre.home import Home
from sempre.policy import Rights
from sempre.settings import Settings


def directory_of(home: Home, settings: Settings, channel: str) -> Path:
    """Where a worker works: under workspaces/, unless a person set another place."""
    name = channel.partition(":")[2]
    given = settings.worker(name).directory
    if given:
        return (home.path / Path(given).expanduser()).resolve()
    return home.path / "workspaces" / name


def rights_of(
    home: Home, settings: Settings, channel: str, *, protected: Sequence[Path], ports: Sequence[int]
) -> Rights:
    """`protected` are places of Sempre outside this home: the login that Claude Code uses, the home that a rehearsal
    stands in."""
    return Rights(
        directory=str(directory_of(home, settings, channel)),
        home=str(home.path),
        commands=settings.worker(channel.partition(":")[2]).commands,
        protected=[str(path) for path in protected],
        ports=ports,
    )
