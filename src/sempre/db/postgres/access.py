"""How Postgres' programs reach a database: all but the password on their command line, the password in a file that only
they are told of, for as long as the block lasts."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sempre import clock, environment

# What libpq reads beside PGPASSWORD, which would stand in an environment that any process of this user can read.
_LIBPQ = frozenset(
    {
        "PGCHANNELBINDING",
        "PGGSSENCMODE",
        "PGHOST",
        "PGHOSTADDR",
        "PGKRBSRVNAME",
        "PGPASSFILE",
        "PGPORT",
        "PGREQUIREAUTH",
        "PGSERVICE",
        "PGSERVICEFILE",
        "PGSSLCERT",
        "PGSSLCRL",
        "PGSSLKEY",
        "PGSSLMODE",
        "PGSSLROOTCERT",
        "PGSYSCONFDIR",
        "PGUSER",
    }
)
_SECRET = frozenset({"password", "sslpassword"})
# A server that is gone is noticed within minutes: libpq's own default is hours.
_BOUNDS = {
    "connect_timeout": "15",
    "keepalives_idle": "60",
    "keepalives_interval": "15",
    "keepalives_count": "4",
}
_PREFIX = "pgpass-"
_LEFT_SECONDS = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class Access:
    """`url` as the settings have it; `state` is a folder for the owner's eyes only."""

    url: str
    state: Path

    def to(self, database: str) -> "Access":
        """Another database of the same server."""
        url = sa.make_url(self.url).set(database=database)
        return Access(url=url.render_as_string(hide_password=False), state=self.state)

    @property
    def conninfo(self) -> str:
        """Fit for a command line."""
        given = {key: it for key, it in conninfo_to_dict(self.url).items() if key not in _SECRET}
        return make_conninfo("", **{**_BOUNDS, **given})

    @contextmanager
    def environment(self) -> Iterator[Mapping[str, str]]:
        """Of a child process. Raises OSError."""
        known = {name: value for name, value in os.environ.items() if name in _LIBPQ}
        known = {**environment.inherited(os.environ), **known, "PGAPPNAME": "sempre backup"}
        password = conninfo_to_dict(self.url).get("password") or os.environ.get("PGPASSWORD")
        if password is None:
            yield known
            return
        _remove_left(self.state)
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=self.state) as folder:
            file = Path(folder) / "pgpass"
            file.touch(0o600)
            file.write_text(f"*:*:*:*:{_escaped(str(password))}\n", "utf-8")
            yield {**known, "PGPASSFILE": str(file)}


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")


def _remove_left(state: Path) -> None:
    """By a crash. Young ones may be in use by another process of this home."""
    for left in state.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if clock.now().timestamp() - left.stat().st_mtime > _LEFT_SECONDS:
                shutil.rmtree(left)
