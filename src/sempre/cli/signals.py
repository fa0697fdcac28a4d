"""What signals mean to a running Sempre: the first one asks it to stop in order, the second ends it at once."""

import asyncio
import os
import signal
from types import FrameType

import structlog

from sempre.agents import descendants
from sempre.app import Application
from sempre.cli import exits

_log = structlog.stdlib.get_logger(__name__)
# A terminal that closes, Ctrl-Break on Windows.
_NAMES = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")


class Signals:
    def __init__(self, application: Application) -> None:
        self._application = application
        self._loop = asyncio.get_running_loop()
        self._asked = False

    def listen(self) -> None:
        """Whoever started us may have said that one of them shall be ignored (nohup does)."""
        for name in _NAMES:
            number: signal.Signals | None = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._listen_to(number)

    def _listen_to(self, number: signal.Signals) -> None:
        if os.name == "posix":
            self._loop.add_signal_handler(number, self._received)
        else:
            signal.signal(number, self._pass_on)

    def _pass_on(self, _number: int, _frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._received)

    def _received(self) -> None:
        if self._asked:
            # What they wrote stays; what they do is done again, or adopted, at the next start.
            descendants.kill(descendants.children(os.getpid()))
            os._exit(exits.AT_ONCE)
        self._asked = True
        grace = self._application.plan.settings.server.grace_seconds
        _log.info("up.stopping", grace_seconds=grace, hint="a second signal ends it at once")
        self._application.stop()
