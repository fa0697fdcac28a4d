"""Each rule: when it holds, and that what it says names what to do."""

from datetime import timedelta
from typing import Any

import pytest

from sempre import clock
from sempre.alerts import BackupStanding, BudgetStanding, Condition, Rule, Severity
from sempre.alerts.rules import RULES, Look
from tests.alerts.conftest import THRESHOLDS, World

NOW = clock.now()
OLD, YOUNG = NOW - timedelta(hours=2), NOW - timedelta(minutes=1)


async def found(world: World, rule: Rule) -> list[tuple[str, Severity]]:
    look = Look(sources=world.sources(), thresholds=THRESHOLDS, node="here", now=NOW)
    conditions: list[Condition] = list(await RULES[rule](look))
    for each in conditions:
        assert each.rule is rule
        assert each.message.endswith(".")
        assert len(each.remedy) > 20
    return [(each.subject, each.severity) for each in conditions]


def backup(**more: Any) -> BackupStanding:
    nothing = {"missing_since": None, "failure": None, "drill_failed": None}
    return BackupStanding(**{**nothing, **more})


WARNING, PROBLEM = Severity.WARNING, Severity.PROBLEM
CASES: list[tuple[World, Rule, list[tuple[str, Severity]]]] = [
    (World(queued={"c:1": (3, OLD), "c:2": (9, YOUNG), "c:3": (0, None)}), Rule.QUEUE, [("c:1", WARNING)]),
    (World(approvals={"": (2, OLD)}), Rule.APPROVAL, [("", WARNING)]),
    (World(approvals={"": (2, YOUNG)}), Rule.APPROVAL, []),
    (World(ended=(2, 2)), Rule.FAILURES, [("", PROBLEM)]),
    (World(ended=(3, 2)), Rule.FAILURES, []),
    (World(ended=(0, 3)), Rule.FAILURES, []),
    (World(budgets=[BudgetStanding(name="day", percent=85, reached=False)]), Rule.BUDGET, [("day", WARNING)]),
    (World(budgets=[BudgetStanding(name="day", percent=100, reached=True)]), Rule.BUDGET, [("day", PROBLEM)]),
    (World(free=10**9), Rule.DISK, []),
    (World(free=10**9 - 1), Rule.DISK, [("here", WARNING)]),
    (World(free=10**8 - 1), Rule.DISK, [("here", PROBLEM)]),
    (World(), Rule.BACKUP, []),
    (World(backup=backup()), Rule.BACKUP, []),
    (World(backup=backup(missing_since=YOUNG)), Rule.BACKUP, []),
    (World(backup=backup(missing_since=OLD)), Rule.BACKUP, [("here", PROBLEM)]),
    (World(backup=backup(failure="No room.")), Rule.BACKUP, [("here", PROBLEM)]),
    (World(backup=backup(drill_failed="x")), Rule.BACKUP, [("here", PROBLEM)]),
    (World(attempts={"transient": 3}), Rule.PROVIDER, [("", PROBLEM)]),
    (World(attempts={"transient": 9, "answered": 1}), Rule.PROVIDER, []),
    (World(attempts={"transient": 2, "error": 9}), Rule.PROVIDER, []),
    (World(refusing=["c:1"]), Rule.PROVIDER, [("c:1", PROBLEM)]),
]  # fmt: skip


@pytest.mark.parametrize(("world", "rule", "expected"), CASES)
async def test_a_rule_holds_from_its_threshold_on(
    world: World, rule: Rule, expected: list[tuple[str, Severity]]
) -> None:
    assert await found(world, rule) == expected


async def test_every_rule_is_silent_where_nothing_is_wrong() -> None:
    for rule in Rule:
        assert await found(World(), rule) == []
