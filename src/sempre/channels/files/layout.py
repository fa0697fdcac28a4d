"""Where a worker's files are. Paths only; nothing here touches the disk."""

from dataclasses import dataclass
from pathlib import Path

KIND = "files"
QUEUE = ".queue"
OUTPUT = ".output"
SUFFIX = ".prompt"


@dataclass(frozen=True)
class Place:
    """The folders and files of one worker in one home."""

    home: Path
    worker: str

    @property
    def channel(self) -> str:
        return f"{KIND}:{self.worker}"

    @property
    def queue(self) -> Path:
        return self.home / QUEUE / self.worker

    @property
    def claimed(self) -> Path:
        return self.queue / ".claimed"

    @property
    def failed(self) -> Path:
        return self.queue / ".failed"

    @property
    def done(self) -> Path:
        return self.queue / ".done"

    @property
    def output(self) -> Path:
        return self.home / OUTPUT / self.worker

    @property
    def session_file(self) -> Path:
        return self.home / f".session_{self.worker}.txt"

    @property
    def state(self) -> Path:
        """What this channel remembers of the worker beside the database; private to Sempre."""
        return self.home / ".sempre" / KIND / self.worker


def worker_of(channel: str) -> str:
    """`files:coder` -> `coder`."""
    return channel.removeprefix(f"{KIND}:")
