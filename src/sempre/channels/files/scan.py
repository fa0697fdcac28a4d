"""A look through the folders: which are workers, which prompts wait, what is ignored and why."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sempre.channels.files import names
from sempre.channels.files.layout import SUFFIX, Place


@dataclass(frozen=True)
class Ignored:
    """Something in a worker's folder that is no prompt."""

    name: str
    reason: str


@dataclass
class Listing:
    """A worker's folder: prompt files by last write, then natural order of names."""

    prompts: list[str] = field(default_factory=list[str])
    ignored: list[Ignored] = field(default_factory=list[Ignored])


@dataclass
class Workers:
    """The folders under `.queue/`. `refused` says for each other one why it is no worker."""

    names: list[str] = field(default_factory=list[str])
    refused: dict[str, str] = field(default_factory=dict[str, str])


def prompts(place: Place) -> Listing:
    """Raises OSError when the folder can't be read."""
    found: list[tuple[int, str]] = []
    listing = Listing()
    for entry, status in _entries(place.queue):
        reason = _ignored(entry, status)
        if reason is None:
            found.append((status.st_mtime_ns, entry.name))
        elif not (entry.name.startswith(".") and stat.S_ISDIR(status.st_mode)):
            listing.ignored.append(Ignored(names.readable(entry.name), reason))
    found.sort(key=lambda item: (item[0], names.natural(item[1])))
    listing.prompts = [name for _, name in found]
    listing.ignored.sort(key=lambda item: names.natural(item.name))
    return listing


def workers(queue: Path) -> Workers:
    """Raises OSError when `.queue/` can't be read. Its files and hidden folders are nobody's business."""
    found = Workers()
    for entry, status in _entries(queue):
        if entry.name.startswith("."):
            continue
        if stat.S_ISLNK(status.st_mode):
            found.refused[names.readable(entry.name)] = (
                "It is a symbolic link, and Sempre never follows one in the queue. Make a real folder."
            )
        elif stat.S_ISDIR(status.st_mode):
            refusal = names.refusal(entry.name)
            if refusal is None:
                found.names.append(entry.name)
            else:
                found.refused[names.readable(entry.name)] = refusal
        elif entry.name.endswith(SUFFIX):
            found.refused[names.readable(entry.name)] = (
                "It is a prompt beside the workers' folders. Put it into the folder of a worker."
            )
    found.names.sort(key=names.natural)
    return found


def _entries(folder: Path) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                yield entry, entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # gone since the folder was read


def _ignored(entry: os.DirEntry[str], status: os.stat_result) -> str | None:
    if entry.name.startswith("."):
        return "Its name starts with a dot, as those of hidden and unfinished files do."
    if not entry.name.endswith(SUFFIX):
        return f"Its name does not end in {SUFFIX}. Rename it if it is a prompt."
    if stat.S_ISDIR(status.st_mode):
        return "It is a folder; a prompt is a file."
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
        return "It is a pipe, a socket or a device; a prompt is a file."
    return None
