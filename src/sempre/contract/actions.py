"""One call of a tool or skill by an agent, and what may become of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


@dataclass(frozen=True, kw_only=True)
class Action:
    """A call that an agent wants to make. `input` is the tool's own JSON. `subagent` is set inside one."""

    channel: str
    turn_id: str | None
    call_id: str
    tool: str
    input: Mapping[str, object]
    directory: str
    subagent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What policy says of an action; the reason is told to the model and to people."""

    verdict: Verdict
    rule: str
    reason: str
