"""Channels, turns and attempts: what came in, where it stands, how it ended. The only place that changes them."""

from sempre.conversations.attempts import Attempts, Limits, Try
from sempre.conversations.channels import Channels
from sempre.conversations.dead_letters import DeadLetters
from sempre.conversations.inbox import StoredInbox, Submission
from sempre.conversations.turn import Attempt, ChannelRow, DeadLetter, Turn
from sempre.conversations.turns import Turns

__all__ = [
    "Attempt",
    "Attempts",
    "ChannelRow",
    "Channels",
    "DeadLetter",
    "DeadLetters",
    "Limits",
    "StoredInbox",
    "Submission",
    "Try",
    "Turn",
    "Turns",
]
