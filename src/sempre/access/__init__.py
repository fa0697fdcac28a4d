"""Who may use this Sempre, and with which credential it reaches a model. Tokens are stored as hashes, credentials
sealed."""

from sempre.access.connection import Connection, Kind, Source, find
from sempre.access.connections import Connections, Offer
from sempre.access.local_token import LocalToken
from sempre.access.logins import Link, Login, Logins
from sempre.access.principal import OWNER, Principal, Scope, including
from sempre.access.secrets import Secrets
from sempre.access.token import Token
from sempre.access.tokens import NewToken, Tokens, TooMuchError

__all__ = [
    "OWNER",
    "Connection",
    "Connections",
    "Kind",
    "Link",
    "LocalToken",
    "Login",
    "Logins",
    "NewToken",
    "Offer",
    "Principal",
    "Scope",
    "Secrets",
    "Source",
    "Token",
    "Tokens",
    "TooMuchError",
    "find",
    "including",
]
