"""What stands between an agent and the world: may I, and can I afford it. Wired by `app`."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sempre.contract.actions import Action, Ruling
from sempre.contract.messages import Usage

# Begins the message of a call that Sempre itself refused, so that no error of a provider is taken for it.
BUDGET_MARKER = "[sempre:budget]"


class Caller(Protocol):
    """Who makes a model call: a live session on a channel, with the turn that it works on right now."""

    # When the provider's quota wall lifts; written by the Messages gateway, None after a call that went through.
    quota_until: datetime | None

    @property
    def channel(self) -> str: ...
    @property
    def session_id(self) -> str: ...
    @property
    def turn_id(self) -> str | None: ...
    @property
    def attempt_id(self) -> str | None: ...
    @property
    def request_id(self) -> str:
        """For the log lines about what it does; empty outside of a turn."""
        ...

    async def words_before(self, call_id: str) -> str:
        """What the agent said last before this call. It may be asked for before that has come here: then this waits,
        but for a moment only."""
        ...

    def waiting(self) -> AbstractContextManager[None]:
        """Around the time that a call waits for a decision: neither silence nor turn time."""
        ...


class Passes(Protocol):
    """The tokens that live sessions show on our loopback listener."""

    def find(self, token: str) -> Caller | None:
        """Whose token this is; None when it is nobody's, or was revoked."""
        ...


Words = Callable[[], Awaitable[str]]


class Gate(Protocol):
    """Asked before each effect. It must fail closed: when it cannot tell, the answer is no."""

    async def judge(self, action: Action, words: Words | None = None) -> Ruling:
        """May this call be made? It may wait for a person before it answers; they are shown the agent's last `words`
        before it, in the place of `action.why`."""
        ...


class Tell(Protocol):
    """Where what happened is told; `kind` is an event kind. Never blocks and never fails."""

    def __call__(
        self, turn_id: str | None, channel: str, kind: str, details: Mapping[str, object]
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What changes the price of a call beside its tokens."""

    long_cache_tokens: int = 0  # of the cache writes, those that are kept for an hour
    searches: int = 0  # web searches that the provider made
    fast: bool = False
    us_only: bool = False  # inference in one region, at a surcharge


class Meter(Protocol):
    """Books model calls, one by one, where they are made."""

    async def begin(
        self,
        caller: Caller,
        model: str,
        *,
        agent: str | None,
        most: Usage | None = None,
        made: bool = False,
    ) -> str:
        """Book a call as in flight, before it leaves. Gives its ledger id. `most` is what it cannot take more than.
        May wait for other calls of the turn, when those may use up what is left of its budget. `made`: it has left
        already, so it is booked in any case.

        Raises RefusedError (over budget, or told to stop) and UnavailableError (the ledger can't be written);
        either way the call must not be made.
        """
        ...

    async def refusal(self, caller: Caller) -> str | None:
        """Why no further call may be made for this turn; None when one may."""
        ...

    async def settle(
        self,
        entry: str,
        usage: Usage | None,
        *,
        model: str | None,
        complete: bool = True,
        extras: Extras | None = None,
        request_id: str | None = None,
    ) -> None:
        """The call ended. `usage` is what the provider counted; its cost is ignored, the ledger prices it.

        None and complete: the provider refused it or was not reached, so it took nothing. Not complete: it broke
        off, `usage` is what had been counted until then (None: nothing), and the entry is marked as unknown.
        """
        ...
