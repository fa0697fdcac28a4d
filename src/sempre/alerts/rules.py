"""When something is wrong: one function a rule, from what was measured to the conditions that hold. Each says what
happened and what to do."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sempre.alerts.alert import Severity
from sempre.alerts.sources import Sources, Thresholds, Waiting

_ANSWERED, _TRANSIENT = "answered", "transient"
_DISK_FULL = 10  # a tenth of the threshold: writing fails soon


class Rule(StrEnum):
    QUEUE = "queue_age"
    FAILURES = "failure_rate"
    BUDGET = "budget"
    APPROVAL = "approval_waiting"
    DISK = "disk_low"
    BACKUP = "backup"
    PROVIDER = "provider_down"


# What only the node itself can see; another process must not end it.
OF_A_NODE = frozenset({Rule.DISK, Rule.BACKUP})


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Something that holds now."""

    rule: Rule
    subject: str
    severity: Severity
    message: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a rule is given."""

    sources: Sources
    thresholds: Thresholds
    node: str
    now: datetime


async def queue_age(look: Look) -> Sequence[Condition]:
    return [
        Condition(
            rule=Rule.QUEUE,
            subject=channel,
            severity=Severity.WARNING,
            message=f"Turns of {channel} wait: {count}; the first for more than {_span(look.thresholds.queue)}.",
            remedy="See on its page what runs and whether it is paused; `sempre doctor` says what is stuck.",
        )
        for channel, count in _late(await look.sources.queued(), look.now - look.thresholds.queue)
    ]


async def approval_waiting(look: Look) -> Sequence[Condition]:
    limit = look.thresholds.approval
    return [
        Condition(
            rule=Rule.APPROVAL,
            subject=channel,
            severity=Severity.WARNING,
            message=f"Approvals wait: {count}; the first for more than {_span(limit)}.",
            remedy="Decide them in the dashboard or with `sempre approvals`; undecided they expire to a refusal.",
        )
        for channel, count in _late(await look.sources.approvals(), look.now - limit)
    ]


async def failure_rate(look: Look) -> Sequence[Condition]:
    limits = look.thresholds
    answered, failed = await look.sources.ended(limits.failure_window)
    ended = answered + failed
    if ended < limits.failure_turns or failed * 100 < ended * limits.failure_percent:
        return []
    return [
        Condition(
            rule=Rule.FAILURES,
            subject="",
            severity=Severity.PROBLEM,
            message=f"{failed} of the {ended} turns that ended in the last {_span(limits.failure_window)} failed.",
            remedy="`sempre dead` shows each with its reason; mend that, then retry them.",
        )
    ]


async def budget(look: Look) -> Sequence[Condition]:
    return [
        Condition(
            rule=Rule.BUDGET,
            subject=each.name,
            severity=Severity.PROBLEM if each.reached else Severity.WARNING,
            message=f"The budget {each.name} is reached."
            if each.reached
            else f"The budget {each.name} is used up to {each.percent} %.",
            remedy="Raise it or release what is parked in the dashboard's spend page; else it goes on when the "
            "budget begins anew.",
        )
        for each in await look.sources.budgets()
    ]


async def disk_low(look: Look) -> Sequence[Condition]:
    free, limit = await look.sources.disk_free(), look.thresholds.disk_free
    if free >= limit:
        return []
    return [
        Condition(
            rule=Rule.DISK,
            subject=look.node,
            severity=Severity.PROBLEM if free * _DISK_FULL < limit else Severity.WARNING,
            message=f"{free // 1_000_000} MB are free on the disk of the home; {limit // 1_000_000} MB is the limit.",
            remedy="Free disk space; what cannot be written waits, and nothing is lost meanwhile.",
        )
    ]


async def backup(look: Look) -> Sequence[Condition]:
    standing = await look.sources.backups()
    if standing is None:
        return []
    if standing.drill_failed is not None:
        message = f"The backup {standing.drill_failed} cannot be restored."
        remedy = "`sempre backup verify` says why; make another with `sempre backup`."
    elif standing.failure is not None:
        message = "The last backup failed."
        remedy = f"{standing.failure} Then `sempre backup` makes one now."
    elif (
        standing.missing_since is not None
        and look.now - standing.missing_since > look.thresholds.backup_grace
    ):
        message = (
            f"The backup that was due at {standing.missing_since:%Y-%m-%d %H:%M} UTC is not there."
        )
        remedy = "`sempre backup` makes one now; the log says what kept it."
    else:
        return []
    found = Condition(
        rule=Rule.BACKUP,
        subject=look.node,
        severity=Severity.PROBLEM,
        message=message,
        remedy=remedy,
    )
    return [found]


async def provider_down(look: Look) -> Sequence[Condition]:
    limits = look.thresholds
    found = [
        _provider(
            channel,
            f"The provider does not take the credential; {channel} is stopped.",
            "Connect again in the dashboard's settings, or with `sempre connect`.",
        )
        for channel in await look.sources.refusing()
    ]
    by_ending = await look.sources.attempts(limits.provider_window)
    failed = by_ending.get(_TRANSIENT, 0)
    if failed >= limits.provider_failures and not by_ending.get(_ANSWERED, 0):
        message = (
            f"{failed} attempts in the last {_span(limits.provider_window)} broke on the provider or the network, "
            "and none was answered."
        )
        remedy = "Look at the provider's status page and at this machine's network; turns are tried again by themselves."
        found.append(_provider("", message, remedy))
    return found


RULES: Mapping[Rule, Callable[[Look], Awaitable[Sequence[Condition]]]] = {
    Rule.QUEUE: queue_age,
    Rule.FAILURES: failure_rate,
    Rule.BUDGET: budget,
    Rule.APPROVAL: approval_waiting,
    Rule.DISK: disk_low,
    Rule.BACKUP: backup,
    Rule.PROVIDER: provider_down,
}


def _provider(subject: str, message: str, remedy: str) -> Condition:
    return Condition(
        rule=Rule.PROVIDER,
        subject=subject,
        severity=Severity.PROBLEM,
        message=message,
        remedy=remedy,
    )


def _late(waiting: Waiting, before: datetime) -> Sequence[tuple[str, int]]:
    return [
        (channel, count)
        for channel, (count, oldest) in sorted(waiting.items())
        if oldest is not None and oldest < before
    ]


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
