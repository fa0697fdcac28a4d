"""The sample workspace that the demo shows: workers, their prompts, and files for them to work on."""

import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from sempre import ids

_SETTINGS = "sempre.toml"
_PLACE = (
    "@PLACE"  # in a prompt: the worker's directory, since Claude Code's file tools want whole paths
)


def lay_down(home: Path) -> None:
    """Fill an empty home. A home that has settings is left alone, so that no prompt comes twice.

    Raises OSError when the home can't be written; doing it again then starts from the beginning.
    """
    if (home / _SETTINGS).exists():
        return
    sample = files("sempre.rehearsal") / "sample_home"
    for worker in _sorted(sample / "workspaces"):
        for file in (each for each in _sorted(worker) if each.is_file()):  # Python leaves folders
            _put(home / "workspaces" / worker.name / file.name, file.read_text("utf-8"))
    for worker in _sorted(sample / "queue"):
        place = json.dumps((home / "workspaces" / worker.name).absolute().as_posix())[1:-1]
        for prompt in _sorted(worker):
            text = prompt.read_text("utf-8").replace(_PLACE, place)
            _put(home / ".queue" / worker.name / prompt.name, text)
    _put(
        home / _SETTINGS, (sample / _SETTINGS).read_text("utf-8")
    )  # last: it says that all is there


def is_sample(home: Path) -> bool:
    """Whether the settings of this home are the sample's, word for word."""
    try:
        return (home / _SETTINGS).read_text("utf-8") == (
            files("sempre.rehearsal") / "sample_home" / _SETTINGS
        ).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda each: each.name)


def _put(path: Path, text: str) -> None:
    """Write aside and rename, so that nobody who watches the folder reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{ids.new_id()}.new")
    aside.write_text(text, "utf-8")
    aside.replace(path)
