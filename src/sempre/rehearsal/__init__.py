"""Stand-ins for the outside world, scripted, for the demo, tests and load: the Messages API, an agent, a workspace."""

from sempre.rehearsal.agent import ScriptedAgent
from sempre.rehearsal.directives import write_say, write_tool
from sempre.rehearsal.record import Call, Outcome, Record, fingerprint
from sempre.rehearsal.sample import is_sample, lay_down
from sempre.rehearsal.server import MessagesApi
from sempre.rehearsal.usage import Usage

__all__ = [
    "Call",
    "MessagesApi",
    "Outcome",
    "Record",
    "ScriptedAgent",
    "Usage",
    "fingerprint",
    "is_sample",
    "lay_down",
    "write_say",
    "write_tool",
]
