"""Boards: a git repository, what its stages are worked on with, and its cards. What a board runs is set by a person, so
changing one needs the scope `approve`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from sempre import board
from sempre.access import Scope
from sempre.api.authentication import needs, principal_of
from sempre.api.camel import BoardName
from sempre.api.doctor import Finding
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import Form, View
from sempre.board.words import STAGES, Column, Stage
from sempre.contract import finding
from sempre.errors import ConflictError

router = APIRouter(prefix="/api/boards", tags=["boards"])
_PASSING = frozenset({"dirty", "detached", "no_commits", "untracked"})

Command = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]
Commands = Annotated[Sequence[Command], Field(max_length=50)]
Wip = Annotated[int, Field(ge=1, le=100)]
Rounds = Annotated[int, Field(ge=0, le=20)]
Amount = Annotated[int, Field(ge=0, le=10**15)]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class BoardStage(Form):
    """How one stage is worked on. null: as sempre.toml says; an empty model or effort: Claude Code's own default."""

    model: Name | None = None
    effort: Name | None = None
    instructions: Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")] = ""
    budget_micros: Amount | None = Field(
        default=None, description="For one visit of the stage, in millionths of a dollar."
    )
    budget_tokens: Amount | None = None
    wip: Wip | None = Field(default=None, description="Cards in this stage at once.")


class BoardWish(Form):
    """All that a person sets on a board."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
    repository: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")] = Field(
        description="The whole path of a git repository on this machine."
    )
    base: Annotated[str, Field(min_length=1, max_length=250, pattern=r"^[^\x00-\x20\x7f]*$")] = (
        Field(default="main", description="The branch that work begins from and is merged into.")
    )
    setup: Commands = Field(
        default=(), description="Run in a fresh worktree before the first stage."
    )
    test: Commands = Field(default=(), description="The test stage passes when all of them do.")
    stages: Mapping[Stage, BoardStage] = Field(
        default_factory=dict[Stage, BoardStage],
        description="By stage; one that is left out is worked on as sempre.toml says.",
    )
    wip: Wip = Field(default=2, description="Runs at once.")
    worktree: bool = Field(
        default=True,
        description="A worktree for each run; without, one run at a time in the repository itself.",
    )
    approve_plan: bool = Field(default=False, description="A person reads each plan first.")
    test_rounds: Rounds = Field(
        default=3, description="So often a failed test goes back to the agent."
    )
    review_rounds: Rounds = Field(
        default=2, description="So often a review's changes go back to the agent."
    )
    test_seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = Field(
        default=1800.0, description="The test commands take no longer."
    )


class NewBoard(BoardWish):
    id: Annotated[str, Field(max_length=40)] = Field(
        description="Small letters, digits, dashes: shop."
    )
    prefix: Annotated[str, Field(max_length=10)] = Field(
        description="Begins the keys of its cards: SHOP. Never changes."
    )


class BoardChange(BoardWish):
    """`version` is the one that it was made from."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class StageTuning(View):
    """null: as sempre.toml says."""

    model: str | None
    effort: str | None
    instructions: str
    budget_micros: int | None
    budget_tokens: int | None
    wip: int | None


class Board(View):
    id: str
    prefix: str
    name: str
    channel: str = Field(description="What the board's own events stand under.")
    node: str | None = Field(description="The machine that has its repository.")
    repository: str
    base: str
    setup: Sequence[str]
    test: Sequence[str]
    stages: Mapping[Stage, StageTuning]
    wip: int
    worktree: bool
    approve_plan: bool
    test_rounds: int
    review_rounds: int
    test_seconds: float
    version: int = Field(description="Goes into the next change.")
    created_at: datetime
    changed_at: datetime
    changed_by: str
    cards: Mapping[Column, int] = Field(description="How many stand in each column.")


@router.get("", responses=may_answer())
async def list_boards(parts: Given) -> list[Board]:
    """All boards, by id."""
    counts = await parts.board.cards.counts()
    return [_board(each, counts.get(each.id, {})) for each in await parts.board.boards.every()]


