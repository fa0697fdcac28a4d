"""The API's document, made once for all modules that draw their tests from it; nobody may change it."""

from functools import cache
from typing import Any

from sempre.api import openapi_document


@cache
def api_document() -> dict[str, Any]:
    return openapi_document()
