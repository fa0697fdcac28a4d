"""What makes a change of rules a widening: agents may do more afterwards than before, or might.

Simple on purpose, and on the safe side: any rule that allows and was not there word for word, any other that is
gone, any change of their order, and one that asks where another denied.
"""

from collections.abc import Sequence

from sempre.contract.actions import OnAsk, Verdict
from sempre.contract.rules import Rule


def widenings(before: Sequence[Rule], after: Sequence[Rule]) -> Sequence[str]:
    """What the change widens, in words; empty when it only narrows."""
    old = [each.conditions for each in before]
    new = [each.conditions for each in after]
    found = [
        f"allows anew: {_said(each)}"
        for each in after
        if each.allows and each.conditions not in old
    ]
    found += [
        f"no longer asks or denies: {_said(each)}"
        for each in before
        if not each.allows and each.conditions not in new
    ]
    found += [
        f"asks before another denies: {_said(each)}"
        for at, each in enumerate(after)
        if each.verdict is Verdict.ASK
        and each.conditions not in old
        and any(kept.verdict is Verdict.DENY and kept.conditions in old for kept in after[at:])
    ]
    kept_before = [each for each in old if each in new]
    kept_after = [each for each in new if each in old]
    if kept_before != kept_after:
        found.append("changes the order of rules")
    return found


def loosenings(before: Sequence[Rule], after: Sequence[Rule]) -> Sequence[str]:
    """The same for lists that only ask and deny, where order counts only between one that asks and one that denies."""
    old, new = [each.conditions for each in before], [each.conditions for each in after]
    found = [
        f"no longer asks or denies: {_said(each)}" for each in before if each.conditions not in new
    ]
    for at, asks in enumerate(after):
        denied = [each.conditions for each in after[at:] if each.verdict is Verdict.DENY]
        ahead = old[: old.index(asks.conditions)] if asks.conditions in old else old
        if asks.verdict is Verdict.ASK and any(each in ahead for each in denied):
            found.append(f"asks before another denies: {_said(asks)}")
    return found


def widens(before: OnAsk, after: OnAsk) -> bool:
    """Whether calls that a person decided, or nobody, are allowed without one from now on."""
    return after is OnAsk.ALLOW and before is not OnAsk.ALLOW


def _said(rule: Rule) -> str:
    return " ".join(each for each in rule.conditions if each)
