"""Where a run works: its worktree and branch, made when its first stage begins, found again by every other. Also what
lies there for people: the spec."""

import asyncio
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sempre.board import Board, Card, Images, Run, Runs, repository, worktrees
from sempre.board.card import gives_orders
from sempre.board.repository import Repository
from sempre.board.worktree import Worktree
from sempre.errors import ConflictError, MisconfiguredError, UnavailableError
from sempre.workflows import card_files

_PICTURES = ".cards"  # beside the worktrees of a board
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_LARGEST_SPEC = 1_000_000
_EDITED = "0"  # the place of a person's edited spec among a run's visits


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A run, and where it works."""

    repository: Repository
    tree: Worktree
    run: Run


class Places:
    """`root` is where worktrees are made; `node` is this machine, which works only on boards of its own."""

    def __init__(self, root: Path, node: str, *, runs: Runs, images: Images) -> None:
        self._root = root
        self._node = node
        self._runs = runs
        self._images = images

    def pictures_of(self, channel: str) -> Path:
        """The folder of a card's pictures; its agent may read it."""
        board, _, key = channel.removeprefix("board:").partition("/")
        return self._root / board / _PICTURES / key

    async def forget_pictures(self, channel: str) -> None:
        """Of a card that is gone; of all of a board's cards, given the board's channel."""
        board, _, key = channel.removeprefix("board:").partition("/")
        folder = self._root / board / _PICTURES / key
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def repository(self, board: Board) -> Repository:
        """Raises MisconfiguredError, UnavailableError: it is on another machine."""
        self.require_here(board)
        return await repository.find(Path(board.settings.repository))

    async def ready(self, board: Board) -> Repository:
        """Once a card can begin on it. Raises MisconfiguredError, UnavailableError."""
        self.require_here(board)
        settings = board.settings
        return await repository.ready(
            Path(settings.repository), settings.base, in_place=not settings.worktree
        )

    def require_here(self, board: Board) -> None:
        """Raises UnavailableError."""
        if board.node not in (None, self._node):
            raise UnavailableError(
                f"The repository of {board.id} is on another machine. Ask there, or start Sempre on it.",
                code="machine_away",
            )

    async def open(self, board: Board, card: Card, run: Run) -> Ground:
        """Where it works, made if it is not there. Raises MisconfiguredError, ConflictError, GitError."""
        if run.branch is None or run.worktree is None:
            return await self._make(board, card, run)
        found = await self.repository(board)
        await worktrees.restore(found, run.branch, run.head)
        if not board.settings.worktree:
            tree = await worktrees.in_place(found, run.branch, board.settings.base)
        else:
            tree = await worktrees.make(found, Path(run.worktree), run.branch, board.settings.base)
        return Ground(repository=found, tree=tree, run=run)

    async def find(self, board: Board, run: Run) -> tuple[Repository, Worktree | None]:
        """What of it is there still; nothing is made."""
        found = await self.repository(board)
        if run.branch is None or run.worktree is None:
            return found, None
        if board.settings.worktree:
            return found, await worktrees.find(found, Path(run.worktree), run.branch)
        here = Worktree(path=found.path, branch=run.branch, git=found.git, own=False)
        return found, here if await found.git.commit_of(here.ref) else None

    async def laid_out(self, board: Board) -> Sequence[str]:
        """The branches that have a folder among the board's worktrees."""
        return await asyncio.to_thread(_branches_in, self._root / board.id)

    async def write_spec(self, ground: Ground, path: str, text: str) -> None:
        """A person's own words for it, as a commit of its own."""
        tree = ground.tree
        visit = f"{ground.run.id}/{_EDITED}"
        if await worktrees.has_visit(tree, visit, await worktrees.head(tree), ground.run.base):
            return
        place = await asyncio.to_thread(_inside, tree.path, path)
        if place is None:
            raise MisconfiguredError(
                f"The spec {path} does not lie in the worktree.",
                remedy="Give the card another one.",
            )
        with _written(place):
            await asyncio.to_thread(_write, place, text)
        await worktrees.commit(tree, f"Spec: {path}", visit, ground.run.base)

    async def planned(self, board: Board, card: Card, ground: Ground) -> str | None:
        """What an earlier run wrote as the spec, where this one has begun without it."""
        path = card.text.spec_path
        if path is None or await self.has(ground, path):
            return None
        for each in await self._runs.of_card(card.id):
            if each.id == ground.run.id or not each.has_work:
                continue
            if found := await self.spec(board, card, each):
                return found[1]
        return None

    async def lay_out(self, card: Card) -> list[str]:
        """The card's pictures, as files that its agent can read; their paths."""
        folder = self.pictures_of(card.channel)
        laid: list[str] = []
        for image in await self._images.of_card(card.id):
            place = folder / f"{image.digest[:16]}.{_SUFFIXES.get(image.media_type, 'png')}"
            if not await asyncio.to_thread(place.exists):
                _, body = await self._images.get(image.id)
                with _written(place):
                    await asyncio.to_thread(_write_bytes, place, body)
            laid.append(str(place))
        return laid

    async def newest(self, ground: Ground) -> str:
        """The branch's head."""
        return await worktrees.head(ground.tree)

    async def has(self, ground: Ground, path: str) -> bool:
        place = await asyncio.to_thread(_inside, ground.tree.path, path)
        return place is not None and await asyncio.to_thread(place.is_file)

    async def spec(self, board: Board, card: Card, run: Run | None) -> tuple[str, str] | None:
        """Path and text of a card's spec, from the worktree, else the branch, else the base."""
        path = card.text.spec_path
        if path is None:
            return None
        found, tree = (await self.repository(board), None)
        if run is not None:
            found, tree = await self.find(board, run)
        if tree is not None and run is not None and run.settlement is None:
            text = await asyncio.to_thread(_read, tree.path, path)
            if text is not None:
                return path, text
        for name in _where(board, run):
            if (text := await _shown(found, name, path)) is not None:
                return path, text
        return None

    async def _make(self, board: Board, card: Card, run: Run) -> Ground:
        settings = board.settings
        branch = f"{worktrees.BRANCHES}{card.key}-{run.number}"
        found = await self.ready(board) if settings.worktree else await self.repository(board)
        await _refuse_taken(found, branch, settings.base)
        if settings.worktree:
            path = self._root / board.id / f"{card.key}-{run.number}"
            tree = await worktrees.make(found, path, branch, settings.base)
        else:
            tree = await worktrees.in_place(found, branch, settings.base)
        newest = await worktrees.head(tree)
        base = await found.git.text("merge-base", f"refs/heads/{settings.base}", newest)
        placed = await self._runs.place_work(
            run.id, branch=branch, worktree=str(tree.path), base=base, head=newest
        )
        return Ground(repository=found, tree=tree, run=placed)


