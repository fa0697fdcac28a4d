"""How much a worker's folder or a board's repository is trusted."""

from collections.abc import Sequence

from msgspec import Struct


class TrustStanding(Struct, frozen=True):
    directory: str
    state: str
    contents: str
    files: Sequence[str]
