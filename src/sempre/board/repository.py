"""A board's repository: whether cards can run on it, and if not, why and what to do."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sempre.board.git import Git, start
from sempre.contract.finding import Finding
from sempre.errors import MisconfiguredError

_NAMED = 5  # files that a message names


@dataclass(frozen=True, kw_only=True)
class Repository:
    """`folder` is git's own, shared by all work trees; `git` is that of the checkout at `path`."""

    path: Path
    folder: Path
    git: Git


async def find(path: Path) -> Repository:
    """Raises MisconfiguredError: not there, no repository, a bare one, or one that git does not trust."""
    place = await asyncio.to_thread(path.expanduser)
    if not await asyncio.to_thread(place.is_dir):
        raise _wrong(
            "no_repository",
            f"There is no folder {place}.",
            "Create it or correct the board's repository path.",
        )
    ran = await start(
        "rev-parse",
        "--path-format=absolute",
        "--is-bare-repository",
        "--git-dir",
        "--git-common-dir",
        directory=place,
    )
    if ran.code != 0:
        if "dubious ownership" in ran.complaint:
            raise _wrong(
                "not_trusted",
                f"The repository {place} belongs to another user, so git does not use it.",
                f"Run `git config --global --add safe.directory {place}` as the user that runs Sempre.",
            )
        raise _wrong(
            "no_repository",
            f"{place} is no git repository.",
            "Run `git init` and commit there, or correct the board's repository path.",
        )
    bare, own, shared = ran.text.splitlines()
    if bare == "true":
        raise _wrong(
            "bare_repository",
            f"{place} is a bare repository, without files.",
            "Give the board the path of a clone of it.",
        )
    tree = await _top(place)
    return Repository(path=tree, folder=Path(shared), git=Git(folder=Path(own), tree=tree))


async def ready(path: Path, base: str, *, in_place: bool = False) -> Repository:
    """The repository, once cards can run on it. `in_place`: they run in its own folder. Raises MisconfiguredError."""
    repository = await find(path)
    for finding in await _look(repository, base, in_place=in_place):
        if finding.level == "problem":
            raise _wrong(finding.check, finding.message, finding.remedy or "")
    return repository


async def check(path: Path, base: str, *, in_place: bool = False) -> Sequence[Finding]:
    """How it stands, for people; an `ok` when cards can run."""
    try:
        repository = await find(path)
    except MisconfiguredError as error:
        message = error.message.removesuffix(error.remedy).strip()
        return [Finding(check=error.code, level="problem", message=message, remedy=error.remedy)]
    found = await _look(repository, base, in_place=in_place)
    if any(each.level == "problem" for each in found):
        return found
    fine = f"Cards can run on {base} in {repository.path}."
    return [Finding(check="ready", level="ok", message=fine), *found]


async def _look(repository: Repository, base: str, *, in_place: bool) -> list[Finding]:
    if await repository.git.commit_of("HEAD") is None:
        return [
            _problem(
                "no_commits",
                f"The repository {repository.path} has no commits.",
                "Make a first commit, then run the card again.",
            )
        ]
    if await repository.git.commit_of(f"refs/heads/{base}") is None:
        return [
            _problem(
                "no_branch",
                f"There is no branch {base} in {repository.path}.",
                f"Create it (`git branch {base}`) or set another base branch for the board.",
            )
        ]
    found = [*await _dirty(repository)]
    if in_place and not found:
        found += await _untracked(repository)
    branch = await repository.git.run("symbolic-ref", "--quiet", "HEAD", allowed=(0, 1))
    if branch.code != 0:
        found.append(_detached(repository, in_place=in_place))
    return found


async def _dirty(repository: Repository) -> Sequence[Finding]:
    changed = await repository.git.changed()
    if not changed:
        return []
    named = ", ".join(changed[:_NAMED]) + (" and more" if len(changed) > _NAMED else "")
    return [
        _problem(
            "dirty",
            f"The repository {repository.path} has changes that are not committed: {named}.",
            "Commit or stash them, so that the card begins from what you see; then run it again.",
        )
    ]


async def _untracked(repository: Repository) -> Sequence[Finding]:
    """Where cards work in the folder itself, all that lies there would become a card's."""
    unknown = await repository.git.unknown()
    if not unknown:
        return []
    named = ", ".join(unknown[:_NAMED]) + (" and more" if len(unknown) > _NAMED else "")
    return [
        _problem(
            "untracked",
            f"The repository {repository.path} has files that git does not know: {named}. This board works in that "
            "folder, so they would become part of a card's change.",
            "Commit them, have git ignore them or move them away; then run the card again.",
        )
    ]


def _detached(repository: Repository, *, in_place: bool) -> Finding:
    message = f"The checkout at {repository.path} is on no branch (detached HEAD)."
    if in_place:
        return _problem("detached", message, "Check out a branch there, then run the card again.")
    return Finding(check="detached", level="note", message=message)


async def _top(place: Path) -> Path:
    ran = await start("rev-parse", "--show-toplevel", directory=place)
    if ran.code != 0:
        raise _wrong(
            "no_repository",
            f"{place} is a folder of git's own, without files.",
            "Give the board the path of the checkout.",
        )
    return Path(ran.text)


def _problem(check: str, message: str, remedy: str) -> Finding:
    return Finding(check=check, level="problem", message=message, remedy=remedy)


def _wrong(code: str, message: str, remedy: str) -> MisconfiguredError:
    return MisconfiguredError(message, remedy=remedy, code=code)
