"""What a check says, and what checks are given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sempre.cli.client import Server
from sempre.cli.records.status import Status
from sempre.contract.finding import Finding
from sempre.home import Home
from sempre.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Examined:
    """`server` and `status` are None when nobody runs on the home."""

    home: Home
    settings: Settings
    server: Server | None
    status: Status | None

    @property
    def has_data(self) -> bool:
        return self.home.database.exists() or bool(self.settings.database.url)


Check = Callable[[Examined], Iterator[Finding]]


def ok(check: str, message: str) -> Finding:
    return Finding(check=check, level="ok", message=message)


def note(check: str, message: str, remedy: str | None = None) -> Finding:
    return Finding(check=check, level="note", message=message, remedy=remedy)


def warning(check: str, message: str, remedy: str) -> Finding:
    return Finding(check=check, level="warning", message=message, remedy=remedy)


def problem(check: str, message: str, remedy: str) -> Finding:
    return Finding(check=check, level="problem", message=message, remedy=remedy)
