"""What the command line reads of the API's answers, by resource; the rest of an answer is passed over. A test holds
these against the API's own description."""

from typing import TypeVar

from msgspec import MsgspecError, Raw, json

from sempre.errors import UnavailableError

T = TypeVar("T")


def read(answer: bytes | Raw, kind: type[T]) -> T:
    """Raises UnavailableError when it is not of that form."""
    try:
        return json.decode(answer, type=kind)
    except MsgspecError as error:
        raise UnavailableError(
            f"What answered is not the Sempre of this home, or of another release ({error}). Start this one again "
            "with `sempre up`.",
            code="not_ours",
        ) from error
