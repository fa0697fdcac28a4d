"""What a person offers as a connection: checked for its form before it is stored."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sempre.access.connection import Connection, Kind
from sempre.errors import InvalidError

_CREDENTIAL = re.compile(r"[A-Za-z0-9._~+/=:-]{8,1024}")
_LOGIN_TOKEN = "sk-ant-oat"  # noqa: S105  (how a token of `claude setup-token` begins)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """`value` is the key or token; for LOGIN the folder of the Claude configuration, None: ~/.claude."""

    kind: Kind
    value: str | None = field(default=None, repr=False)
    base_url: str | None = None

    def checked(self) -> Connection:
        """The connection that this offers. Raises InvalidError; its message never holds the value."""
        base_url = _address(self.base_url) if self.base_url else None
        match self.kind:
            case Kind.KEY:
                return Connection(
                    kind=self.kind, source="stored", api_key=self._credential(), base_url=base_url
                )
            case Kind.TOKEN:
                return Connection(
                    kind=self.kind,
                    source="stored",
                    auth_token=self._credential(),
                    base_url=base_url,
                )
            case Kind.BASE_URL:
                if base_url is None or self.value:
                    raise InvalidError(
                        "Give base_url alone; a key or token with it is kind key or token."
                    )
                return Connection(kind=self.kind, source="stored", base_url=base_url)
            case Kind.LOGIN:
                return self._login()
            case Kind.NONE:
                raise InvalidError("Nothing is offered. Remove the connection to have none.")

    def _credential(self) -> str:
        value = (self.value or "").strip()
        if not _CREDENTIAL.fullmatch(value):
            raise InvalidError(
                f"This is not of the form of a {self.kind.value}: 8 to 1024 letters, digits and signs, without "
                "spaces or quotes. Copy it again from the provider's page, without the name before it."
            )
        if self.kind is Kind.KEY and value.startswith(_LOGIN_TOKEN):
            raise InvalidError("This is a login token, not a key. Store it as kind token.")
        return value

    def _login(self) -> Connection:
        if self.base_url:
            raise InvalidError(
                "A login has no base_url: it is Claude Code's own. Leave base_url out."
            )
        folder = Path(self.value or "~/.claude").expanduser()
        if not folder.is_absolute() or not folder.is_dir():
            raise InvalidError(
                "There is no Claude configuration in that folder. Log in with `claude` first, then give the "
                "folder's full path, or nothing for ~/.claude."
            )
        return Connection(kind=Kind.LOGIN, source="stored", config_directory=folder)


def _address(text: str) -> str:
    stripped = text.strip().rstrip("/")
    try:
        parts = urlsplit(stripped)
        plain = not (parts.username or parts.password or parts.query or parts.fragment)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and plain
        good = good and (parts.port is None or parts.port > 0) and stripped.isascii()
    except ValueError:  # a port or an address in brackets that is none
        good = False
    if not good or re.search(r"[\s\x00-\x1f\x7f\\]", stripped):
        raise InvalidError(
            "base_url must be of the form https://host or http://host:port/path, without user, password, query "
            "or fragment."
        )
    return stripped