@router.post("", status_code=201, responses=may_answer(409), **needs(Scope.APPROVE))
async def create_board(request: Request, parts: Given, wish: NewBoard) -> Board:
    """Make one. Its repository is looked at first: 409 says what stands in the way."""
    by, settings = principal_of(request).who, _settings(wish)
    _require_repository(await parts.board.commands.check(settings))
    made = await parts.board.boards.create(
        wish.id, wish.prefix, settings, node=parts.about.node, by=by
    )
    return _board(made, {})


@router.get("/{board}", responses=may_answer(404))
async def get_board(parts: Given, board: BoardName) -> Board:
    """One board."""
    return await _one(parts, board)


@router.put("/{board}", responses=may_answer(404, 409), **needs(Scope.APPROVE))
async def put_board(request: Request, parts: Given, board: BoardName, wish: BoardChange) -> Board:
    """Change all of it. Holds from the next run on. 409 when somebody else changed it since `version`."""
    by, settings = principal_of(request).who, _settings(wish)
    await parts.board.boards.change(board, settings, version=wish.version, by=by)
    await parts.board.commands.start_next(board)
    return await _one(parts, board)


@router.delete("/{board}", status_code=204, responses=may_answer(404, 409), **needs(Scope.APPROVE))
async def delete_board(request: Request, parts: Given, board: BoardName) -> None:
    """Delete it with its cards. 409 while one runs, or has work that is neither merged nor discarded. The repository
    is left as it is."""
    await parts.board.commands.delete_board(board, by=principal_of(request).who)


@router.get("/{board}/check", responses=may_answer(404))
async def check_board(parts: Given, board: BoardName) -> list[Finding]:
    """Whether a run could begin: the repository, its base branch, what is not committed."""
    found = await parts.board.boards.get(board)
    if found.node not in {None, parts.about.node}:
        message = f"Its repository is on {found.node}. Look from there."
        return [Finding(check="elsewhere", level="note", message=message, remedy=None)]
    return [Finding(**asdict(each)) for each in await parts.board.commands.check(found.settings)]


async def _one(parts: Parts, board_id: str) -> Board:
    counts = await parts.board.cards.counts()
    return _board(await parts.board.boards.get(board_id), counts.get(board_id, {}))


def _require_repository(findings: Sequence[finding.Finding]) -> None:
    """What is not committed may still be; a place without a repository is a mistake."""
    for each in findings:
        if each.level == "problem" and each.check not in _PASSING:
            raise ConflictError(f"{each.message} {each.remedy}", code=each.check)


def _settings(wish: BoardWish) -> board.BoardSettings:
    stages = {
        stage: board.StageSettings(**dict(each)) for stage, each in sorted(wish.stages.items())
    }
    return board.BoardSettings(
        name=wish.name,
        repository=wish.repository,
        base=wish.base,
        setup=tuple(wish.setup),
        test=tuple(wish.test),
        stages=stages,
        wip=wish.wip,
        worktree=wish.worktree,
        approve_plan=wish.approve_plan,
        test_rounds=wish.test_rounds,
        review_rounds=wish.review_rounds,
        test_seconds=wish.test_seconds,
    )


def _board(found: board.Board, counts: Mapping[Column, int]) -> Board:
    settings = found.settings
    return Board(
        id=found.id,
        prefix=found.prefix,
        name=settings.name,
        channel=found.channel,
        node=found.node,
        repository=settings.repository,
        base=settings.base,
        setup=settings.setup,
        test=settings.test,
        stages={stage: StageTuning(**asdict(settings.stage(stage))) for stage in STAGES},
        wip=settings.wip,
        worktree=settings.worktree,
        approve_plan=settings.approve_plan,
        test_rounds=settings.test_rounds,
        review_rounds=settings.review_rounds,
        test_seconds=settings.test_seconds,
        version=found.version,
        created_at=found.created_at,
        changed_at=found.changed_at,
        changed_by=found.changed_by,
        cards={column: counts.get(column, 0) for column in Column},
    )
