"""A person's comments on lines of a run's diff: gathered, then sent to the agent together with the next run."""

from collections.abc import Sequence

from sempre import clock, ids
from sempre.board._store import cards, comments, runs
from sempre.board.changes import Changes
from sempre.board.run import LineComment, Side
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.errors import ConflictError, InvalidError
from sempre.events import Log

_LONGEST = 10_000


class Comments:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._changes = Changes(db, keyring, log)

    async def add(
        self, run_id: str, *, file: str, line: int, side: Side, text: str, by: str
    ) -> LineComment:
        """Raises NotFoundError, InvalidError."""
        if not text.strip() or len(text) > _LONGEST:
            raise InvalidError(f"A comment has 1 to {_LONGEST} characters.")
        if not file or line < 1:
            raise InvalidError(
                "A comment stands at a line of a file: give its path and a line from 1 on."
            )
        comment = LineComment(
            id=ids.new_id(),
            run_id=run_id,
            file=file,
            line=line,
            side=side,
            text=text,
            by=by,
            at=clock.now(),
            sent_in=None,
        )
        async with self._changes.of_run(run_id) as change:
            run = await runs.get(change.session, self._keyring, run_id)
            card = await cards.get(change.session, self._keyring, run.card_id)
            await comments.insert(change.session, self._keyring, comment)
            told = {"run_id": run_id, "comment_id": comment.id, "file": file, "line": line}
            await change.note(card, "run.commented", told, by=by)
        return comment

    async def of_run(self, run_id: str) -> Sequence[LineComment]:
        """Those on its diff, oldest first."""
        async with self._db.reading() as session:
            return await comments.of_run(session, self._keyring, run_id)

    async def sent_in(self, run_id: str) -> Sequence[LineComment]:
        """Those that this run's agent gets, oldest first."""
        async with self._db.reading() as session:
            return await comments.sent_in(session, self._keyring, run_id)

    async def remove(self, comment_id: str) -> None:
        """Raises NotFoundError, and ConflictError when the agent has it already."""
        async with self._db.reading() as session:
            comment = await comments.get(session, self._keyring, comment_id)
        async with self._changes.of_run(comment.run_id) as change:
            comment = await comments.get(change.session, self._keyring, comment_id)
            if comment.sent_in is not None:
                raise ConflictError("The agent has this comment already; write another one.")
            await comments.delete(change.session, comment_id)
