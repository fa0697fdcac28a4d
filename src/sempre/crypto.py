"""Encryption at rest: AES-256-GCM under keys that live in a file of mode 0600 or in the environment.

A sealed value is `version(1) | key id(4) | nonce(12) | ciphertext+tag`. The *place* (table/column/row) is
authenticated with it, so a value copied to another row does not open. Bodies are compressed before.
"""

import base64
import hashlib
import hmac
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sempre.errors import MisconfiguredError, SempreError
from sempre.text import mended

_PLAIN, _PACKED = b"\x01", b"\x02"
_WORTH_PACKING = 256  # bytes; below that zstd adds more than it saves
ENVIRONMENT_NAME = "SEMPRE_KEY"


class UnreadableError(SempreError):
    """A sealed value does not open: another key, another place, or changed bytes."""

    code = "unreadable"


class _Zstd(threading.local):
    """Made once a thread: making them anew costs more than a small body's compression."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=3)
        self.decompressor = zstandard.ZstdDecompressor()


_zstd = _Zstd()


@dataclass(frozen=True)
class Keyring:
    """Keys by id; `current` seals, all of them open."""

    keys: Mapping[bytes, bytes] = field(repr=False)
    current: bytes
    _ciphers: Mapping[bytes, AESGCM] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made once: making one takes twice as long as opening a line of a log with it.
        ciphers = {name: AESGCM(key) for name, key in self.keys.items()}
        object.__setattr__(self, "_ciphers", ciphers)

    def seal(self, text: str, place: str) -> bytes:
        """Compress and encrypt; `place` is `table/column/row id`."""
        raw = mended(text).encode()
        version = _PLAIN
        if len(raw) > _WORTH_PACKING:
            raw, version = _zstd.compressor.compress(raw), _PACKED
        nonce = os.urandom(12)
        sealed = self._ciphers[self.current].encrypt(nonce, raw, version + place.encode())
        return version + self.current + nonce + sealed

    def open(self, sealed: bytes, place: str) -> str:
        """The text again. Raises UnreadableError."""
        return self.open_encoded(sealed, place).decode()

    def open_encoded(self, sealed: bytes, place: str) -> bytes:
        """The text in UTF-8, for who decodes JSON from it. Raises UnreadableError."""
        version, key_id, nonce = sealed[:1], sealed[1:5], sealed[5:17]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnreadableError(
                f"{place} was sealed with key {key_id.hex()}, which is not in the key file. "
                "Put the old key file back, or restore a backup that belongs to this key."
            )
        try:
            raw = cipher.decrypt(nonce, sealed[17:], version + place.encode())
        except (InvalidTag, ValueError) as error:  # the second: too short to be anything
            raise UnreadableError(
                f"{place} does not open: its bytes were changed or belong elsewhere. "
                "Restore the row from a backup."
            ) from error
        return _zstd.decompressor.decompress(raw) if version == _PACKED else raw

    def sign(self, purpose: str, payload: bytes) -> str:
        """HMAC-SHA256 under the current key, separated by purpose; hex."""
        key = hmac.digest(self.keys[self.current], purpose.encode(), "sha256")
        return hmac.new(key, payload, "sha256").hexdigest()

    def verify(self, purpose: str, payload: bytes, signature: str) -> bool:
        """Whether any of our keys made this signature."""
        return any(
            hmac.compare_digest(
                Keyring(self.keys, key_id).sign(purpose, payload).encode(), signature.encode()
            )
            for key_id in self.keys
        )

    def rotated(self) -> "Keyring":
        """The same keys and a new current one."""
        fresh = os.urandom(32)
        return Keyring({**self.keys, key_id(fresh): fresh}, key_id(fresh))

    def without_old(self) -> "Keyring":
        """Only the current key; for the end of a rotation, when nothing is sealed with the others."""
        return Keyring({self.current: self.keys[self.current]}, self.current)


def key_id(key: bytes) -> bytes:
    """Four bytes that name a key without telling it."""
    return hashlib.sha256(b"sempre key id" + key).digest()[:4]


def parse(text: str) -> Keyring:
    """Keys as base64, one a line, the current one first."""
    try:
        keys = [base64.b64decode(line, validate=True) for line in text.split()]
    except ValueError:
        keys = []
    if not keys or any(len(key) != 32 for key in keys):
        raise MisconfiguredError(
            "The encryption key is not of the form needed (32 bytes in base64, one key a line).",
            remedy="Put back the key file that was made with this home, or unset SEMPRE_KEY.",
        )
    return Keyring({key_id(key): key for key in keys}, key_id(keys[0]))


def dump(keyring: Keyring) -> str:
    """What `parse` reads."""
    rest = [key for name, key in keyring.keys.items() if name != keyring.current]
    return "".join(
        base64.b64encode(key).decode() + "\n" for key in [keyring.keys[keyring.current], *rest]
    )


def load(path: Path, *, data_exists: bool) -> Keyring:
    """The keyring of this home: from SEMPRE_KEY, from `path`, or newly made where there is no data yet.

    Raises MisconfiguredError when there is data and no key: a new key could read none of it.
    """
    if given := os.environ.get(ENVIRONMENT_NAME):
        return parse(given)
    if path.exists():
        return parse(path.read_text())
    if data_exists:
        raise MisconfiguredError(
            f"There is data here, but the key file {path} is missing.",
            remedy="Put the key file back (it is not part of backups), or give it in SEMPRE_KEY.",
        )
    fresh = os.urandom(32)
    keyring = Keyring({key_id(fresh): fresh}, key_id(fresh))
    store(path, keyring)
    return keyring


def store(path: Path, keyring: Keyring) -> None:
    """Write the key file so that a crash leaves the old one or the new one, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    with aside.open("w") as file:
        file.write(dump(keyring))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
