"""What the sample's board holds: a small repository and its cards, with what the scripted model says to each."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

# A hidden file would be left out of the package, and its code is not ours to be checked.
_NAMES = {
    "gitignore": ".gitignore",
    "precos.py.txt": "precos.py",
    "test_precos.py.txt": "test_precos.py",
}


@dataclass(frozen=True, kw_only=True)
class SampleCard:
    """`needs` are places of others in the list, from 1 on. `run`: it is run at once."""

    title: str
    description: str
    labels: Sequence[str] = ()
    priority: str = "none"
    column: str = "backlog"
    needs: Sequence[int] = ()
    run: bool = False


@dataclass(frozen=True, kw_only=True)
class SampleBoard:
    id: str
    prefix: str
    name: str
    test: Sequence[str]
    wip: int
    cards: Sequence[SampleCard]


def read() -> SampleBoard:
    given = tomllib.loads(
        (files("sempre.rehearsal") / "sample_home/board/board.toml").read_text("utf-8")
    )
    cards = [SampleCard(**each) for each in given.pop("cards")]
    return SampleBoard(cards=cards, **given)


def repository_files() -> Mapping[str, str]:
    """By path in the repository."""
    found = (files("sempre.rehearsal") / "sample_home/board/loja").iterdir()
    return {
        _NAMES.get(each.name, each.name): each.read_text("utf-8")
        for each in found
        if each.is_file()
    }


def lay_down_files(repository: Path) -> None:
    """Blocks."""
    repository.mkdir(parents=True, exist_ok=True)
    for name, text in repository_files().items():
        (repository / name).write_text(text, "utf-8")
