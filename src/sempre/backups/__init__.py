"""Copies of the databases on schedule, each proven by a restore drill. What copies is `db.backup`."""

from sempre.backups.copies import Copies, Kept
from sempre.backups.rounds import Rounds

__all__ = ["Copies", "Kept", "Rounds"]
