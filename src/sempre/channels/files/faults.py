"""From the operating system's refusals to what a person can do about them."""

import errno
from pathlib import Path

from sempre.errors import UnavailableError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_IN_THE_WAY = frozenset({errno.ENOTDIR, errno.EEXIST, errno.EISDIR})


def unavailable(error: OSError, path: Path) -> UnavailableError:
    """For a write that failed and is tried again by itself: what happened, and what to do."""
    if error.errno in _FULL:
        return UnavailableError(
            f"There is no room to write {path} ({error.strerror}). Free some space on that disk; Sempre tries "
            "again by itself.",
            retry_after=5,
            code="disk_full",
        )
    if error.errno in _CLOSED:
        return UnavailableError(
            f"{path} can't be written ({error.strerror}). Make its folder writable for the user that runs Sempre; "
            "it tries again by itself.",
            retry_after=5,
            code="not_writable",
        )
    if error.errno in _IN_THE_WAY:
        return UnavailableError(
            f"{path} can't be written, because something else is in the way ({error.strerror}). Move it away; "
            "Sempre tries again by itself.",
            retry_after=5,
            code="in_the_way",
        )
    return UnavailableError(
        f"{path} can't be written ({error.strerror or error}). Look at that disk; Sempre tries again by itself.",
        retry_after=5,
        code="write_failed",
    )
