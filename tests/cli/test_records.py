"""What the command line reads of the API is what the API says that it gives."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from msgspec import Struct
from msgspec.inspect import StructType, type_info

from sempre.cli import records
from tests.support.document import api_document

SCHEMAS: dict[str, Any] = api_document()["components"]["schemas"]
# Some models have names that occur twice there, or that are ours.
NAMES = {
    "Connection": "sempre__api__connection__Connection",
    "Event": "sempre__api__turn_events__Event",
    "TrustStanding": "FolderTrust",
}


def _read() -> Iterator[type[Struct]]:
    # What one module has of another is only looked at twice.
    for module in pkgutil.iter_modules(records.__path__, f"{records.__name__}."):
        for each in vars(import_module(module.name)).values():
            if isinstance(each, type) and issubclass(each, Struct) and each is not Struct:
                yield each


@pytest.mark.parametrize("kind", list(_read()), ids=lambda kind: kind.__name__)
def test_its_fields_are_given(kind: type[Struct]):
    schema = SCHEMAS.get(kind.__name__) or SCHEMAS[NAMES[kind.__name__]]
    info = type_info(kind)
    assert isinstance(info, StructType)
    for field in info.fields:
        given = schema["properties"][field.encode_name]
        assert field.encode_name in schema["required"]
        assert _may_be_null(given) <= _takes_null(field.type), field.name


def _may_be_null(schema: dict[str, Any]) -> bool:
    return any(each.get("type") == "null" for each in schema.get("anyOf", []))


def _takes_null(kind: object) -> bool:
    return "NoneType" in repr(kind) or "AnyType" in repr(kind)
