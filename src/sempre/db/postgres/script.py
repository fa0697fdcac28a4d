"""Plays dumps into a database within one transaction: all of it, or nothing, wherever it is killed. `pg_restore` writes
them as SQL, `psql` gets that SQL, and COMMIT only once everything before it has been written whole."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from sempre import crash
from sempre.db.interruption import Interruption
from sempre.db.postgres import children
from sempre.db.postgres.access import Access
from sempre.db.postgres.children import Child
from sempre.db.postgres.programs import Programs

_PIECE = 1 << 16
_HEAD = 4096  # bytes, in which the settings of a script stand
# pg_restore of 17 and later sets it for every server; older ones do not know it.
_UNKNOWN = re.compile(rb"^SET transaction_timeout = 0;\r?\n", re.MULTILINE)
_SINCE = 17


def play(
    access: Access,
    programs: Programs,
    dumps: Iterable[Path],
    stop: Interruption,
    *,
    server: int,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> None:
    """`before` and `after` are statements of the same transaction; `server` is the major version. Raises
    UnavailableError, OSError."""
    command = [
        *(programs.psql, "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"),
        *(f"--dbname={access.conninfo}", "--file=-"),
    ]
    with (
        access.environment() as environment,
        children.started(command, environment, stop, says=True) as psql,
    ):
        try:
            _say(psql, "BEGIN", *before)
            for each in dumps:
                with children.started(_as_sql(programs, each), environment, stop, hears=True) as it:
                    pass_on(it.pipe, psql.pipe, older=server < _SINCE)
                    it.end(stop)
                crash.point("restore.played")
            _say(psql, *after)
            crash.point("restore.committing")
            _say(psql, "COMMIT")
            psql.pipe.close()
        except BrokenPipeError:  # it has given up, and says why
            psql.end(stop)
            raise psql.failure() from None
        psql.end(stop)
        crash.point("restore.committed")


def _as_sql(programs: Programs, dump: Path) -> Sequence[str | Path]:
    """Whoever restores it owns it; rights that others had are for its owner to give again."""
    only = ("--no-owner", "--no-privileges", "--no-tablespaces")
    return [programs.pg_restore, *only, "--file=-", dump]


def _say(psql: Child, *statements: str) -> None:
    for each in statements:
        psql.pipe.write(f"{each};\n".encode())
    psql.pipe.flush()


def pass_on(script: IO[bytes], to: IO[bytes], *, older: bool) -> None:
    """All of it. `older`: the server is of a version before the setting that newer programs write for every one."""
    head = script.read(_HEAD)
    to.write(_UNKNOWN.sub(b"", head) if older else head)
    while piece := script.read(_PIECE):
        to.write(piece)
    to.flush()
