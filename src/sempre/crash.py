"""Places where the process kills itself on request, so that tests can stop at each point a crash may hit.

`SEMPRE_CRASH_AT=name` kills at the first pass of that point, `name:3` at the third. Without the variable a point costs one comparison.
"""

import os
import signal
import threading

VARIABLE = "SEMPRE_CRASH_AT"


def _plan(text: str) -> tuple[str, int]:
    name, _, count = text.partition(":")
    return name, int(count or 1)


_at, _left = _plan(os.environ.get(VARIABLE, ""))
_lock = threading.Lock()


def point(name: str) -> None:
    """Die here as by `kill -9` when the environment says so; nothing is flushed or closed."""
    if not _at or name != _at:
        return
    global _left
    with _lock:
        _left -= 1
        if _left == 0:
            # Windows knows no SIGKILL; there SIGTERM ends a process just as abruptly.
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
