"""The statements around a restore, all in its one transaction: what was Sempre's goes, what comes is counted before it
is committed. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from sempre.db.manifest import Manifest
from sempre.db.postgres.parts import APPLICATION, Part, quoted
from sempre.db.postgres.residents import BEATS

_LOCK = "SET lock_timeout = '30s'"  # else one forgotten transaction would hold it up for ever


def before(parts: Iterable[Part], manifest: Manifest, *, guard: Sequence[str]) -> Sequence[str]:
    """Takes away what stands there. What others have built on Sempre's tables (a view, say) stops it: no CASCADE."""
    return [_LOCK, *guard, *[each for part in parts for each in _away(part)], *_schemas(manifest)]


def after(manifest: Manifest) -> Sequence[str]:
    """Nobody lives in what comes: whose beats are in it gave up their work when it was copied."""
    counts = [
        _counted(copy.namespace, copy.rows)
        for copy in manifest.files.values()
        if copy.namespace is not None
    ]
    return [*counts, *_no_beats(manifest)]


def _away(part: Part) -> Sequence[str]:
    if part.file == APPLICATION:
        names = ", ".join(f"{quoted(part.namespace)}.{quoted(name)}" for name in part.tables)
        return [f"DROP TABLE {names}"]
    return [f"DROP SCHEMA {quoted(part.namespace)} CASCADE"]


def _schemas(manifest: Manifest) -> Sequence[str]:
    """The engine's is in its dump; the application's stands already, unless it is another database."""
    application = manifest.files.get(APPLICATION)
    if application is None or application.namespace in {None, "public"}:
        return []
    return [f"CREATE SCHEMA IF NOT EXISTS {quoted(str(application.namespace))}"]


def _counted(namespace: str, rows: Mapping[str, int]) -> str:
    checks = " ".join(
        f"IF (SELECT count(*) FROM {quoted(namespace)}.{quoted(table)}) <> {int(count)} THEN "  # noqa: S608
        f"RAISE EXCEPTION 'a table has other rows than were there when it was copied'; END IF;"
        for table, count in rows.items()
    )
    return f"DO $counted$ BEGIN {checks} END $counted$"


def _no_beats(manifest: Manifest) -> Sequence[str]:
    has_beats = any("executors" in copy.rows for copy in manifest.files.values())
    return [f"DELETE FROM {BEATS}"] if has_beats else []  # noqa: S608  (a name of our own)
