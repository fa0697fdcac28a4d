"""How a measure is printed: ours, the alternative in the same run, their ratio, and what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Row:
    """`ratio` is how many times better ours is; None where there is nothing to compare with."""

    name: str
    ours: str
    other: str = ""
    ratio: float | None = None
    promised: str = ""


def show(title: str, rows: Sequence[Row], *, note: str = "") -> None:
    table = Table(title=title, caption=note or None, title_justify="left", caption_justify="left")
    for name in ("measure", "Sempre", "alternative", "ratio", "promised"):
        table.add_column(name)
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.1f}x"
        table.add_row(row.name, row.ours, row.other, ratio, row.promised)
    Console().print(table)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
