"""Imports without what a library would only try to have. It goes without, as where that is not installed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def without(*names: str) -> Iterator[None]:
    """In the block these cannot be imported; what is there already stays what it was."""
    modules: dict[str, ModuleType | None] = sys.modules  # pyright: ignore[reportAssignmentType]  (None: not to be found)
    absent = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(absent))
    try:
        yield
    finally:
        for name in absent:
            del modules[name]
