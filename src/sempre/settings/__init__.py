"""What a person can set: from `sempre.toml` in the home, overruled by SEMPRE_<SECTION>__<NAME> in the environment.

Read in `app` and `cli` only; everybody else is given what they need. docs/reference/settings.md is checked
against these classes.
"""

from sempre.settings.care import AlertSettings, BackupSettings
from sempre.settings.home_settings import Settings
from sempre.settings.reading import FILE_NAME, load
from sempre.settings.serving import DatabaseSettings, ServerSettings
from sempre.settings.work import BudgetSettings, FileSettings
from sempre.settings.workers import WORKER_NAME, RuleSettings, Schedule, WorkerSettings

__all__ = [
    "FILE_NAME",
    "WORKER_NAME",
    "AlertSettings",
    "BackupSettings",
    "BudgetSettings",
    "DatabaseSettings",
    "FileSettings",
    "RuleSettings",
    "Schedule",
    "ServerSettings",
    "Settings",
    "WorkerSettings",
    "load",
]
