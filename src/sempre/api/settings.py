"""What is set, and what else could be: read only, from sempre.toml and the environment."""

import re
from collections.abc import Iterator
from typing import cast

from fastapi import APIRouter
from pydantic import BaseModel, Field, JsonValue
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import View

router = APIRouter(prefix="/api", tags=["settings"])
_PASSWORD = re.compile(r"(?<=://)([^:/@]*):[^@/]*@")


class Setting(View):
    """`name` is as in sempre.toml; in the environment it is SEMPRE_SECTION__NAME."""

    name: str
    value: JsonValue = Field(description="A password in an address is left out.")
    default: JsonValue
    description: str


@router.get("/settings", responses=may_answer())
async def get_settings(parts: Given) -> list[Setting]:
    """Every setting with its value now."""
    return list(_flatten("", parts.settings))


def _flatten(prefix: str, section: BaseModel) -> Iterator[Setting]:
    """Sections and, of workers, each one by its name become parts of the name."""
    plain = section.model_dump(mode="json")
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _flatten(f"{prefix}{name}.", value)
        elif isinstance(value, dict):
            workers = cast("dict[str, BaseModel]", value)
            for key, each in workers.items():
                yield from _flatten(f"{prefix}{name}.{key}.", each)
        else:
            yield _setting(prefix + name, plain[name], field)


def _setting(name: str, value: JsonValue, field: FieldInfo) -> Setting:
    default = to_jsonable_python(field.get_default(call_default_factory=True))
    return Setting(
        name=name,
        value=_PASSWORD.sub(r"\1:…@", value) if isinstance(value, str) else value,
        default=default,
        description=field.description or "",
    )
