"""A board and what a person sets on it. Read-only values, and the rules that settings obey. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sempre.board.words import STAGES, Stage
from sempre.errors import InvalidError

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,9}")
_LONGEST_COMMAND = 4000
_LONGEST_INSTRUCTIONS = 20_000
_MOST_COMMANDS = 50
_MOST_WIP = 100
_MOST_ROUNDS = 20
_LONGEST_TEST = 24 * 3600
_MOST = 10**15


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """How one stage is worked on. None: as the machine's settings say; an empty model or effort is Claude Code's own
    default. `wip`: how many cards may be in this stage at once."""

    model: str | None = None
    effort: str | None = None
    instructions: str = ""
    budget_micros: int | None = None
    budget_tokens: int | None = None
    wip: int | None = None


@dataclass(frozen=True, kw_only=True)
class BoardSettings:
    """What a person sets. `setup` runs in a fresh worktree before the first stage, `test` is what the test stage
    passes by. `test_rounds` and `review_rounds` are how often a failed test goes back to the agent, and how often a
    review's changes go back to implement. `wip`: how many runs may be under way at once."""

    name: str
    repository: str
    base: str = "main"
    setup: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    stages: Mapping[Stage, StageSettings] = field(default_factory=dict[Stage, StageSettings])
    wip: int = 2
    worktree: bool = True
    approve_plan: bool = False
    test_rounds: int = 3
    review_rounds: int = 2
    test_seconds: float = 1800.0

    def stage(self, stage: Stage) -> StageSettings:
        return self.stages.get(stage) or StageSettings()

    @property
    def most_runs(self) -> int:
        """Without worktrees all runs share the repository's own folder, so it is one at a time."""
        return self.wip if self.worktree else 1


@dataclass(frozen=True, kw_only=True)
class Board:
    """`prefix` begins its cards' keys and never changes. `version` counts the changes. `node` has its repository."""

    id: str
    prefix: str
    node: str | None
    settings: BoardSettings
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @property
    def channel(self) -> str:
        """What the board's own events stand under."""
        return f"board:{self.id}"


def check_names(board_id: str, prefix: str) -> None:
    """Raises InvalidError."""
    if not _SLUG.fullmatch(board_id):
        raise InvalidError(
            f"{board_id[:60]!r} is no id for a board. Use up to 40 small letters, digits and dashes: shop, my-app."
        )
    if not _PREFIX.fullmatch(prefix):
        raise InvalidError(
            f"{prefix[:60]!r} can't begin the keys of cards. Use up to 10 capital letters and digits: SHOP."
        )


def check_settings(settings: BoardSettings) -> None:
    """Raises InvalidError."""
    _require(0 < len(settings.name.strip()) <= 100, "A board's name has 1 to 100 characters.")
    _require(
        settings.repository.startswith("/") or settings.repository[1:3] in {":\\", ":/"},
        "A board needs the whole path of its repository, from the root on.",
    )
    _require(bool(settings.base.strip()), "A board needs the branch that its work begins from.")
    for commands in (settings.setup, settings.test):
        _require(
            len(commands) <= _MOST_COMMANDS
            and all(0 < len(each.strip()) <= _LONGEST_COMMAND for each in commands),
            f"Commands are at most {_MOST_COMMANDS}, none empty, none over {_LONGEST_COMMAND} characters.",
        )
    _require(1 <= settings.wip <= _MOST_WIP, f"WIP is from 1 to {_MOST_WIP}.")
    for rounds in (settings.test_rounds, settings.review_rounds):
        _require(0 <= rounds <= _MOST_ROUNDS, f"Rounds are from 0 to {_MOST_ROUNDS}.")
    _require(
        0 < settings.test_seconds <= _LONGEST_TEST,
        "The time limit of tests is more than nothing and at most a day.",
    )
    for stage in STAGES:
        _check_stage(stage, settings.stage(stage))


def _check_stage(stage: Stage, settings: StageSettings) -> None:
    _require(
        len(settings.instructions) <= _LONGEST_INSTRUCTIONS,
        f"The instructions of {stage} have more than {_LONGEST_INSTRUCTIONS} characters.",
    )
    _require(
        settings.wip is None or 1 <= settings.wip <= _MOST_WIP,
        f"The WIP of {stage} is from 1 to {_MOST_WIP}; leave it out for no limit.",
    )
    for amount in (settings.budget_micros, settings.budget_tokens):
        _require(
            amount is None or 0 <= amount <= _MOST,
            f"The budget of {stage} is from 0 to a billion dollars or 10^15 tokens.",
        )


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise InvalidError(message)
