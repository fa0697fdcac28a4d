"""Checks a trail: is each row as it was signed, is none missing, and does it end where it should?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sempre.audit.chain import NOTHING, Head, SigningKey, same, sign_mark, sign_row
from sempre.audit.entry import Draft
from sempre.db import Row

Kind = Literal["changed", "missing", "reordered", "cut_off", "unsigned"]
_MOST_TOLD = 100


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One flaw; `sequence` is where it begins."""

    kind: Kind
    sequence: int
    message: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """`rows` were read, from `first` to the head. It is whole when there is no problem; of very many problems the
    first hundred are told."""

    rows: int
    first: int | None
    head: Head
    problems: Sequence[Problem]

    @property
    def whole(self) -> bool:
        return not self.problems


class Verifier:
    """Is shown the checkpoint, each row in order, and the head. `anchors` are heads that were kept elsewhere."""

    def __init__(self, keys: Mapping[str, SigningKey], anchors: Sequence[Head]) -> None:
        self._keys = keys
        self._anchors = {anchor.sequence: anchor for anchor in anchors if anchor.sequence > 0}
        self._problems: list[Problem] = []
        self._last = NOTHING  # of the rows read, or the checkpoint
        self._begun = NOTHING
        self._first: int | None = None
        self._rows = 0

    def start(self, checkpoint: Row | None) -> None:
        if checkpoint is None:
            return
        self._mark(checkpoint, "checkpoint")
        self._last = self._begun = Head(checkpoint.sequence, checkpoint.mac)

    def row(self, row: Row, details: str | None) -> None:
        """`details` is None when they do not open where they stand."""
        if self._first is None:
            self._first = row.sequence
        self._rows += 1
        self._place(row)
        if fault := self._fault(row, details):
            self._tell(fault, row.sequence, _SAID[fault])
        anchor = self._anchors.pop(row.sequence, None)
        if anchor is not None and not same(anchor.mac, row.mac):
            self._tell("changed", row.sequence, "Another row was here when its head was kept.")
        self._last = Head(row.sequence, row.mac)

    def finish(self, head: Row | None) -> None:
        last = self._last
        if head is None:
            if self._rows or self._keys:
                self._tell(
                    "cut_off", last.sequence, "The mark that says where the trail ends is missing."
                )
        elif self._mark(head, "head") and head.sequence != last.sequence:
            self._tell("cut_off", last.sequence + 1, f"It should go on to row {head.sequence}.")
        elif head.sequence == last.sequence and not same(head.mac, last.mac):
            self._tell(
                "changed", last.sequence, "The last row is not the one that was signed last."
            )
        gone = [each for each in self._anchors if each > last.sequence]
        if gone:
            self._tell(
                "cut_off", last.sequence + 1, f"A head kept elsewhere knows row {max(gone)}."
            )

    def result(self) -> Verification:
        return Verification(
            rows=self._rows, first=self._first, head=self._last, problems=self._problems
        )

    def _place(self, row: Row) -> None:
        """Does it follow the row before it?"""
        last = self._last
        if row.sequence <= self._begun.sequence:
            self._tell("changed", row.sequence, "It was forgotten, and is here again.")
        elif row.sequence != last.sequence + 1:
            until = row.sequence - 1
            self._tell(
                "missing", last.sequence + 1, f"Rows {last.sequence + 1} to {until} are gone."
            )
        elif not same(row.previous, last.mac):
            self._tell("reordered", row.sequence, "It was signed to follow another row.")

    def _fault(self, row: Row, details: str | None) -> Kind | None:
        key = self._keys.get(row.key_id)
        if key is None:
            return "unsigned"
        if details is None:
            return "changed"
        draft = Draft(
            at=row.at,
            what=row.what,
            by=row.by,
            channel=row.channel,
            turn_id=row.turn_id,
            details=details,
        )
        return (
            None if same(sign_row(key, row.sequence, row.previous, draft), row.mac) else "changed"
        )

    def _mark(self, mark: Row, name: str) -> bool:
        key = self._keys.get(mark.key_id)
        signed = sign_mark(key, name, Head(mark.sequence, mark.mac)) if key else ""
        if not same(signed, mark.signature):
            self._tell("changed", mark.sequence, f"The mark `{name}` was not signed by Sempre.")
            return False
        return True

    def _tell(self, kind: Kind, sequence: int, message: str) -> None:
        if len(self._problems) < _MOST_TOLD:
            self._problems.append(Problem(kind=kind, sequence=sequence, message=message))


_SAID: Mapping[Kind, str] = {
    "changed": "Its contents are not those that were signed: it was changed, or stood elsewhere.",
    "unsigned": "The key that signed it is not here: it was removed, or the row is not Sempre's.",
}
