"""What the models of cards and their runs have in common: their JSON is in camelCase throughout, as programs outside
read and write it."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from sempre.api.schema import Form, View

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
BOARD = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
CARD = rf"^({_UUID}|[A-Z][A-Z0-9]{{0,9}}-[0-9]{{1,12}})$"


class CamelView(View):
    """Something that the API gives."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


class CamelForm(Form):
    """Something that the API takes."""

    model_config = ConfigDict(alias_generator=to_camel)


CardName = Annotated[str, Path(pattern=CARD, description="The card's key, such as SHOP-12, or id.")]
BoardName = Annotated[str, Path(pattern=BOARD, description="The board's id, such as `shop`.")]
BoardFilter = Annotated[
    str | None, Query(pattern=BOARD, description="Only this board's, such as `shop`.")
]
