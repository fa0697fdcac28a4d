"""How rows are signed: each mac covers the row and the mac of the row before it.

The signing key is derived from the key file's current key. It is kept sealed in the database, so that rows stay
verifiable after the key file was given another key: rotation seals it anew like everything else.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from sempre.audit.entry import Draft
from sempre.crypto import Keyring

_PURPOSE = b"sempre audit trail"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SigningKey:
    """`id` is that of the key in the key file."""

    id: str
    value: bytes

    def sign(self, kind: str, *facts: object) -> str:
        """HMAC-SHA256 over the facts; `kind` keeps rows and marks apart. Hex."""
        return hmac.new(self.value, msgspec.json.encode([kind, *facts]), "sha256").hexdigest()


@dataclass(frozen=True)
class Head:
    """Where the chain stands. Kept elsewhere, it proves later that nothing before it was cut off or changed."""

    sequence: int
    mac: str


NOTHING = Head(0, "")


def key_of(keyring: Keyring) -> SigningKey:
    current = keyring.keys[keyring.current]
    return SigningKey(keyring.current.hex(), hmac.digest(current, _PURPOSE, "sha256"))


def sign_row(key: SigningKey, sequence: int, previous: str, row: Draft) -> str:
    return key.sign(
        "row",
        previous,
        sequence,
        (row.at - _EPOCH) // timedelta(microseconds=1),
        row.what,
        row.by,
        row.channel,
        row.turn_id,
        row.details,
    )


def sign_mark(key: SigningKey, name: str, head: Head) -> str:
    return key.sign("mark", name, head.sequence, head.mac)


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
