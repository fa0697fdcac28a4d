"""The settings as they hold while Sempre runs: read at start, and what may change later from the file as it is now."""

from collections.abc import Sequence
from pathlib import Path

from sempre.errors import MisconfiguredError
from sempre.settings.home_settings import Settings
from sempre.settings.reading import FILE_NAME, load

LIVE = ("workers", "rules", "budgets", "backups")
_Signature = tuple[int, int, int] | None  # None: there is no file


class LiveSettings:
    """`now` is what holds. `problem` says why the file as it is now does not, `waiting` names the sections in which it
    says something that only a start reads."""

    def __init__(self, started: Settings) -> None:
        self.now = started
        self.problem: str | None = None
        self.waiting: Sequence[str] = ()
        self._as_read = started
        self._seen: _Signature = None
        self._handled: _Signature = None

    def begin(self, home: Path) -> None:
        """The file as it is now is the one that was read at the start. Blocks."""
        self._seen = self._handled = _signature(home)
        self._as_read = load(home)

    def look(self, home: Path) -> Settings | None:
        """What should hold now, when the file is another one and has been the same in two looks: nobody applies half
        of what is being saved. Blocks. Raises MisconfiguredError, once for each file that can't be read."""
        before, self._seen = self._seen, _signature(home)
        if self._seen != before or self._seen == self._handled:
            return None
        self._handled = self._seen
        try:
            read = load(home)
        except MisconfiguredError as error:
            self.problem = error.message
            raise
        self.waiting = [
            name
            for name in Settings.model_fields
            if name not in LIVE and getattr(read, name) != getattr(self._as_read, name)
        ]
        return self.now.model_copy(update={name: getattr(read, name) for name in LIVE})

    def take(self, settings: Settings) -> None:
        """These hold from now on."""
        self.now, self.problem = settings, None

    def refuse(self, reason: str) -> None:
        """What the file says can't hold; what held before does."""
        self.problem = reason


def _signature(home: Path) -> _Signature:
    try:
        found = (home / FILE_NAME).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
