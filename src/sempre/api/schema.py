"""What the resources' models have in common. Names and forms here are the public API: the dashboard's types are made
from them."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar, get_args

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_T = TypeVar("_T")
PAGE = 50
LARGEST = 2**53 - 1  # what a browser counts exactly; both databases reckon with it


class _AtOnce:
    """Pydantic checks and writes a Sequence in Python, so that it may be of any class; a list without leaving Rust, in
    a fifth of the time."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        (item,) = get_args(source)
        return core_schema.list_schema(handler.generate_schema(item))


Rows = Annotated[Sequence[_T], _AtOnce()]
"""What a View has many of: whatever sequence is given, it becomes a list."""


class View(BaseModel):
    """Something that the API gives."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Form(BaseModel):
    """Something that the API takes. A name that it does not know is an error, so that a typing mistake is not silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ErrorBody(View):
    """What happened and what to do about it. `code` is stable and is what programs compare."""

    code: str
    message: str
    remedy: str | None = Field(
        description="The one step that a person must take, where there is one."
    )
    request_id: str = Field(description="Stands in every log line of this request.")


class ErrorAnswer(View):
    error: ErrorBody


CHANNEL = r"^[a-z]+:[^\x00-\x1f\x7f]{1,200}$"
_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

ItemId = Annotated[str, Path(pattern=_UUID, description="The id, as lists give it.")]
WorkerName = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$", description="The worker's name.")
]
Before = Annotated[
    str | None,
    Query(pattern=_UUID, description="`next` of the page before; without it the newest come."),
]
Limit = Annotated[int, Query(ge=1, le=200, description="Items on a page.")]
EventLimit = Annotated[int, Query(ge=1, le=1000, description="Events on a page.")]
AfterSeq = Annotated[
    int, Query(ge=0, le=LARGEST, description="`next` of the page before; 0 begins at the start.")
]
AfterEvent = Annotated[
    int | None, Query(ge=0, le=LARGEST, description="Begin after this event id.")
]
ChannelName = Annotated[
    str | None,
    Query(
        pattern=CHANNEL,
        description="Only this channel, such as `files:coder`.",
    ),
]
TurnId = Annotated[str | None, Query(pattern=_UUID, description="Only this turn.")]
