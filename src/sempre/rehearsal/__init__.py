"""Stand-ins for the outside world, scripted, for the demo, tests and load: so far the Messages API."""

from sempre.rehearsal.directives import write_say, write_tool
from sempre.rehearsal.record import Call, Outcome, Record, fingerprint
from sempre.rehearsal.server import MessagesApi
from sempre.rehearsal.usage import Usage

__all__ = [
    "Call",
    "MessagesApi",
    "Outcome",
    "Record",
    "Usage",
    "fingerprint",
    "write_say",
    "write_tool",
]
