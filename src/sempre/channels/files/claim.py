"""A claim: the prompt file, renamed so that nobody else takes it and its turn can be found again.

`.claimed/<time_ns>-<uuid>-<name>`: when it counted, the turn's external id, what it was called. File names and
inodes are no identity, the uuid is.
"""

import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from sempre import atomic, clock, ids
from sempre.channels.files import names
from sempre.channels.files.layout import Place

_NAME = re.compile(
    r"(?P<moment>[0-9]{19})-(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(?P<file>.+)",
    re.DOTALL,
)
_PREFIX = 19 + 1 + 36 + 1


@dataclass(frozen=True, order=True)
class Claim:
    """Sorts by the moment it counted. `file` is the prompt's own name, shortened where it did not fit."""

    moment: int  # nanoseconds since 1970
    id: str
    file: str

    @property
    def name(self) -> str:
        return f"{self.moment:019d}-{self.id}-{self.file}"

    @property
    def counted_at(self) -> datetime:
        return datetime.fromtimestamp(self.moment / 1e9, UTC)


def parse(name: str) -> Claim | None:
    """The claim that a file in `.claimed/` is; None for a file that Sempre did not put there."""
    found = _NAME.fullmatch(name)
    return Claim(int(found["moment"]), found["id"], found["file"]) if found else None


def left_over(place: Place) -> tuple[list[Claim], list[str]]:
    """The claims of a worker in the order they counted, and the files beside them that are none."""
    claims: list[Claim] = []
    foreign: list[str] = []
    if place.claimed.is_dir():
        for path in place.claimed.iterdir():
            claim = parse(path.name)
            if claim is not None:
                claims.append(claim)
            elif not path.name.startswith("."):
                foreign.append(names.readable(path.name))
    return sorted(claims), sorted(foreign)


def owners(place: Place) -> list[str]:
    """The workers that this folder has been, oldest first, this one last; a person may rename or copy it.

    What it holds under a former name may have its turn there. Raises OSError.
    """
    path = place.claimed / ".owners"
    written = (atomic.content(path) or b"").decode("utf-8", "replace").split()
    former = [name for name in written if name != place.worker and names.refusal(name) is None]
    if written != (now := [*former, place.worker]):
        atomic.write(path, "".join(f"{name}\n" for name in now).encode(), replace=True)
    return now


class Claims:
    """Makes the claims of one worker. Moments only rise, also when the machine's clock jumps back."""

    def __init__(self, place: Place) -> None:
        self._last = 0
        self._room = names.longest(place.queue) - _PREFIX
        self._lock = threading.Lock()

    def after(self, claims: list[Claim]) -> None:
        """Go on after the ones that are there."""
        self._last = max([self._last, *(claim.moment for claim in claims)])

    def make(self, file: str) -> Claim:
        with self._lock:
            self._last = moment = max(clock.epoch_ns(), self._last + 1)
        return Claim(moment, ids.new_id(), names.shorten(names.readable(file), self._room))
