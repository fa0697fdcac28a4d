"""The end of a claim: its turn was given out and marked, so the prompt goes, or is kept in `.done/`. In threads."""

import os
from collections.abc import Iterable

from sempre import crash
from sempre.channels.files.layout import Place


def remove(place: Place, claims: Iterable[str], *, keep: bool) -> None:
    """Names of files in `.claimed/`; those that are gone already are no fault. Raises OSError."""
    for name in claims:
        path = place.claimed / name
        if not os.path.lexists(path):
            continue
        if keep:
            place.done.mkdir(parents=True, exist_ok=True)
            path.replace(place.done / name)
        else:
            path.unlink(missing_ok=True)
        crash.point("files.removed")
