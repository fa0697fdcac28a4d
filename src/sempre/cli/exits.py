"""Exit codes, and how an error is said: one line for a person, one JSON object for a program."""

import sys

import msgspec

from sempre.errors import (
    ConflictError,
    MisconfiguredError,
    NotFoundError,
    RefusedError,
    SempreError,
    UnavailableError,
)

FAILED = 1  # what was asked about failed, and for whatever has no code of its own
LOST = 75  # EX_TEMPFAIL: whoever started us shall start us again
AT_ONCE = 130  # as a shell says it for Ctrl-C

# docs/reference/commands.md tells the same.
BY_FAMILY: tuple[tuple[type[SempreError], int], ...] = (
    (NotFoundError, 3),
    (ConflictError, 4),
    (RefusedError, 5),
    (UnavailableError, 6),
    (MisconfiguredError, 7),
)


def exit_code(error: SempreError) -> int:
    return next((code for family, code in BY_FAMILY if isinstance(error, family)), FAILED)


def complain(error: SempreError, *, as_json: bool) -> None:
    """To stderr, so that what is piped on stays clean."""
    if as_json:
        said = {"error": {"code": error.code, "message": error.message}}
        text = msgspec.json.encode(said).decode()
    else:
        text = error.message
    sys.stderr.write(f"{text}\n")
