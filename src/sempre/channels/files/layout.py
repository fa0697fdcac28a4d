"""Where a worker's files are. Paths only; nothing here touches the disk."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

KIND = "files"
QUEUE = ".queue"
OUTPUT = ".output"
SUFFIX = ".prompt"
CLAIMED = ".claimed"


@dataclass(frozen=True)
class Place:
    """The folders and files of one worker in one home."""

    home: Path
    worker: str

    @cached_property
    def channel(self) -> str:
        return f"{KIND}:{self.worker}"

    @cached_property
    def queue(self) -> Path:
        return self.home / QUEUE / self.worker

    @cached_property
    def claimed(self) -> Path:
        return self.queue / CLAIMED

    @cached_property
    def failed(self) -> Path:
        return self.queue / ".failed"

    @cached_property
    def done(self) -> Path:
        return self.queue / ".done"

    @cached_property
    def output(self) -> Path:
        return self.home / OUTPUT / self.worker

    @cached_property
    def session_file(self) -> Path:
        return self.home / f".session_{self.worker}.txt"

    @cached_property
    def state(self) -> Path:
        """What this channel remembers of the worker beside the database; private to Sempre."""
        return self.home / ".sempre" / KIND / self.worker


def worker_of(channel: str) -> str:
    """`files:coder` -> `coder`."""
    return channel.removeprefix(f"{KIND}:")
