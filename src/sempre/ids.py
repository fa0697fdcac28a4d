"""The only place that makes ids and random tokens. Ids are uuid7, so they sort by the time they were made."""

import os
import secrets
import threading
import uuid

from sempre import clock

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A uuid7 (RFC 9562) as text; strictly increasing within this process."""
    global _last
    with _lock:
        # 48 bits of milliseconds and 12 bits of their fraction; never back, even when the clock jumps back.
        moment = clock.epoch_ns() * 4096 // 1_000_000
        _last = moment = max(moment, _last + 1)
    value = ((moment >> 12) & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= (moment & 0xFFF) << 64
    value |= 0b10 << 62
    value |= int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))


def random_uuid() -> str:
    """A uuid4, for ids that others prescribe (a Claude Code session, a message)."""
    return str(uuid.uuid4())  # noqa: TID251  (this is where ids are made)


def token(prefix: str) -> str:
    """A secret of 256 bits that nobody can guess, recognisable by its prefix: `sempre_<prefix>_…`."""
    return f"sempre_{prefix}_{secrets.token_urlsafe(32)}"
