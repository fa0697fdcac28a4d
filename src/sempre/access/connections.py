"""The connection in use: found at each question, so that what a person stores counts at the next start."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from sempre.access.connection import Connection, Kind, find
from sempre.access.offer import Offer
from sempre.access.secrets import Secrets
from sempre.errors import ConflictError, NotFoundError
from sempre.telemetry.concealment import conceal

_NAME = "connection"


class Connections:
    """`environment` is what `sempre up` was given; it is not read again."""

    def __init__(self, secrets: Secrets, environment: Mapping[str, str]) -> None:
        self._secrets = secrets
        self._given = _concealed(find(environment, None))

    async def current(self) -> Connection:
        """Raises UnavailableError, UnreadableError (another key file)."""
        if self._given.kind is not Kind.NONE:
            return self._given
        return await self._stored() or self._given

    async def store(self, offer: Offer) -> None:
        """Keep it, in place of an earlier one. Raises InvalidError, ConflictError."""
        self._require_no_given()
        text = msgspec.json.encode(_concealed(offer.checked()), enc_hook=str).decode()
        await self._secrets.set(_NAME, text)

    async def remove(self) -> None:
        """Forget it. Raises NotFoundError, ConflictError."""
        self._require_no_given()
        if not await self._secrets.remove(_NAME):
            raise NotFoundError("No connection is stored; there is nothing to remove.")

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


def _path(_type: type, value: object) -> Path:
    return Path(str(value))
