"""What a backup says of itself: its files with sizes and hashes, their schema and how many rows each table had."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from sempre import atomic

FILE_NAME = "manifest.json"
_CHUNK = 1 << 20


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """One database. `rows` were counted in the same moment that was copied; `schema` is null for the engine's;
    `namespace` is where its tables stood in a Postgres."""

    bytes: int
    sha256: str
    schema: str | None
    rows: Mapping[str, int]
    namespace: str | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`audit_head` is where the audit trail stood, so that a trail cut off later shows."""

    version: str
    made_at: datetime
    reason: str
    files: Mapping[str, Copy]
    audit_head: str | None = None


def store(folder: Path, manifest: Manifest) -> None:
    atomic.write(
        folder / FILE_NAME, msgspec.json.format(msgspec.json.encode(manifest)), replace=True
    )


def read(folder: Path) -> Manifest | None:
    """None: an older release made the backup, or what stands there cannot be read."""
    try:
        return msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hex. Blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
