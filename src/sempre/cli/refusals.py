"""From the API's error answers back to our families of errors."""

import msgspec

from sempre.errors import (
    ConflictError,
    InvalidError,
    MisconfiguredError,
    NotFoundError,
    RefusedError,
    SempreError,
    UnavailableError,
)

_FAMILIES: dict[int, type[SempreError]] = {
    403: RefusedError,
    404: NotFoundError,
    409: ConflictError,
    413: InvalidError,
    422: InvalidError,
    503: UnavailableError,
}


class _Error(msgspec.Struct):
    code: str
    message: str
    remedy: str | None = None
    request_id: str = ""


class _Answer(msgspec.Struct):
    error: _Error


def read(status: int, body: bytes, url: str) -> SempreError:
    """What was refused, in the server's own words."""
    try:
        said = msgspec.json.decode(body, type=_Answer).error
    except msgspec.DecodeError:
        return _foreign(url)
    if status == 401:
        return _foreign(url)
    if said.remedy and said.message.endswith(said.remedy):
        what = said.message.removesuffix(said.remedy).strip()
        return MisconfiguredError(what, remedy=said.remedy, code=said.code)
    if status not in _FAMILIES:
        return SempreError(f"{said.message} (request {said.request_id})", code=said.code)
    return _FAMILIES[status](said.message, code=said.code)


def _foreign(url: str) -> SempreError:
    return UnavailableError(
        f"What answers at {url} is not the Sempre of this home. Start it with `sempre up`, and name the home with "
        "--home when it is another folder.",
        code="not_ours",
    )
