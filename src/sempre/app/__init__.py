"""The one place that puts the parts together and starts them, by role. Only here are concrete channels and agents
named; nothing here decides about turns, money or pages."""

from sempre.app.application import Application, Exit
from sempre.app.plan import Plan, Role

__all__ = ["Application", "Exit", "Plan", "Role"]
