"""What was parsed from JSON or TOML, of which only its writer knows the form: seen as the form that is looked for."""

from collections.abc import Mapping, Sequence
from typing import cast


def fields(value: object) -> Mapping[str, object]:
    """The fields of an object; none when it is anything else."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def items(value: object) -> Sequence[object]:
    """The items of a list; none when it is anything else."""
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
