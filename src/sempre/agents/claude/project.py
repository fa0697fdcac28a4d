"""What Claude Code would load of a project's own: settings, hooks, skills, commands, instructions. A person who trusts
a folder trusts just this; when it changes, they are asked again."""

import hashlib
import os.path
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = ".claude"
_INSTRUCTIONS = ("CLAUDE.md", "CLAUDE.local.md", f"{FOLDER}/CLAUDE.md")
_NOT_LOADED = frozenset({"worktrees"})
_IMPORT = re.compile(r"(?:^|\s)@([^\s`]+)")
_DEEPEST = 5  # imports of imports, as Claude Code follows them
_MOST = 500
_LARGEST = 5_000_000  # bytes of one file


@dataclass(frozen=True, kw_only=True)
class Project:
    """`files` are those that would be loaded, `instructions` those of them that are told, outermost first. `contents`
    names all as they are now; empty when there are none, and `too_much` when they are more than anybody could look
    through."""

    directory: Path
    files: tuple[Path, ...]
    contents: str
    instructions: tuple[Path, ...] = ()
    too_much: bool = False


def read(directory: Path, kept: dict[Path, bytes] | None = None) -> Project:
    """Blocks. What can't be read counts as there, so that it does not slip in later. Into `kept` goes what was read."""
    real = directory.resolve()
    told = tuple(_told(real))
    found = sorted({*told, *_laid(real)})
    if len(found) > _MOST:
        return Project(directory=real, files=tuple(found[:_MOST]), contents="", too_much=True)
    if not found:
        return Project(directory=real, files=(), contents="")
    digest = hashlib.sha256()
    for path in found:
        digest.update(
            f"{path}\0{path.resolve()}\0{_hash(path, kept)}\n".encode("utf-8", "surrogateescape")
        )
    return Project(
        directory=real, files=tuple(found), contents=digest.hexdigest(), instructions=told
    )


def _told(directory: Path) -> Iterator[Path]:
    seen: set[Path] = set()
    for folder in (*reversed(directory.parents), directory):
        for name in _INSTRUCTIONS:
            yield from _with_imports(folder / name, 0, seen)


def _laid(directory: Path) -> Iterator[Path]:
    for path in (directory / FOLDER).rglob("*"):
        inside = path.relative_to(directory / FOLDER).parts
        if inside[0] not in _NOT_LOADED and not path.is_dir():
            yield path


def _with_imports(path: Path, depth: int, seen: set[Path]) -> Iterator[Path]:
    path = Path(os.path.normpath(path))
    if path in seen or not path.is_file():
        return
    seen.add(path)
    yield path
    if depth == _DEEPEST:
        return
    try:
        text = path.read_bytes()[:_LARGEST].decode("utf-8", "replace")
    except OSError:
        return
    for name in _IMPORT.findall(text):
        try:
            yield from _with_imports(path.parent / Path(name).expanduser(), depth + 1, seen)
        except (OSError, RuntimeError, ValueError):
            continue


def _hash(path: Path, kept: dict[Path, bytes] | None) -> str:
    try:
        read = path.read_bytes()
    except OSError as error:
        return f"unreadable {error.errno}"
    if kept is not None:
        kept[path] = read
    return hashlib.sha256(read).hexdigest()
