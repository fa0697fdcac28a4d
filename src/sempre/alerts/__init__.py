"""What is wrong, said once: rules over what others measure, alerts that last until it is over, and a signed webhook
where a person set one up."""

from sempre.alerts.alert import Alert, Severity
from sempre.alerts.alerts import Alerts
from sempre.alerts.courier import Courier, Way
from sempre.alerts.rules import Condition, Rule
from sempre.alerts.sources import BackupStanding, BudgetStanding, Sources, Thresholds
from sempre.alerts.watch import Watch

__all__ = [
    "Alert",
    "Alerts",
    "BackupStanding",
    "BudgetStanding",
    "Condition",
    "Courier",
    "Rule",
    "Severity",
    "Sources",
    "Thresholds",
    "Watch",
    "Way",
]
