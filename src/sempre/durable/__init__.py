"""The durable engine behind one door: workflows that survive crashes, in strict order per key.

Arguments, topics and ids only: no text of anyone goes through here.
"""

from sempre.durable.configuration import EngineSettings
from sempre.durable.engine import Engine
from sempre.durable.registry import step, wait, workflow
from sempre.durable.states import State
from sempre.durable.submissions import Submission

__all__ = ["Engine", "EngineSettings", "State", "Submission", "step", "wait", "workflow"]
