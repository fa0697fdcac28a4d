"""What came of one prompt on a live session, in our words: the only file that judges Claude Code's results.

Never by `subtype`: an error of the provider's comes as `success`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from claude_agent_sdk import ResultMessage

from sempre import clock
from sempre.agents.claude import quota
from sempre.contract.agents import Ending
from sempre.contract.gate import BUDGET_MARKER
from sempre.contract.messages import Failure, Usage


@dataclass(frozen=True, kw_only=True)
class Reply:
    ending: Ending
    text: str | None = None
    model: str | None = None
    usage: Usage = field(default_factory=Usage)
    failure: Failure | None = None
    until: datetime | None = None
    waits_for: str | None = None  # the call that a person must decide


def failed(ending: Ending, kind: str, message: str) -> Reply:
    return Reply(ending=ending, failure=Failure(kind=kind, message=message))


def judge(
    result: ResultMessage,
    *,
    model: str | None,
    error: str | None,
    until: datetime | None,
    usage: Usage,
) -> Reply:
    """`error` is what the last assistant message carried; `until` when a quota wall was said to fall."""
    if (
        result.deferred_tool_use is not None
    ):  # never by `terminal_reason`: it is missing the second time
        waits_for = result.deferred_tool_use.id
        return Reply(ending=Ending.WAITING, model=model, usage=usage, waits_for=waits_for)
    if not result.is_error:
        return Reply(ending=Ending.ANSWERED, text=result.result or "", model=model, usage=usage)
    text = result.result or "; ".join(result.errors or []) or result.subtype
    if BUDGET_MARKER in text:  # our own gateway said no, in the words that follow
        words = text.partition(BUDGET_MARKER)[2].strip()
        failure = Failure(kind="budget", message=words)
        return Reply(ending=Ending.BUDGET, model=model, usage=usage, failure=failure)
    ending, kind, remedy = _ending(result, error, text)
    if ending is Ending.TRANSIENT and _is_wall(result, text, until):
        ending, kind, remedy = (
            Ending.QUOTA,
            "quota",
            "The channel goes on by itself when it is reset.",
        )
    return Reply(
        ending=ending,
        model=model,
        usage=usage,
        failure=Failure(kind=kind, message=_sentences(text.rstrip(), remedy)),
        until=(until or quota.falls_at(text, clock.now())) if ending is Ending.QUOTA else None,
    )


def _sentences(said: str, remedy: str) -> str:
    """What the provider said often ends without a full stop."""
    stop = "." if remedy and said and said[-1].isalnum() else ""
    return f"{said}{stop} {remedy}".strip()


_Verdict = tuple[Ending, str, str]

_LOGIN: _Verdict = (
    Ending.AUTHENTICATION,
    "authentication",
    "Check the key or login under Settings, then resume the worker.",
)
_BILLING: _Verdict = (
    Ending.AUTHENTICATION,
    "billing",
    "Settle it with the provider, then resume the worker.",
)
_NO_MODEL: _Verdict = (
    Ending.MISCONFIGURED,
    "model_not_found",
    "Correct the worker's model, then resume it.",
)
_BY_STATUS: dict[int, _Verdict] = {
    400: (Ending.INVALID, "invalid_request", "The provider does not take this prompt as it is."),
    401: _LOGIN,
    402: _BILLING,
    403: _LOGIN,
    404: _NO_MODEL,
    408: (Ending.TRANSIENT, "timeout", ""),
    409: (Ending.TRANSIENT, "conflict", ""),
    413: (Ending.INVALID, "too_large", "Send a shorter prompt."),
    422: (Ending.INVALID, "invalid_request", "The provider does not take this prompt as it is."),
    429: (Ending.TRANSIENT, "rate_limit", ""),
}
_BY_ERROR: dict[str, _Verdict] = {
    "authentication_failed": _LOGIN,
    "oauth_org_not_allowed": _LOGIN,
    "billing_error": _BILLING,
    "model_not_found": _NO_MODEL,
    "rate_limit": (Ending.TRANSIENT, "rate_limit", ""),
    "server_error": (Ending.TRANSIENT, "provider", ""),
    "overloaded": (Ending.TRANSIENT, "provider", ""),
}
_LOST = (
    "connection",
    "network",
    "fetch failed",
    "timed out",
    "timeout",
    "socket",
    "econn",
    "stream",
)
_UNPAID = ("credit balance", "billing")


def _ending(result: ResultMessage, error: str | None, text: str) -> _Verdict:
    status, lower = result.api_error_status, text.lower()
    if status == 400 and any(word in lower for word in _UNPAID):
        return _BILLING
    if status is not None and status >= 500:
        return (Ending.TRANSIENT, "provider", "")
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if result.terminal_reason == "api_error" and any(word in lower for word in _LOST):
        return (Ending.TRANSIENT, "network", "")
    if error in _BY_ERROR:
        return _BY_ERROR[error]
    if (result.terminal_reason or "").startswith("aborted"):
        return (Ending.ERROR, "aborted", "Claude Code broke the turn off by itself.")
    if quota.is_wall(text):
        return (Ending.TRANSIENT, "rate_limit", "")
    return (Ending.ERROR, result.terminal_reason or result.subtype, "")


def _is_wall(result: ResultMessage, text: str, until: datetime | None) -> bool:
    limited = result.api_error_status in (None, 429)
    return limited and (until is not None or quota.is_wall(text))


def usage_of(counted: dict[str, Any] | None, cost_micros: int | None) -> Usage:
    """The tokens of this turn, as its result has them."""
    counts = counted or {}
    return Usage(
        input_tokens=counts.get("input_tokens") or 0,
        output_tokens=counts.get("output_tokens") or 0,
        cache_read_tokens=counts.get("cache_read_input_tokens") or 0,
        cache_write_tokens=counts.get("cache_creation_input_tokens") or 0,
        cost_micros=cost_micros,
    )
