"""Copies of the embedded databases on schedule, each proven by a restore drill. What copies is `db.backup`."""

from sempre.backups.copies import ELSEWHERE, Copies, Kept
from sempre.backups.rounds import Rounds

__all__ = ["ELSEWHERE", "Copies", "Kept", "Rounds"]
