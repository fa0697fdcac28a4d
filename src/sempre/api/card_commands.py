"""What a person does to cards and their runs; `workflows` does it. Nothing here does anything."""

from collections.abc import Sequence
from typing import Literal, Protocol

from sempre.board.words import Stage, WorkflowStage
from sempre.contract.finding import Finding

Memory = Literal["resume", "fresh"]
"""Whether the agent's session goes on, or another begins."""


class CardCommands(Protocol):
    """Cards and runs are named by id here; keys were looked up before. What is read back is read from the stores."""

    async def run(
        self,
        card_id: str,
        *,
        by: str,
        from_stage: Stage | None = None,
        only_stage: Stage | None = None,
        description: str | None = None,
        spec: str | None = None,
        instructions: str | None = None,
        session: Memory | None = None,
    ) -> str:
        """Start a run, or put it in line; gives its id. Without stages it walks all of them. Raises NotFoundError,
        ConflictError (one is active: it says which), InvalidError, UnavailableError."""
        ...

    async def cancel(self, card_id: str, *, by: str) -> str:
        """End the active run; its worktree stays. Gives its id. Raises NotFoundError, ConflictError."""
        ...

    async def retry(self, card_id: str, *, by: str, session: Memory | None = None) -> str:
        """Again from the stage at which the last run failed or was cancelled. Gives the run's id. Raises
        NotFoundError, ConflictError."""
        ...

    async def approve_plan(self, card_id: str, *, by: str) -> str:
        """Let the run that waits for it go on to implement. Raises NotFoundError, ConflictError."""
        ...

    async def send_back(self, card_id: str, *, text: str, by: str) -> str:
        """Comments on a plan that waits (planned anew), or on a change that waits for its merge (implemented anew).
        Gives the run's id. Raises NotFoundError, ConflictError, InvalidError."""
        ...

    async def comment(
        self, run_id: str, comments: Sequence[tuple[str, int, str]], *, by: str
    ) -> str:
        """Comments on lines of the diff, each (file, line, text): one turn of the agent. Gives the id of the run that
        takes them up. Raises NotFoundError, ConflictError, InvalidError."""
        ...

    async def merge(self, card_id: str, *, by: str) -> str:
        """Put the approved change on the base branch, once however often it is asked. Gives the commit's hash. Raises
        NotFoundError, ConflictError (base moved on, uncommitted changes: with what to do), UnavailableError."""
        ...

    async def rebase(self, card_id: str, *, by: str) -> str:
        """Bring the branch up to the base as it is now. Gives the new head's hash. Raises NotFoundError,
        ConflictError."""
        ...

    async def discard(self, card_id: str, *, by: str) -> None:
        """Remove worktree and branch of a run that has ended; what was not committed is kept under a ref first. Raises
        NotFoundError, ConflictError."""
        ...

    async def unstick(self, card_id: str, *, by: str) -> str:
        """Take up a run again that says it runs and has no living owner. Gives its id. Raises NotFoundError,
        ConflictError (it has one)."""
        ...

    async def set_state(
        self, card_id: str, stage: WorkflowStage, *, error: str | None, by: str
    ) -> str:
        """What outside automation says of the card; opens an execution named `workflow` when none is active. Gives
        the run's id. Raises NotFoundError, ConflictError (no legal transition, or a run of ours is active)."""
        ...

    async def delete_card(self, card_id: str, *, by: str) -> None:
        """The card with its runs, images and worktrees. Raises NotFoundError, ConflictError (a run is active, or work
        that is neither merged nor discarded)."""
        ...

    async def check(self, board: str) -> Sequence[Finding]:
        """What of the board's repository would stop a run, and what is as it must be. Raises NotFoundError."""
        ...

    async def diff(self, run_id: str, *, path: str | None, largest: int) -> bytes:
        """What the run changed, from its base to what stands in its worktree (or its head, when that is gone), as git
        writes it (`--no-color --no-ext-diff --no-textconv --find-renames`), cut off after `largest` bytes. `path`: of
        this file only. Raises NotFoundError (also when nothing of it is left)."""
        ...

    async def running(self) -> frozenset[str]:
        """Which active runs have a living owner; the others are stuck."""
        ...
