"""Ends work that runs in a thread, which nobody can cancel: the programs that it started are killed, and at the next
look it gives up."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sempre.errors import UnavailableError


class Interruption:
    """Asked for in one thread, looked at in another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        self._children: set[subprocess.Popen[bytes]] = set()

    def ask(self) -> None:
        with self._lock:
            self._asked = True
            for child in self._children:
                child.kill()

    def look(self) -> None:
        """Raises UnavailableError when it was asked for."""
        if self._asked:
            raise UnavailableError(
                "It was broken off, since Sempre stops; nothing of it is left. Start Sempre, then try again.",
                code="interrupted",
            )

    @contextmanager
    def watching(self, child: "subprocess.Popen[bytes]") -> Iterator[None]:
        """The child is killed when somebody asks, or has asked."""
        with self._lock:
            self._children.add(child)
            if self._asked:
                child.kill()
        try:
            yield
        finally:
            with self._lock:
                self._children.discard(child)
