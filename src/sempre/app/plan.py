"""What to run, and in which home."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sempre.contract.finding import Finding
from sempre.home import Home
from sempre.settings import DatabaseSettings, Settings, load


class Role(StrEnum):
    """What a process does. Workers have their files and sessions on this machine; channels may run anywhere."""

    WORKER = "worker"
    CHANNELS = "channels"
    API = "api"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`given` is the environment that may hold credentials. `demo`: this home itself rehearses; without it, a home
    that has no model rehearses in a home of its own, and its own queue waits for a real one. `diagnose` is what
    `sempre doctor` does; it blocks."""

    home: Home
    settings: Settings
    given: Mapping[str, str]
    roles: frozenset[Role] = frozenset(Role)
    demo: bool = False
    diagnose: Callable[[], Sequence[Finding]] = tuple

    def where(self, *, rehearses: bool) -> tuple[Home, Settings]:
        """The home to work in and its settings; blocks. A rehearsal beside real work has a home with a sample to
        play with, and an embedded database of its own."""
        if self.demo or not rehearses:
            return self.home, self.settings
        from sempre.rehearsal import lay_down  # what is scripted is loaded where it is played

        lay_down(self.home.rehearsal.path)
        own = load(self.home.rehearsal.path)
        apart = {"server": self.settings.server, "database": DatabaseSettings()}
        return self.home.rehearsal, own.model_copy(update=apart)
