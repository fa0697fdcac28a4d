"""The prompt files of one worker that wait to be taken, in the order in which they counted. Names only, no I/O."""

from collections.abc import Iterable
from itertools import islice

from sempre.channels.files.take import CLOSED, UNSEEN, Sign


class Lineup:
    """Events put names at the end; while the folder is looked through they wait, so that what it finds comes first."""

    def __init__(self) -> None:
        self._next: dict[str, Sign] = {}
        self._later: dict[str, Sign] = {}
        self._held: dict[str, Sign] | None = None

    def __len__(self) -> int:
        return len(self._next) + len(self._held or ())

    def __contains__(self, name: str) -> bool:
        return name in self._next or name in self._later or name in (self._held or ())

    def closed(self, name: str) -> None:
        """It was closed after writing, or renamed into place. A name that waits already keeps its place."""
        self._later.pop(name, None)
        line = self._next if self._held is None else self._held
        line[name] = CLOSED

    def unsure(self, name: str, sign: Sign = UNSEEN) -> None:
        """It is there, but its closing was not seen: look in a moment. An event that comes until then wins."""
        if name in self._next or name in (self._held or ()):
            return
        if sign.seen or name not in self._later:  # an earlier look is not forgotten
            self._later[name] = sign

    def hold(self) -> None:
        """From now on events wait for `found`."""
        if self._held is None:
            self._held = {}

    def found(self, names: Iterable[str]) -> None:
        """What a look through the folder found, in order; it goes before the events that came meanwhile."""
        for name in names:
            self._next.setdefault(name, UNSEEN)
        for name, sign in (self._held or {}).items():
            self._next[name] = sign
        self._held = None

    def second_look(self) -> None:
        """The moment has passed: those that were to be looked at again are next."""
        for name, sign in self._later.items():
            self._next.setdefault(name, sign)
        self._later = {}

    def take(self, count: int) -> list[tuple[str, Sign]]:
        """Remove and return the first ones."""
        first = list(islice(self._next.items(), count))
        for name, _ in first:
            del self._next[name]
        return first

    def put_back(self, items: Iterable[tuple[str, Sign]]) -> None:
        """They could not be taken: they are first again."""
        self._next = dict(items) | self._next
