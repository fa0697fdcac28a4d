"""Boards: made, set, deleted. Their commands run on this machine, so each change is on the audit trail before it is
made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace

from sempre import clock
from sempre.board._store import boards, cards, runs
from sempre.board.board import Board, BoardSettings, check_names, check_settings
from sempre.board.changes import Changes
from sempre.board.words import STAGES
from sempre.contract.audit import Audit
from sempre.crypto import Keyring
from sempre.db import Database, Session
from sempre.errors import ConflictError
from sempre.events import Log


class Boards:
    def __init__(self, db: Database, keyring: Keyring, log: Log, audit: Audit) -> None:
        self._db = db
        self._keyring = keyring
        self._audit = audit
        self._changes = Changes(db, keyring, log)

    async def get(self, board_id: str) -> Board:
        """Raises NotFoundError."""
        async with self._db.reading() as session:
            return await boards.get(session, self._keyring, board_id)

    async def every(self) -> Sequence[Board]:
        """By id."""
        async with self._db.reading() as session:
            return await boards.every(session, self._keyring)

    async def nodes(self) -> Mapping[str, str | None]:
        """The machine that has each board's repository; None: any."""
        async with self._db.reading() as session:
            return await boards.nodes(session)

    async def create(
        self, board_id: str, prefix: str, settings: BoardSettings, *, node: str | None, by: str
    ) -> Board:
        """Raises InvalidError, and ConflictError when there is one of that id or prefix. Numbers of cards go on where
        those of an earlier board of that id or prefix ended."""
        check_names(board_id, prefix)
        check_settings(settings)
        now = clock.now()
        board = Board(
            id=board_id,
            prefix=prefix,
            node=node,
            settings=settings,
            version=1,
            created_at=now,
            changed_at=now,
            changed_by=by,
        )
        await self._refuse_known(board_id, prefix)
        said = {"board": board_id, "prefix": prefix, **_told(settings)}
        await self._audit.record("board.created", by=by, channel=board.channel, details=said)
        async with self._changes.begin() as change:
            number = await boards.first_number(change.session, board_id, prefix)
            await boards.insert(change.session, self._keyring, board, number=number)
            change.tell(board.channel, "board.created", {"version": 1, "by": by})
        return board

    async def change(
        self, board_id: str, settings: BoardSettings, *, version: int, by: str
    ) -> Board:
        """Set this instead of what was set as `version`; what runs goes on by the rules it began with. Raises
        NotFoundError, InvalidError, and ConflictError when somebody else changed it meanwhile."""
        check_settings(settings)
        before = await self.get(board_id)
        _require_version(before, version)
        changed = changed_settings(before.settings, settings)
        if not changed:
            return before
        said = {"board": board_id, **_told(settings, *changed)}
        await self._audit.record("board.changed", by=by, channel=before.channel, details=said)
        async with self._changes.of_board(board_id) as (change, held):
            _require_version(held, version)
            if {"repository", "worktree"} & set(changed):
                await self._refuse_unsettled(change.session, held)
            after = replace(
                held,
                settings=settings,
                version=version + 1,
                changed_at=clock.now(),
                changed_by=by,
            )
            await boards.change(change.session, self._keyring, after)
            told = {"version": after.version, "changed": changed, "by": by}
            change.tell(after.channel, "board.changed", told)
        return after

    async def delete(self, board_id: str, *, by: str) -> None:
        """With its cards and all that is known of their runs. Raises NotFoundError, and ConflictError while cards run
        or there is work that is neither merged nor discarded."""
        async with self._db.reading() as session:
            board = await boards.get(session, self._keyring, board_id)
            await self._refuse_unsettled(session, board)
        said = {"board": board_id}
        await self._audit.record("board.deleted", by=by, channel=board.channel, details=said)
        async with self._changes.of_board(board_id) as (change, held):
            await self._refuse_unsettled(change.session, held)
            await cards.delete_of_board(change.session, board_id)
            await boards.bury(change.session, board_id, clock.now())
            change.tell(held.channel, "board.deleted", {"by": by})

    async def _refuse_known(self, board_id: str, prefix: str) -> None:
        async with self._db.reading() as session:
            known = await boards.living(session, board_id, prefix)
        if known is not None:
            raise ConflictError(
                f"There is a board {known} of this id or with this prefix already. Choose another id and prefix.",
                code="board_exists",
            )

    async def _refuse_unsettled(self, session: Session, board: Board) -> None:
        """Raises ConflictError when something runs on it, or lies in its repository that nobody decided about."""
        active = await runs.active_of_board(session, board.id)
        left = await runs.unsettled_of_board(session, board.id)
        names = await cards.keys(session, board.id, [*active, *left])
        if active:
            raise ConflictError(
                f"{_listed(names[each] for each in active)} on {board.id} is being run. Cancel it or wait until it "
                "ends.",
                code="board_busy",
            )
        if left:
            raise ConflictError(
                f"{_listed(names[each] for each in left)} on {board.id} has work that is neither merged nor "
                "discarded. Merge or discard it first.",
                code="board_unsettled",
            )


def changed_settings(before: BoardSettings, after: BoardSettings) -> list[str]:
    """The names of those that differ; a stage's are named `stages`."""
    names = [each.name for each in fields(BoardSettings) if each.name != "stages"]
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    same_stages = all(before.stage(stage) == after.stage(stage) for stage in STAGES)
    return changed if same_stages else [*changed, "stages"]


def _told(settings: BoardSettings, *only: str) -> dict[str, object]:
    """For the audit trail: in full, since its commands are run."""
    said: dict[str, object] = asdict(settings)
    return {name: value for name, value in said.items() if not only or name in only}


def _require_version(board: Board, seen: int) -> None:
    if board.version != seen:
        raise ConflictError(
            f"{board.changed_by} changed this board meanwhile (version {board.version}, not {seen}). Look at it "
            "again, then save yours.",
            code="version_conflict",
        )


def _listed(names: Iterable[str]) -> str:
    known = sorted(names)
    return known[0] if len(known) == 1 else f"{known[0]} (and {len(known) - 1} more)"
