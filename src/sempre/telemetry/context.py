"""The request id: from HTTP or a file, through engine and agent, to the output. Every log line carries it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars, get_contextvars

from sempre import ids

_GIVEN = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def request_id() -> str:
    """The current request's id; empty outside of one."""
    return str(get_contextvars().get("request_id", ""))


def chosen_request_id(given: str | None) -> str:
    """What the caller named it, if that can stand in a log; else a new one."""
    return given if given and _GIVEN.fullmatch(given) else ids.new_id()


@contextmanager
def bound(**values: str | None) -> Iterator[None]:
    """Let every log line inside the block carry these; what is empty is left out."""
    with bound_contextvars(**{name: value for name, value in values.items() if value}):
        yield


def origin() -> Mapping[str, str]:
    """What an Inbound's origin says of the request that sent it."""
    current = request_id()
    return {"request_id": current} if current else {}
