"""API tokens: made for programs and for other machines, shown once, stored as hashes, revoked at any time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sempre import clock, ids
from sempre.access._store import tokens
from sempre.access.fingerprint import fingerprint
from sempre.access.principal import Principal, Scope, including
from sempre.access.token import Token
from sempre.db import Database
from sempre.errors import ConflictError, InvalidError, NotFoundError, RefusedError

_TOUCH_AFTER = timedelta(minutes=1)  # so that a busy program writes once a minute, not each time


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """`secret` is told once and stored nowhere."""

    token: Token
    secret: str = field(repr=False)


class TooMuchError(RefusedError):
    """Nobody gives what they do not have."""

    code = "more_than_own"


class Tokens:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def create(
        self, name: str, scopes: Iterable[Scope], *, by: Principal, expires_at: datetime | None
    ) -> NewToken:
        """Raises TooMuchError when it would have more rights or a longer life than whoever makes it, InvalidError,
        ConflictError when a valid token has this name."""
        now = clock.now()
        wanted = including(scopes)
        _require_no_more(wanted, expires_at, by)
        if expires_at is not None and expires_at <= now:
            raise InvalidError("This token would have expired already. Name a moment to come.")
        secret = ids.token("token")
        token = Token(
            id=ids.new_id(),
            name=name,
            scopes=wanted,
            created_by=by.who,
            made_with=by.token_id,
            created_at=now,
            expires_at=expires_at,
        )
        async with self._db.transaction() as session:
            if by.token_id is not None and not await tokens.holds(session, by.token_id, now):
                raise TooMuchError("The token that you showed was revoked meanwhile.")
            if await tokens.named(session, name, now):
                raise ConflictError(
                    f"There is a token {name} already. Choose another name, or revoke that one first."
                )
            await tokens.insert(session, token, fingerprint(secret))
        return NewToken(token=token, secret=secret)

    async def check(self, secret: str) -> Principal | None:
        """Who it is; None: nobody, or no longer. Raises UnavailableError."""
        now = clock.now()
        async with self._db.reading() as session:
            token = await tokens.find(session, fingerprint(secret), now)
        if token is None:
            return None
        if token.last_used_at is None or now - token.last_used_at >= _TOUCH_AFTER:
            async with self._db.transaction() as session:
                await tokens.touch(session, token.id, now)
        return Principal(
            via="token",
            who=f"token:{token.name}",
            scopes=token.scopes,
            token_id=token.id,
            expires_at=token.expires_at,
        )

    async def every(self) -> Sequence[Token]:
        """All that there ever were, newest first."""
        async with self._db.reading() as session:
            return await tokens.every(session)

    async def get(self, token_id: str) -> Token:
        """Raises NotFoundError."""
        async with self._db.reading() as session:
            found = await tokens.by_id(session, token_id)
        if found is None:
            raise NotFoundError(
                f"There is no token {token_id}. `sempre token list` shows those there are.",
                code="token_not_found",
            )
        return found

    async def revoke(self, token_id: str) -> Token:
        """It opens nothing from now on, nor does any token or login that was made with it. Raises NotFoundError."""
        await self.get(token_id)
        async with self._db.transaction() as session:
            family = await tokens.made_with(session, token_id)
            await tokens.revoke(session, family, clock.now())
        return await self.get(token_id)


def _require_no_more(wanted: frozenset[Scope], expires_at: datetime | None, by: Principal) -> None:
    if not wanted <= by.scopes:
        missing = ", ".join(sorted(wanted - by.scopes))
        raise TooMuchError(
            f"Whoever makes a token cannot give it more than they have, and you lack the scope {missing}. Make it in "
            "the dashboard under Settings, as the owner, or show a token that has this scope."
        )
    if by.expires_at is not None and (expires_at is None or expires_at > by.expires_at):
        raise TooMuchError(
            f"A token made with another ends no later than that one, which is {by.expires_at.isoformat()}. Name an "
            "earlier end."
        )
