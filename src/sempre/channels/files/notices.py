"""What this channel tells people beside turns. Each code is documented in docs/channels/files.md (a test checks)."""

from collections.abc import Mapping
from enum import StrEnum

import structlog

from sempre.channels.files.layout import KIND
from sempre.contract.channel import Inbox

_log = structlog.stdlib.get_logger(__name__)


class Notice(StrEnum):
    WORKER_REFUSED = "worker_refused"
    WORKER_GONE = "worker_gone"
    WORKER_BACK = "worker_back"
    WORKER_FAULT = "worker_fault"
    FILE_IGNORED = "file_ignored"
    CLAIM_FAILED = "claim_failed"
    CLAIM_FOREIGN = "claim_foreign"
    ACCEPT_DELAYED = "accept_delayed"
    WATCH_UNAVAILABLE = "watch_unavailable"
    LATEST_SKIPPED = "latest_skipped"
    SESSION_FILE_INVALID = "session_file_invalid"


class Notices:
    """Says each thing once, until it is over and comes again."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._said: set[tuple[str, Notice, str]] = set()

    async def say(
        self, notice: Notice, details: Mapping[str, str], *, channel: str = KIND, about: str = ""
    ) -> None:
        """`about` tells two of the same kind apart, for instance by a file's name."""
        key = (channel, notice, about)
        if key in self._said:
            return
        self._said.add(key)
        try:
            await self._inbox.notice(channel, notice.value, details)
        except Exception:  # noqa: BLE001  (an edge: not being able to tell must not stop the intake)
            self._said.discard(key)
            _log.exception("files.notice_failed", channel=channel, code=notice.value)
        # Who looks for what is stuck reads the log; the page shows the same on the timeline.
        tell = _log.info if notice is Notice.WORKER_BACK else _log.warning
        tell("files.notice", channel=channel, code=notice.value, **details)

    def over(self, notice: Notice, *, channel: str = KIND, about: str = "") -> bool:
        """It holds no longer. True when it had been said."""
        key = (channel, notice, about)
        said = key in self._said
        self._said.discard(key)
        return said

    def only(self, notice: Notice, abouts: set[str], *, channel: str = KIND) -> None:
        """Of this kind only these still hold."""
        self._said = {key for key in self._said if key[:2] != (channel, notice) or key[2] in abouts}
