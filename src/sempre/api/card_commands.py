"""What a person does to cards and their runs; `workflows` does it. Nothing here does anything."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sempre.board.board import BoardSettings
from sempre.board.run import Request
from sempre.board.words import SessionChoice, WorkflowStage
from sempre.contract.finding import Finding


class CardCommands(Protocol):
    """Cards and runs are named by id here; keys were looked up before. What is read back is read from the stores."""

    async def run(self, card_id: str, request: Request, *, by: str) -> str:
        """Start a run, or put it in line; gives its id. Raises NotFoundError, ConflictError (one is active: it says
        which; a repository that is dirty or gone), InvalidError, UnavailableError."""
        ...

    async def cancel(self, card_id: str, *, by: str) -> str:
        """End the active run; its worktree stays. Gives its id. Raises NotFoundError, ConflictError."""
        ...

    async def retry(self, card_id: str, *, by: str, session: SessionChoice | None = None) -> str:
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

    async def send_comments(self, run_id: str, *, by: str) -> str:
        """The comments on lines of the run's diff that were not sent yet: one turn of the agent. Gives the id of the
        run that takes them up. Raises NotFoundError, ConflictError, InvalidError (there is none)."""
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
        """The card with all that is known of its runs. Raises NotFoundError, ConflictError (a run is active, there is
        work that is neither merged nor discarded, or others depend on it)."""
        ...

    async def delete_board(self, board_id: str, *, by: str) -> None:
        """With its cards and their pictures. Raises NotFoundError, ConflictError (a card runs, or there is work that
        is neither merged nor discarded)."""
        ...

    async def start_next(self, board: str) -> None:
        """A person changed what decides about order (a card's column or needs, a limit): let begin what can. Never
        raises for what a run has met."""
        ...

    async def check(self, settings: BoardSettings) -> Sequence[Finding]:
        """What of a board's repository on this machine would stop a run, and what is as it must be."""
        ...

    async def folder(self, board_id: str) -> Path:
        """Where the board's repository is on this machine. Raises NotFoundError, MisconfiguredError, UnavailableError."""
        ...

    async def spec(self, card_id: str) -> tuple[str, str] | None:
        """Path and text of what plan wrote, as it stands in the newest run's worktree, branch or base; None: there is
        none, or it is gone. Raises NotFoundError."""
        ...

    async def diff(self, run_id: str, *, path: str | None, largest: int) -> bytes:
        """What the run changed, from its base to what stands in its worktree (once it went through, to its branch: what
        a merge brings; to its head, when that is gone), as
        `git diff --raw --numstat --patch -z --no-color --no-ext-diff --no-textconv --find-renames` writes it: first all
        files, then the text; cut off after `largest` bytes. `path`: of this file only. `board.patch` reads it. Raises
        NotFoundError (also when nothing of it is left)."""
        ...

    async def uncommitted(self, run_id: str) -> Sequence[str]:
        """The files in the worktree of a run that went through which are not on its branch as they stand there, so
        that a merge leaves them out. Raises NotFoundError, MisconfiguredError."""
        ...

    async def running(self) -> frozenset[str]:
        """Which active runs have a living owner; the others are stuck."""
        ...
