"""How errors look on the wire: one table from families to statuses, one form for all of them, never a trace."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any

import msgspec
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sempre.api.schema import ErrorAnswer
from sempre.errors import (
    ConflictError,
    InvalidError,
    MisconfiguredError,
    NotFoundError,
    RefusedError,
    SempreError,
    UnavailableError,
)
from sempre.telemetry.context import request_id


class UnauthenticatedError(RefusedError):
    """Nobody is logged in here."""

    code = "unauthenticated"


class TooLargeError(InvalidError):
    """The request's body is larger than what is taken."""

    code = "too_large"


# The first family that fits; so the narrow ones come first.
_STATUSES: Sequence[tuple[type[SempreError], HTTPStatus]] = (
    (UnauthenticatedError, HTTPStatus.UNAUTHORIZED),
    (TooLargeError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (InvalidError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (RefusedError, HTTPStatus.FORBIDDEN),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
    (UnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (MisconfiguredError, HTTPStatus.INTERNAL_SERVER_ERROR),
)
_DESCRIPTIONS = {
    401: "Nobody is logged in, or the token is not valid.",
    403: "Refused: another site's page, a host name that is not allowed, or a right that is missing.",
    404: "There is no such thing.",
    405: "This address does not know the method.",
    409: "It is not in a state that allows this.",
    413: "The body is larger than what is taken.",
    422: "The input is not of the form that is needed.",
    500: "Something broke here; the log has the details under the request id.",
    503: "The database or a provider does not answer now; Retry-After says when to try again.",
}
_PROBLEMS_TOLD = 10
_EVERYWHERE = (401, 403, 413, 422, 500, 503)


def may_answer(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of an operation, for its schema: the given ones and those that any operation may give."""
    return {
        status: {"model": ErrorAnswer, "description": _DESCRIPTIONS[status]}
        for status in sorted({*statuses, *_EVERYWHERE})
    }


def answer(
    status: int,
    code: str,
    message: str,
    *,
    remedy: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = {"code": code, "message": message, "remedy": remedy, "request_id": request_id()}
    content = msgspec.json.encode({"error": body})
    return Response(content, int(status), dict(headers or {}), media_type="application/json")


def answer_known(error: SempreError) -> Response:
    """The answer for an error that was raised on purpose."""
    status = next((each for family, each in _STATUSES if isinstance(error, family)), 500)
    headers: dict[str, str] = {}
    if isinstance(error, UnavailableError):
        headers["Retry-After"] = str(ceil(error.retry_after or 1))
    if isinstance(error, UnauthenticatedError):
        headers["WWW-Authenticate"] = "Bearer"
    remedy = error.remedy if isinstance(error, MisconfiguredError) else None
    return answer(status, error.code, error.message, remedy=remedy, headers=headers)


def answer_unknown() -> Response:
    return answer(
        500,
        "internal",
        "Something broke in Sempre. Nothing of it is shown here; look for this request id in the log.",
    )


async def on_known(_request: Request, error: Exception) -> Response:
    assert isinstance(error, SempreError)  # noqa: S101  (how it is registered)
    return answer_known(error)


async def on_invalid(_request: Request, error: Exception) -> Response:
    """The places and reasons, never the input itself: it may be a secret, or a megabyte."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  (how it is registered)
    found = "; ".join(
        f"{'.'.join(str(part)[:60] for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors()[:_PROBLEMS_TOLD]
    )
    return answer(
        422, InvalidError.code, f"The request is not of the form that is needed. {found}."
    )


async def on_http(_request: Request, error: Exception) -> Response:
    """What the framework itself refuses: an unknown address, a method that is not there."""
    assert isinstance(error, HTTPException)  # noqa: S101  (how it is registered)
    # What it says of a body that breaks the parser, such as endless brackets.
    if error.status_code == 400:
        return answer(
            422, InvalidError.code, "The body is not JSON that can be read. Send an object."
        )
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_")
    message = f"{phrase}. /api/openapi.json lists every address and method."
    return answer(error.status_code, code, message, headers=error.headers)
