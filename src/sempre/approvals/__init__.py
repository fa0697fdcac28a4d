"""Calls of agents that wait for a person: asked, decided once, released once. Decides nothing by itself."""

from sempre.approvals.approval import OPEN, Approval, Decision, State
from sempre.approvals.approvals import TOPIC, Approvals
from sempre.approvals.waiters import Waiters

__all__ = ["OPEN", "TOPIC", "Approval", "Approvals", "Decision", "State", "Waiters"]
