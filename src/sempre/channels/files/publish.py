"""Gives a turn's end out: `task_N.txt`, then `latest.txt`, `task_N.json` last. Runs in threads.

Everything comes from the message, so doing it again after a crash at any point gives the same bytes. What Sempre did
not write is never overwritten.
"""

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from sempre import atomic, crash
from sempre.channels.files import failures, numbering, record
from sempre.channels.files.claim import left_over
from sempre.channels.files.faults import unavailable
from sempre.channels.files.layout import Place
from sempre.contract.channel import NumberTakenError
from sempre.contract.messages import Outbound, Receipt, TurnState


class Publisher:
    """Publishes for one worker. `latest.txt` never goes back to an older number."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._latest: int | None = None
        self._lock = threading.Lock()

    def publish(self, message: Outbound) -> tuple[Receipt, OSError | None]:
        """The second value says why `latest.txt` could not be written, which is no reason not to answer.

        Raises NumberTakenError, and UnavailableError when it should be tried again.
        """
        path = self.place.output
        with self._lock:
            try:
                path.mkdir(parents=True, exist_ok=True)
                return self._publish(message)
            except OSError as error:
                named = error.filename
                raise unavailable(error, Path(os.fsdecode(named)) if named else path) from error

    def _publish(self, message: Outbound) -> tuple[Receipt, OSError | None]:
        text = self.place.output / f"task_{message.number}.txt"
        json = self.place.output / f"task_{message.number}.json"
        answer = (message.text or "").encode("utf-8", "replace")
        written = atomic.content(json)
        ours = record.turn_of(written) == message.turn_id
        if not ours:
            _refuse_foreign(message, text, json, answer)
        contents = {json: record.render(message)}
        trouble: OSError | None = None
        if message.state is TurnState.ANSWERED:
            contents[text] = answer
            trouble = self._add_latest(contents, message.number, answer)
        with atomic.Drafts(_missing(contents)) as drafts:
            if message.state is TurnState.ANSWERED:
                _put(drafts, text, ours=ours)
                crash.point("files.text")
                _put(drafts, self._latest_path, ours=True)
                crash.point("files.latest")
            self._settle_failure(message)
            _put(drafts, json, ours=ours)
        atomic.sync_folder(self.place.output)
        crash.point("files.json")
        where = text if message.state is TurnState.ANSWERED else json
        return Receipt(where=str(where)), trouble

    @property
    def _latest_path(self) -> Path:
        return self.place.output / "latest.txt"

    def _add_latest(
        self, contents: dict[Path, bytes], number: int, answer: bytes
    ) -> OSError | None:
        """Why it can't be written, if that is so."""
        if self._latest is None:
            self._latest = _highest_of_ours(self.place.output)
        self._latest = max(self._latest, number)
        if number < self._latest:
            return None
        path = self._latest_path
        if path.is_dir() and not path.is_symlink():
            return IsADirectoryError(21, "there is a folder of this name", str(path))
        contents[path] = answer
        return None

    def _settle_failure(self, message: Outbound) -> None:
        if message.state is TurnState.FAILED:
            failures.lay_aside(self.place, message, claim_of(self.place, message))
        else:
            failures.take_back(self.place, message)


def claim_of(place: Place, message: Outbound) -> Path | None:
    """The turn's prompt as it was claimed; None when it is no longer there."""
    named = message.origin.get("claim")
    if named is not None and Path(named).name == named and message.external_id in named:
        path = place.claimed / named
        return path if os.path.lexists(path) else None
    if "file" not in message.origin:
        return None
    claims, _ = left_over(place)
    return next((place.claimed / c.name for c in claims if c.id == message.external_id), None)


def _missing(contents: Mapping[Path, bytes]) -> dict[Path, bytes]:
    """Without what stands there already."""
    return {
        path: content
        for path, content in contents.items()
        if atomic.content(path) != content or path.is_symlink()
    }


def _put(drafts: atomic.Drafts, path: Path, *, ours: bool) -> None:
    """Put it in its place, if it is to be written. Not ours means: nothing may be there."""
    if path not in drafts:
        return
    try:
        drafts.put(path, replace=ours)
    except FileExistsError as error:
        if ours:
            raise
        raise _taken(path) from error


def _refuse_foreign(message: Outbound, text: Path, json: Path, answer: bytes) -> None:
    if atomic.content(json) is not None:
        raise _taken(json)
    there = atomic.content(text)
    # The same answer without a record is ours too: a crash came between the two.
    if there is not None and not (message.state is TurnState.ANSWERED and there == answer):
        raise _taken(text)


def _taken(path: Path) -> NumberTakenError:
    return NumberTakenError(f"{path} is there and was not written by Sempre.")


def _highest_of_ours(output: Path) -> int:
    for number in numbering.texts(output):
        if record.turn_of(atomic.content(output / f"task_{number}.json")) is not None:
            return number
    return 0
