"""The connection in use: found at each question, so that what a person stores counts at the next start."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from sempre.access.connection import Connection, Kind, find
from sempre.access.offer import Offer
from sempre.access.secrets import Secrets
from sempre.contract.audit import Audit
from sempre.errors import ConflictError, NotFoundError
from sempre.telemetry.concealment import conceal

_NAME = "connection"


class Connections:
    """`environment` is what `sempre up` was given; it is not read again. Each change is on the audit trail before it
    is done: it says where all prompts go."""

    def __init__(self, secrets: Secrets, environment: Mapping[str, str], audit: Audit) -> None:
        self._secrets = secrets
        self._audit = audit
        self._given = _concealed(find(environment, None))

    async def current(self) -> Connection:
        """Raises UnavailableError, UnreadableError (another key file)."""
        if self._given.kind is not Kind.NONE:
            return self._given
        return await self._stored() or self._given

    async def store(self, offer: Offer, *, by: str, first: bool = False) -> None:
        """Keep it, in place of an earlier one; as the `first` there must be none. Raises InvalidError,
        ConflictError."""
        self._require_no_given()
        wanted = _concealed(offer.checked())
        before = await self.current()
        if first and before.kind is not Kind.NONE:
            raise _not_the_first()
        details = {**_told(wanted), "before": _told(before)}
        await self._audit.record("connection.changed", by=by, details=details)
        text = msgspec.json.encode(wanted, enc_hook=str).decode()
        if not first:
            await self._secrets.set(_NAME, text)
        elif not await self._secrets.add(_NAME, text):
            raise _not_the_first()

    async def remove(self, *, by: str) -> None:
        """Forget it. Raises NotFoundError, ConflictError."""
        self._require_no_given()
        before = await self._stored()
        if before is None:
            raise NotFoundError("No connection is stored; there is nothing to remove.")
        await self._audit.record("connection.removed", by=by, details={"before": _told(before)})
        await self._secrets.remove(_NAME)

    async def _stored(self) -> Connection | None:
        text = await self._secrets.get(_NAME)
        if text is None:
            return None
        return _concealed(msgspec.json.decode(text, type=Connection, dec_hook=_path))

    def _require_no_given(self) -> None:
        if self._given.kind is not Kind.NONE:
            raise ConflictError(
                "The environment that Sempre was started with gives the connection. Unset ANTHROPIC_API_KEY, "
                "ANTHROPIC_AUTH_TOKEN, ANTHROPIC_BASE_URL and CLAUDE_CONFIG_DIR there and start it again."
            )


def _concealed(connection: Connection) -> Connection:
    """The same, with its credentials kept out of every log from now on."""
    for credential in (connection.api_key, connection.auth_token):
        if credential:
            conceal(credential)
    return connection


def _told(connection: Connection) -> Mapping[str, str | None]:
    """Never the credential."""
    return {
        "kind": connection.kind.value,
        "base_url": connection.base_url,
        "hint": connection.hint,
    }


def _not_the_first() -> ConflictError:
    return ConflictError(
        "Another model has been connected meanwhile. Look at it, then connect yours in its place.",
        code="connected_meanwhile",
    )


def _path(_type: type, value: object) -> Path:
    return Path(str(value))