async def _refuse_taken(found: Repository, branch: str, base: str) -> None:
    """A branch of that name that is not of this run: somebody's work, which would become the card's. One that a crash
    left behind has nothing of its own yet. Raises ConflictError."""
    tip = await found.git.commit_of(f"refs/heads/{branch}")
    if tip is not None and not await found.git.is_ancestor(tip, f"refs/heads/{base}"):
        raise ConflictError(
            f"There is a branch {branch} in {found.path} already, with commits that {base} does not have. Rename or "
            "delete it, or run the card again: its next run has a branch of another name.",
            code="branch_taken",
        )


def _where(board: Board, run: Run | None) -> list[str]:
    base = f"refs/heads/{board.settings.base}"
    if run is None:
        return [base]
    return [
        *([f"refs/heads/{run.branch}"] if run.branch else []),
        *([run.head] if run.head else []),
        base,
    ]


async def _shown(found: Repository, name: str, path: str) -> str | None:
    ran = await found.git.run("show", f"{name}:{path}", allowed=(0, 128), most=_LARGEST_SPEC)
    return None if ran.code else ran.out.decode("utf-8", "replace")


def _branches_in(folder: Path) -> list[str]:
    try:
        names = [each.name for each in folder.iterdir()]
    except OSError:
        return []
    return [f"{worktrees.BRANCHES}{name}" for name in names if not name.startswith(".")]


def _inside(folder: Path, path: str) -> Path | None:
    """The real place, when it lies in the folder and is none of git's own: what an agent wrote there may be a link."""
    place, real = (folder / path).resolve(), folder.resolve()
    if not place.is_relative_to(real) or gives_orders(place.relative_to(real).as_posix()):
        return None
    return place


def _read(folder: Path, path: str) -> str | None:
    place = _inside(folder, path)
    try:
        if place is None or not place.is_file():
            return None
        with place.open("rb") as file:
            return file.read(_LARGEST_SPEC).decode("utf-8", "replace")
    except OSError:
        return None


@contextmanager
def _written(place: Path) -> Generator[None]:
    """A full disk or a folder in the way stops the stage, and says so. Raises MisconfiguredError."""
    try:
        yield
    except OSError as error:
        raise MisconfiguredError(
            f"{place} could not be written: {error.strerror}.",
            remedy="Mend that, then retry the stage.",
            code="not_written",
        ) from error


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text if text.endswith("\n") else f"{text}\n", "utf-8")


def _write_bytes(place: Path, body: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_suffix(".new")
    aside.write_bytes(body)
    aside.replace(place)


def spec_of(card: Card) -> str:
    """Where its spec is, or is to be written."""
    return card.text.spec_path or card_files.spec_path(card.key, card.text.title)
