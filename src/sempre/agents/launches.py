"""One private folder a launched process: what it is given to read, and the record by which a later Sempre finds
and ends what a killed one has left running."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil
import structlog

from sempre import ids
from sempre.agents import descendants

_log = structlog.stdlib.get_logger(__name__)
_RECORD = "pid.json"


class StartError(Exception):
    """The process did not come up; the text is what it said."""


@dataclass(frozen=True)
class Launch:
    """`mark` is in the environment of the process and of all that it starts."""

    folder: Path

    @property
    def mark(self) -> str:
        return self.folder.name

    @property
    def settings(self) -> Path:
        return self.folder / "settings.json"

    @property
    def instructions(self) -> Path:
        return self.folder / "instructions.md"

    def write(self, *, settings: str, instructions: str) -> None:
        """Lay out what the process reads when it starts."""
        self.settings.write_text(settings, "utf-8")
        self.instructions.write_text(instructions, "utf-8")

    def started(self, pid: int) -> None:
        """Record it. The start time goes in, because process numbers are used again."""
        try:
            created = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return
        record = json.dumps({"pid": pid, "created": created})
        (self.folder / _RECORD).write_text(record, "utf-8")

    def forget_secrets(self) -> None:
        """Remove what holds the token: it was read at the start and is not read again (measured)."""
        self.settings.unlink(missing_ok=True)
        self.instructions.unlink(missing_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Launches:
    """The launches of one home, in a folder that only we read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self) -> Launch:
        folder = self._folder / ids.new_id()
        folder.mkdir(parents=True, mode=0o700)
        return Launch(folder)

    def reap(self) -> int:
        """End what an earlier Sempre left running; gives how many launches that were. Before the first launch,
        or a session would have two writers."""
        left = [Launch(folder) for folder in sorted(self._folder.glob("*")) if folder.is_dir()]
        for launch in left:
            _end(launch)
            launch.remove()
        if left:
            _log.warning("claude.reaped", launches=len(left))
        return len(left)


def _end(launch: Launch) -> None:
    try:
        record = json.loads((launch.folder / _RECORD).read_text("utf-8"))
        program = psutil.Process(record["pid"])
        if abs(program.create_time() - record["created"]) < 1:
            descendants.kill([program, *descendants.children(program.pid)])
    except (OSError, ValueError, KeyError, psutil.Error):
        pass  # killed before it was recorded, or gone by itself; what it started is found by the mark
    descendants.kill_marked(launch.mark)
