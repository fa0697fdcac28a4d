"""How judgements are made and put together."""

from collections.abc import Iterable

from sempre.contract.actions import Judgement, Verdict

_ORDER = (Verdict.DENY, Verdict.ASK, Verdict.ALLOW)


def allow(rule: str) -> Judgement:
    return Judgement(verdict=Verdict.ALLOW, rule=rule, reason="")


def ask(rule: str, reason: str) -> Judgement:
    return Judgement(verdict=Verdict.ASK, rule=rule, reason=reason)


def deny(rule: str, reason: str) -> Judgement:
    return Judgement(verdict=Verdict.DENY, rule=rule, reason=reason)


def strictest(judgements: Iterable[Judgement]) -> Judgement:
    """The first of the strictest kind. There must be one."""
    return min(judgements, key=lambda judgement: _ORDER.index(judgement.verdict))
