"""The trail of who did what: written before the effect, so that a crash leaves the record and not a gap."""

from collections.abc import Mapping
from typing import Protocol


class Audit(Protocol):
    """`what` is a stable dotted word (docs/reference/audit.md). `by` says who: `owner`, `local`, `token:<name>`,
    `rule:<id>`, `agent:<channel>` or `system`. `details` are JSON; they are sealed, and never for secrets."""

    async def record(
        self,
        what: str,
        *,
        by: str,
        channel: str | None = None,
        turn_id: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        """Committed when it returns. Raises UnavailableError: then the effect must not happen."""
        ...

    def note(
        self,
        what: str,
        *,
        by: str,
        channel: str | None = None,
        turn_id: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        """For what has happened already: written together with the next records, a moment later. Never fails."""
        ...
