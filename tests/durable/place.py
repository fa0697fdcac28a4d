"""Where a test and its child processes meet: a journal of what happened, and gates to stop at."""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.patience import PATIENCE

_LOOK_AGAIN = 0.005


@dataclass(frozen=True)
class Place:
    """`role` names the process that writes; the folder is shared."""

    folder: Path
    role: str = "test"

    def note(self, *words: object) -> None:
        """One line in the journal; short appends of several processes do not mix."""
        line = " ".join(map(str, (self.role, *words))) + "\n"
        with (self.folder / "journal").open("ab", buffering=0) as journal:
            journal.write(line.encode())
            os.fsync(journal.fileno())

    def journal(self, *words: object) -> list[str]:
        """The lines, without the role, that begin with these words."""
        return [line.partition(" ")[2] for line in self.lines() if self._says(line, words)]

    def lines(self) -> list[str]:
        path = self.folder / "journal"
        return path.read_text().splitlines() if path.exists() else []

    def open_gate(self, name: object) -> None:
        (self.folder / f"gate.{name}").touch()

    def passed(self, name: object) -> bool:
        """Whether the gate was open; who passes shuts it."""
        try:
            (self.folder / f"gate.{name}").unlink()
        except FileNotFoundError:
            return False
        return True

    async def gate(self, name: object) -> None:
        """Stand here until the gate is open."""
        path = self.folder / f"gate.{name}"
        while True:
            if path.exists():
                return
            await asyncio.sleep(_LOOK_AGAIN)

    async def until(self, *words: object, count: int = 1) -> None:
        """Wait until so many lines begin with these words."""
        end = time.monotonic() + PATIENCE
        while len(self.journal(*words)) < count:
            if time.monotonic() > end:
                told = "\n".join(self.lines()[-40:])
                raise AssertionError(f"never saw {words} {count} times; the journal ends:\n{told}")
            await asyncio.sleep(_LOOK_AGAIN)

    @staticmethod
    def _says(line: str, words: tuple[object, ...]) -> bool:
        said = line.split()[1:]
        return said[: len(words)] == [str(word) for word in words]


_here: list[Place] = []


def arrive(place: Place) -> None:
    """The place that this process' workflows write to from now on."""
    _here[:] = [place]


def here() -> Place:
    return _here[0]
