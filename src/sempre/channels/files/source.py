"""Where news of the queue come from, and whom they are told. One source for each kind of system."""

from typing import Protocol


class Source(Protocol):
    """Blocks: called in threads."""

    def start(self) -> None:
        """Raises OSError when the system gives no watch (a limit, no such folder)."""
        ...

    def stop(self) -> None: ...

    @property
    def alive(self) -> bool: ...


class Told(Protocol):
    """Whom a source tells, in its own thread."""

    def closed(self, worker: str, name: str) -> None:
        """It was closed after writing, or renamed into place."""
        ...

    def seen(self, worker: str, name: str) -> None:
        """It is there; whether somebody still writes is not known."""
        ...

    def folders(self) -> None:
        """A folder under `.queue/` came or went."""
        ...

    def lost(self) -> None:
        """There was more than the system keeps."""
        ...
