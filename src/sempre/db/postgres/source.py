"""The Postgres of a home as a source of backups: one snapshot over all that is Sempre's, drills in a database of their
own, put back in one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sempre.db import backup, schema
from sempre.db.backup import Backup
from sempre.db.interruption import Interruption
from sempre.db.manifest import Copy, Manifest
from sempre.db.postgres import dump, exchange, parts, programs, residents, scratch, script
from sempre.db.postgres.access import Access
from sempre.db.postgres.children import FailedProgramError
from sempre.db.postgres.programs import Programs
from sempre.db.source import NotRestoredError, Restored
from sempre.errors import ConflictError, MisconfiguredError, UnavailableError

SUFFIX = ".dump"


class Postgres:
    """`pg_bin` gives the folder of Postgres' programs, empty for the PATH; `dead_after` seconds without a beat a node is
    gone. What a restore replaces is copied into the folder of backups first."""

    suffix = SUFFIX

    def __init__(
        self,
        url: str,
        *,
        state: Path,
        backups: Path,
        node: str,
        pg_bin: Callable[[], str],
        dead_after: float,
    ) -> None:
        self._access = Access(url=url, state=state)
        self._backups = backups
        self._node = node
        self._pg_bin = pg_bin
        self._dead_after = dead_after

    def is_there(self) -> bool:
        with _answering(), schema.connected(self._access.url) as connection:
            return bool(parts.found(connection))

    def obstacle(self) -> MisconfiguredError | None:
        try:
            with _answering(), schema.connected(self._access.url) as connection:
                self._programs(_major(connection))
                scratch.require_right(connection)
        except MisconfiguredError as error:
            return error
        except UnavailableError:  # that is another trouble, and told elsewhere
            return None
        return None

    def copy(self, folder: Path, stop: Interruption) -> Mapping[str, Copy]:
        with _answering():
            _, found = self._server()
            return dump.dump(self._access, found, folder, stop)

    def check(self, chosen: Backup) -> Sequence[str]:
        """A dump's own form is read when it is restored; without the manifest nothing could be compared with it."""
        if chosen.manifest is None:
            return ["manifest.json is missing, or cannot be read"]
        return []

    @contextmanager
    def restored(self, chosen: Backup, stop: Interruption) -> Iterator[Sequence[Restored]]:
        copies = _manifest(chosen).files
        with _answering():
            server, found = self._server()
            with scratch.scratch(self._access, node=self._node) as aside:
                before = exchange.before([], _manifest(chosen), guard=[])
                files = [chosen.path / name for name in copies]
                try:
                    script.play(aside, found, files, stop, server=server, before=before)
                except FailedProgramError as error:
                    raise NotRestoredError(error.message) from error
                yield [
                    Restored(name=name, url=aside.url, namespace=copy.namespace)
                    for name, copy in copies.items()
                ]

    def require_alone(self) -> None:
        with _answering(), schema.connected(self._access.url) as connection:
            residents.refuse(connection, node=self._node, dead_after=self._dead_after)

    def put_back(self, chosen: Backup, *, audit_head: str | None) -> Path | None:
        self.require_alone()
        with _answering():
            server, found = self._server()
            with schema.connected(self._access.url) as connection:
                standing = parts.found(connection)
                lived_in = residents.stand(connection)
            aside = self._lay_aside(audit_head) if standing else None
            guard = residents.guard(node=self._node, dead_after=self._dead_after)
            come = _manifest(chosen)
            script.play(
                self._access,
                found,
                [chosen.path / name for name in come.files],
                Interruption(),
                server=server,
                before=exchange.before(standing, come, guard=guard if lived_in else []),
                after=exchange.after(come),
            )
            return aside

    def _lay_aside(self, audit_head: str | None) -> Path:
        """The way back, which is gone the same way."""
        try:
            return backup.create(
                self._backups, self.copy, backup.LAID_ASIDE, audit_head=audit_head
            ).path
        except UnavailableError as error:
            raise UnavailableError(
                f"What stands in the database could not be copied first, so nothing was changed: {error.message} If it "
                "is damaged, make an empty database, set database.url to it, and restore there."
            ) from error

    def _server(self) -> tuple[int, Programs]:
        """Its major version, and programs that fit. Raises MissingProgramError."""
        with schema.connected(self._access.url) as connection:
            major = _major(connection)
        return major, self._programs(major)

    def _programs(self, major: int) -> Programs:
        return programs.find(self._pg_bin(), server=major)


def _major(connection: sa.Connection) -> int:
    return int(connection.execute(sa.text("SHOW server_version_num")).scalar_one()) // 10_000


def _manifest(chosen: Backup) -> Manifest:
    """`check` has told that there is one."""
    if chosen.manifest is None:
        raise ConflictError(
            f"{chosen.name} has no manifest that can be read. Take another backup; `sempre backup list` shows them.",
            code="backup_broken",
        )
    return chosen.manifest


@contextmanager
def _answering() -> Iterator[None]:
    """A database's failure in our own words. Raises UnavailableError."""
    try:
        yield
    except SQLAlchemyError as error:
        said = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
        raise UnavailableError(
            f"Postgres did not do it: {' '.join(said.split())} Check that it answers, then try again.",
            code="store_unavailable",
        ) from error
