"""What the work must know of what is around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sempre.access import Connection


@dataclass(frozen=True, kw_only=True)
class Around:
    """`protected` is refused to every worker beside its home's own things; `port` is where the pages are."""

    connection: Connection
    rehearses: bool
    protected: Sequence[Path]
    port: int
