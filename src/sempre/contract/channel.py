"""What a channel is, and what it is given. A channel sees nothing else of Sempre but the foundations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

from sempre.contract.messages import Accepted, Inbound, Outbound, Receipt


class NumberTakenError(Exception):
    """There is something under this turn's number that Sempre did not write. The turn gets another number."""


class Inbox(Protocol):
    """Where a channel puts what came in. Stored once it returns; then it may be acknowledged."""

    async def open(self, channel: str, *, first_number: int = 1) -> None:
        """Make the channel known. `first_number` counts only the first time it is seen."""
        ...

    async def accept(self, messages: Sequence[Inbound]) -> Sequence[Accepted]:
        """Store in this order, in one transaction, then submit in order. Same external id: the same turn.

        Raises UnavailableError when the store does not take it; nothing is stored then.
        """
        ...

    async def published(self, channel: str, external_ids: Iterable[str]) -> Mapping[str, bool]:
        """For each id that has a turn: whether that turn was given out. Unknown ids are left out."""
        ...

    async def notice(self, channel: str, kind: str, details: Mapping[str, str]) -> None:
        """Tell people something about the channel that is no message (a file ignored, a folder gone)."""
        ...


class SessionRequest(Protocol):
    """What a person wants of a channel's session before the next turn."""

    @property
    def kind(self) -> Literal["unchanged", "reset", "adopt"]: ...
    @property
    def session_id(self) -> str | None:
        """The session to adopt."""
        ...


class Remembering(Protocol):
    """A channel that shows its session to people, who may change it there."""

    async def session_request(self, channel: str, known: str | None) -> SessionRequest:
        """What a person changed since we wrote it; `known` is the session as the database has it."""
        ...

    async def session_changed(self, channel: str, session_id: str | None) -> None:
        """Show this one."""
        ...


class Channel(Protocol):
    """One kind of channel on this node, for instance all `files:` channels."""

    kind: str

    async def open(self, inbox: Inbox) -> None:
        """Reconcile what was left, then take in. Raises UnavailableError (we try again) or MisconfiguredError."""
        ...

    async def close(self) -> None:
        """Stop taking in. What was accepted stays accepted."""
        ...

    async def send(self, message: Outbound) -> Receipt:
        """Give it out; the same key twice has one effect. Raises NumberTakenError, UnavailableError."""
        ...

    async def settle(self, message: Outbound) -> None:
        """It is marked as given out: let go of what was kept for it. May come again after a crash."""
        ...
