"""Links that become cookies, and cookies that say who asks. Only hashes are stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sempre import clock, ids
from sempre.access._store import logins
from sempre.access.fingerprint import fingerprint
from sempre.access.principal import OWNER, Principal, Scope
from sempre.db import Database
from sempre.errors import RefusedError

LINK_LIVES = timedelta(minutes=10)
COOKIE_LIVES = timedelta(days=30)  # counted from its last use
_VISIT_ENDS = timedelta(minutes=15)  # without a look
_EXTEND_AFTER = timedelta(days=1)  # so that a busy page writes once a day, not with each request


@dataclass(frozen=True, kw_only=True)
class Link:
    """`path` is what comes after the server's address; it holds the token."""

    path: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Login:
    """A fresh cookie's value, told once and never stored."""

    cookie: str = field(repr=False)
    scopes: frozenset[Scope]


class LinkRefusedError(RefusedError):
    """It was used, has expired, or never was."""

    code = "link_refused"


class Logins:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def create_link(
        self, scopes: Iterable[Scope] = OWNER, *, made_with: str | None = None
    ) -> Link:
        """A link for one login within ten minutes. It gives no more rights than whoever makes it has; made with an
        API token, its login ends when that token does."""
        token = ids.token("link")
        now = clock.now()
        async with self._db.transaction() as session:
            await logins.delete_expired(session, now)
            await logins.insert(
                session,
                fingerprint(token),
                kind=logins.LINK,
                scopes=scopes,
                now=now,
                expires_at=now + LINK_LIVES,
                made_with=made_with,
            )
        return Link(path=f"/login?token={token}", expires_at=now + LINK_LIVES)

    async def consume_link(self, token: str) -> Login:
        """Use a link up. Of two at the same moment one gets in. Raises LinkRefusedError."""
        cookie = ids.token("cookie")
        now = clock.now()
        async with self._db.transaction() as session:
            link = await logins.take(session, fingerprint(token), kind=logins.LINK, now=now)
            if link is None:
                raise LinkRefusedError(
                    "This login link was used already or has expired. `sempre login-link` makes another."
                )
            await logins.insert(
                session,
                fingerprint(cookie),
                kind=logins.COOKIE,
                scopes=link.scopes,
                now=now,
                expires_at=now + COOKIE_LIVES,
                made_with=link.made_with,
            )
        return Login(cookie=cookie, scopes=link.scopes)

    async def check_cookie(self, cookie: str) -> Principal | None:
        """Who it is; None: nobody, or no longer. Raises UnavailableError."""
        now = clock.now()
        key = fingerprint(cookie)
        async with self._db.reading() as session:
            found = await logins.find(session, key, kind=logins.COOKIE, now=now)
        if found is None:
            return None
        if now + COOKIE_LIVES - found.expires_at > _EXTEND_AFTER:
            async with self._db.transaction() as session:
                await logins.extend(session, key, now + COOKIE_LIVES)
        return Principal(
            via="cookie",
            who=_who(found),
            scopes=found.scopes,
            token_id=found.made_with,
            expires_at=found.token_expires_at,
        )

    async def visit(self, cookie: str) -> datetime | None:
        """The person looks at the page now. Gives when they had last looked before this visit; None: this is their
        first one with this login."""
        async with self._db.transaction() as session:
            return await logins.visit(session, fingerprint(cookie), clock.now(), _VISIT_ENDS)

    async def away_since(self, cookie: str) -> datetime | None:
        """The same, without being a look."""
        async with self._db.reading() as session:
            return await logins.away_since(session, fingerprint(cookie))

    async def revoke(self, cookie: str) -> None:
        """It opens nothing from now on."""
        async with self._db.transaction() as session:
            await logins.delete(session, fingerprint(cookie))


def _who(login: logins.Row) -> str:
    if login.token_name is not None:
        return f"token:{login.token_name}"
    return "owner" if Scope.APPROVE in login.scopes else "operator"
