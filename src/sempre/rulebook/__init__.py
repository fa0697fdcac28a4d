"""What a person laid down about agents, stored: rules, what channels do with what nobody decided, what settings want
and must be approved, and which folders are trusted. What follows from it is policy's affair."""

from sempre.rulebook.proposals import PROPOSALS_TOPIC, Decision, Proposal, Proposals, Wish
from sempre.rulebook.rulebook import Book, Rulebook
from sempre.rulebook.trust import Trust, Trusts

__all__ = [
    "PROPOSALS_TOPIC",
    "Book",
    "Decision",
    "Proposal",
    "Proposals",
    "Rulebook",
    "Trust",
    "Trusts",
    "Wish",
]
