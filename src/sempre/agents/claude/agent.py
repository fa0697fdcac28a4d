"""Claude Code as an agent: a question goes to its channel's live session, what it says to the sink, and what came
of it back as an Outcome. Keeps no state that a restart would miss."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from sempre import tasks
from sempre.agents.claude import prompt, transcript
from sempre.agents.claude.access import Access
from sempre.agents.claude.launches import Launches
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.passes import Passes
from sempre.agents.claude.profile import Profile
from sempre.contract.agents import Ending, Outcome, Question, Session, Sink
from sempre.contract.messages import Failure
from sempre.errors import MisconfiguredError

if TYPE_CHECKING:
    from sempre.agents.claude.exchange import Exchange
    from sempre.agents.claude.pool import Pool
    from sempre.agents.claude.starter import Running

_log = structlog.stdlib.get_logger(__name__)


@dataclass
class _Attempt:
    """One running `answer`, as far as a person's stop must know it."""

    work: asyncio.Task[Outcome] | None = None
    exchange: "Exchange | None" = None
    cancelled: bool = field(default=False)


class ClaudeAgent:
    """`profile` is asked for each question's channel; it raises MisconfiguredError when that can't work.

    `state` is a private folder for what must outlive a kill -9 (which processes we started).
    """

    name = "claude"

    def __init__(
        self,
        *,
        profile: Callable[[str], Profile],
        access: Access,
        passes: Passes,
        state: Path,
        limits: Limits | None = None,
    ) -> None:
        self._profile = profile
        self._access = access
        self._passes = passes
        self._limits = limits or Limits()
        self._launches = Launches(state)
        self._attempts: dict[str, _Attempt] = {}
        self._pool: Pool | None = None
