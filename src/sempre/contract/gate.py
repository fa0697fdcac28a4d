"""What stands between an agent and the world: may I, and can I afford it. Wired by `app`."""

from typing import Protocol

from sempre.contract.actions import Action, Judgement
from sempre.contract.messages import Usage


class Caller(Protocol):
    """Who makes a model call: a live session on a channel, with the turn that it works on right now."""

    @property
    def channel(self) -> str: ...
    @property
    def session_id(self) -> str: ...
    @property
    def turn_id(self) -> str | None: ...
    @property
    def attempt_id(self) -> str | None: ...


class Gate(Protocol):
    """Asked before each effect. It must fail closed: when it cannot tell, the answer is no."""

    async def judge(self, action: Action) -> Judgement:
        """May this call be made?"""
        ...


class Meter(Protocol):
    """Books model calls, one by one, where they are made."""

    async def begin(self, caller: Caller, model: str, *, agent: str | None) -> str:
        """Book a call as in flight, before it leaves. Gives its ledger id. Raises RefusedError: over budget."""
        ...

    async def settle(self, entry: str, usage: Usage | None, *, model: str | None) -> None:
        """The call came back: what it took; None when the provider counted nothing."""
        ...
