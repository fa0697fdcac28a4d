"""Channels, turns and attempts: what came in, where it stands, how it ended. The only place that changes them."""

from sempre.conversations.attempts import Attempts, Try
from sempre.conversations.channels import Channels
from sempre.conversations.dead_letters import DeadLetters
from sempre.conversations.directive import Directive, Told
from sempre.conversations.directives import Directives
from sempre.conversations.hold import Pause, Sleeper, Suspended
from sempre.conversations.inbox import StoredInbox, Submission
from sempre.conversations.letters import Addressed
from sempre.conversations.letters import Wanted as WantedLetters
from sempre.conversations.limits import Limits
from sempre.conversations.past_session import Origin, PastSession
from sempre.conversations.suspension import Suspension
from sempre.conversations.turn import Attempt, ChannelRow, DeadLetter, Turn
from sempre.conversations.turns import Turns

__all__ = [
    "Addressed",
    "Attempt",
    "Attempts",
    "ChannelRow",
    "Channels",
    "DeadLetter",
    "DeadLetters",
    "Directive",
    "Directives",
    "Limits",
    "Origin",
    "PastSession",
    "Pause",
    "Sleeper",
    "StoredInbox",
    "Submission",
    "Suspended",
    "Suspension",
    "Told",
    "Try",
    "Turn",
    "Turns",
    "WantedLetters",
]
