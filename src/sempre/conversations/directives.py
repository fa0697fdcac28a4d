"""What a person tells the agent of a channel over what sempre.toml says, from its next turn on. It may change how the
agent works and narrow what it has; what it may do is policy's affair."""

from dataclasses import asdict

from sempre import clock
from sempre.conversations._store import channels, directives
from sempre.conversations.directive import Directive, Told
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.errors import ConflictError
from sempre.events import Log


class Directives:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._log = log

    async def get(self, channel: str) -> Directive:
        async with self._db.reading() as session:
            return await directives.get(session, self._keyring, channel)

    async def put(self, channel: str, value: Told, *, version: int, by: str) -> Directive:
        """Say this instead of what was said as `version`. Raises NotFoundError, and ConflictError when somebody else
        changed it meanwhile."""
        async with self._db.transaction() as session:
            await channels.hold(session, channel)
            before = await directives.get(session, self._keyring, channel)
            if before.version != version:
                raise ConflictError(
                    f"{before.changed_by} changed these directives meanwhile (version {before.version}, not "
                    f"{version}). Look at them again, then save yours.",
                    code="version_conflict",
                )
            after = Directive(
                value=value, version=version + 1, changed_at=clock.now(), changed_by=by
            )
            await directives.put(session, self._keyring, channel, after)
        told = {"by": by, "version": after.version, "changed": _changed(before.value, value)}
        self._log.append("directives.changed", told, channel=channel)
        return after


def _changed(before: Told, after: Told) -> list[str]:
    old, new = asdict(before), asdict(after)
    return [name for name in old if old[name] != new[name]]
