"""The token with which the command line on this machine speaks to the running Sempre: new at each start.

Whoever can read the file may operate. It does not let anybody decide approvals or change rules.
"""

import hmac
import os
from pathlib import Path

from sempre import ids
from sempre.access.fingerprint import fingerprint
from sempre.access.principal import Principal, Scope, including

_PRINCIPAL = Principal(via="local", who="local", scopes=including([Scope.OPERATE]))


class LocalToken:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._fingerprint: str | None = None

    def renew(self) -> None:
        """Write a new one, readable by its owner only; earlier ones are worthless from now on."""
        token = ids.token("local")
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = self._path.with_name(self._path.name + ".new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token + "\n")
        aside.replace(self._path)
        self._fingerprint = fingerprint(token)

    def check(self, token: str) -> Principal | None:
        known = self._fingerprint
        if known is None or not hmac.compare_digest(known, fingerprint(token)):
            return None
        return _PRINCIPAL

    def remove(self) -> None:
        """At a stop: nobody listens any more."""
        self._fingerprint = None
        self._path.unlink(missing_ok=True)
