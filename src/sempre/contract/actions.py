"""One call of a tool or skill by an agent, and what may become of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Risk(StrEnum):
    """How much a call may break, in order."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class OnAsk(StrEnum):
    """What a channel does with a call that a person should decide."""

    WAIT = "wait"  # for a person
    DENY = "deny"
    ALLOW = "allow"  # unattended: nobody decides, all is audited


@dataclass(frozen=True, kw_only=True)
class Action:
    """A call that an agent wants to make. `input` is the tool's own JSON. `subagent` is set inside one. `why` are
    the agent's last words before it."""

    channel: str
    turn_id: str | None
    call_id: str
    tool: str
    input: Mapping[str, object]
    directory: str
    session_id: str = ""
    subagent: str | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What policy says of an action; the reason is told to the model and to people."""

    verdict: Verdict
    rule: str
    reason: str
    risk: Risk = Risk.MEDIUM
    risk_reason: str = ""


class Say(StrEnum):
    """What a hook can say of a call."""

    ALLOW = "allow"
    DENY = "deny"
    DEFER = "defer"  # the turn ends here; once a person has decided, the call is asked about again


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """The gate's answer to one call. `reason` is told to the model when it is refused. `input` replaces what the
    agent wanted, and then `note` tells it so."""

    say: Say
    reason: str = ""
    input: Mapping[str, object] | None = None
    note: str = ""
