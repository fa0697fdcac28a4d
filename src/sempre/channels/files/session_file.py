"""`.session_<worker>.txt`: shows a worker's session, and lets a person reset it or choose another. In threads.

The database is the truth. What Sempre itself last wrote is kept beside it, so that a crash between the database and
this file is never mistaken for a person's wish.
"""

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sempre import atomic
from sempre.channels.files.faults import unavailable
from sempre.channels.files.layout import Place

_ENOUGH = 4096  # bytes; a uuid has 36


@dataclass(frozen=True)
class SessionRequest:
    """What a person wants. `session_id` is set for adopt; `note` says what could not be understood."""

    kind: Literal["unchanged", "reset", "adopt"]
    session_id: str | None = None
    note: str | None = None


_UNCHANGED = SessionRequest("unchanged")


def read_request(place: Place, known: str | None) -> SessionRequest:
    """Compare the file with the session that the database knows. Asking again before `write` gives the same.

    Raises UnavailableError when the file is there and can't be read.
    """
    text = _text(place.session_file)
    written = _written(place)
    if text is None or not text.strip():
        was_there = known is not None and written is not None and "" not in written
        return SessionRequest("reset") if was_there else _UNCHANGED
    wanted = _session_id(text)
    if wanted is None:
        return SessionRequest(
            "unchanged",
            note=f"{place.session_file.name} holds no session id, so it was left alone. Write one uuid into it to "
            "use that session, or delete the file to begin a new one.",
        )
    if wanted == known or wanted in (written or set()):
        return _UNCHANGED
    return SessionRequest("adopt", wanted)


def write(place: Place, session_id: str | None) -> None:
    """Show this session; None removes the file. Raises UnavailableError."""
    path = place.session_file
    wanted = session_id or ""
    try:
        shown = _text(path)
        # While both may stand there, both are ours: the intent is on disk before the file changes.
        if _written(place) != {wanted}:
            _remember(place, {wanted, (_session_id(shown or "") or "")})
        if session_id is None:
            path.unlink(missing_ok=True)
        elif shown != session_id + "\n":
            atomic.write(path, f"{session_id}\n".encode(), replace=True)
        if _written(place) != {wanted}:
            _remember(place, {wanted})
    except OSError as error:
        raise unavailable(error, Path(os.fsdecode(error.filename or path))) from error


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(_ENOUGH).decode("utf-8", "replace").removeprefix("\ufeff")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unavailable(error, path) from error


def _session_id(text: str) -> str | None:
    """One uuid, nothing else."""
    word = text.strip()
    try:
        return str(uuid.UUID(word)) if len(word) == 36 else None
    except ValueError:
        return None


def _written(place: Place) -> set[str] | None:
    """The session ids that Sempre may have left in the file ("" for no file); None before the first write."""
    text = _text(place.state / "session")
    return None if text is None else set(text.split("\n")[:-1])


def _remember(place: Place, values: set[str]) -> None:
    atomic.make_private(place.state)
    lines = "".join(f"{value}\n" for value in sorted(values))
    atomic.write(place.state / "session", lines.encode(), replace=True)
