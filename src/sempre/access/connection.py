"""What counts as connected: credentials given to `sempre up` in the environment, else what a person stored.

The environment wins as a whole; a stored address never meets a key from the environment, or the other way round.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

Source = Literal["environment", "stored"]
API_KEY = "ANTHROPIC_API_KEY"
AUTH_TOKEN = "ANTHROPIC_AUTH_TOKEN"  # noqa: S105  (the name of a variable)
BASE_URL = "ANTHROPIC_BASE_URL"
CONFIG_DIR = "CLAUDE_CONFIG_DIR"
_HINT = 4  # characters of a credential that may be shown


class Kind(StrEnum):
    NONE = "none"
    KEY = "key"
    TOKEN = "token"  # noqa: S105  (a kind, not a secret)
    BASE_URL = "base_url"  # a compatible address that wants no credential
    LOGIN = "login"  # the user's own `claude` login; no gateway


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How the model is reached. The credentials stand in no repr. `config_directory` is set for LOGIN only."""

    kind: Kind
    source: Source | None = None
    api_key: str | None = field(default=None, repr=False)
    auth_token: str | None = field(default=None, repr=False)
    base_url: str | None = None
    config_directory: Path | None = None

    @property
    def hint(self) -> str | None:
        """What tells a person which one it is: the end of the credential, or the folder of the login."""
        credential = self.api_key or self.auth_token
        if credential:
            return "…" + credential[-_HINT:]
        return str(self.config_directory) if self.config_directory else None


def find(environment: Mapping[str, str], stored: Connection | None) -> Connection:
    """The connection to use; of kind NONE when there is none. An empty variable counts as unset."""
    return _given(environment) or stored or Connection(kind=Kind.NONE)


def _given(environment: Mapping[str, str]) -> Connection | None:
    key = environment.get(API_KEY, "").strip() or None
    token = environment.get(AUTH_TOKEN, "").strip() or None
    base_url = environment.get(BASE_URL, "").strip() or None
    if key or token or base_url:
        kind = Kind.KEY if key else Kind.TOKEN if token else Kind.BASE_URL
        return Connection(
            kind=kind, source="environment", api_key=key, auth_token=token, base_url=base_url
        )
    if folder := environment.get(CONFIG_DIR, "").strip():
        path = Path(folder).expanduser()
        return Connection(kind=Kind.LOGIN, source="environment", config_directory=path)
    return None
