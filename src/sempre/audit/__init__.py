"""Who did what, which rule or person allowed it, and what came of it: append-only, chained, verifiable."""

from sempre.audit.chain import Head
from sempre.audit.entry import Entry, Wanted
from sempre.audit.trail import Trail
from sempre.audit.verification import Problem, Verification
from sempre.audit.witness import Witness

__all__ = [
    "Entry",
    "Head",
    "Problem",
    "Trail",
    "Verification",
    "Wanted",
    "Witness",
]
