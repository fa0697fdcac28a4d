"""What a run does next: from its rules and what its visits came to, nothing else. Pure, so that a run can be followed
again from its rows after a crash and comes to the same.

Tests failed: the agent mends (`fix`) and they run again, at most `fixes` times each time the run comes to the test
stage. A review that wants changes goes back to implement and from there through test, at most `reviews` times in a
run. A verdict that can't be read is asked for again, at most twice in a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sempre.board.words import STAGES, Decision, Result, Stage, VisitKind

MOST_AGAIN = 2


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`first` and `first_kind` are where the run begins; with `only` it ends with that stage."""

    first: Stage = Stage.PLAN
    first_kind: VisitKind = VisitKind.WORK
    only: bool = False
    approve_plan: bool = False
    fixes: int = 3
    reviews: int = 2


@dataclass(frozen=True, kw_only=True)
class Visited:
    """One visit of a stage. `result` None: it has not ended. `decision`: what a person said to a plan that passed."""

    stage: Stage
    kind: VisitKind = VisitKind.WORK
    result: Result | None = None
    decision: Decision | None = None


@dataclass(frozen=True)
class Go:
    """This stage comes next."""

    stage: Stage
    kind: VisitKind


@dataclass(frozen=True)
class UnderWay:
    """The last visit has not ended."""


@dataclass(frozen=True)
class Approval:
    """A person must read the plan first."""


@dataclass(frozen=True)
class Complete:
    """All is done."""


@dataclass(frozen=True)
class Cancel:
    """A person stopped the last visit."""


@dataclass(frozen=True)
class Fail:
    """The run stops at this stage. `kind` is `visit` when the visit's own failure is the reason."""

    stage: Stage
    kind: str
    message: str = ""


Next = Go | UnderWay | Approval | Complete | Cancel | Fail


def follows(rules: Rules, visits: Sequence[Visited]) -> Next:
    """What comes after these visits, given in their order."""
    if not visits:
        return Go(rules.first, rules.first_kind)
    last = visits[-1]
    match last.result:
        case None:
            return UnderWay()
        case Result.ERROR:
            return Fail(last.stage, "visit")
        case Result.CANCELLED:
            return Cancel()
        case Result.FAILED:
            return _after_failed_tests(rules, visits)
        case Result.UNREADABLE:
            return _after_unreadable(visits)
        case Result.CHANGES:
            return _after_changes(rules, visits)
        case Result.PASSED:
            return _after_passed(rules, last)


def _after_passed(rules: Rules, last: Visited) -> Next:
    if last.stage is Stage.PLAN and last.decision is Decision.SENT_BACK:
        return Go(Stage.PLAN, VisitKind.CHANGES)
    if last.stage is Stage.TEST and last.kind is VisitKind.FIX:
        return Go(Stage.TEST, VisitKind.WORK)
    if rules.only or last.stage is STAGES[-1]:
        return Complete()
    if last.stage is Stage.PLAN and rules.approve_plan and last.decision is None:
        return Approval()
    return Go(STAGES[STAGES.index(last.stage) + 1], VisitKind.WORK)


def _after_failed_tests(rules: Rules, visits: Sequence[Visited]) -> Next:
    if last_in_a_row(visits, Stage.TEST, VisitKind.FIX) < rules.fixes:
        return Go(Stage.TEST, VisitKind.FIX)
    return Fail(
        Stage.TEST,
        "tests_failed",
        f"The tests still fail after the agent tried to mend them {_times(rules.fixes)}. Read their output, then retry "
        "the stage or run implement again with what you know."
        if rules.fixes
        else "The tests fail, and the board lets the agent mend nothing by itself. Read their output, then run "
        "implement again with what you know.",
    )


def _after_unreadable(visits: Sequence[Visited]) -> Next:
    if last_in_a_row(visits, Stage.REVIEW, VisitKind.AGAIN) < MOST_AGAIN:
        return Go(Stage.REVIEW, VisitKind.AGAIN)
    return Fail(
        Stage.REVIEW,
        "no_verdict",
        f"The review gave no verdict that can be read, also when asked again {_times(MOST_AGAIN)}. Read what it said, "
        "then retry the stage.",
    )


def _after_changes(rules: Rules, visits: Sequence[Visited]) -> Next:
    if rules.only:
        return Fail(
            Stage.REVIEW,
            "changes_wanted",
            "The review wants changes, and only this stage was to run. Run implement with its comments.",
        )
    wanted = sum(each.result is Result.CHANGES for each in visits)
    if wanted <= rules.reviews:
        return Go(Stage.IMPLEMENT, VisitKind.CHANGES)
    return Fail(
        Stage.REVIEW,
        "changes_wanted",
        f"The review still wants changes, though they went back to the agent {_times(rules.reviews)}. Read its "
        "comments, then run implement again with what you want."
        if rules.reviews
        else "The review wants changes, and the board sends none back by itself. Read its comments, then run implement "
        "with those that you want.",
    )


def last_in_a_row(visits: Sequence[Visited], stage: Stage, kind: VisitKind) -> int:
    """How many visits of this kind there were since the run last came to that stage."""
    count = 0
    for each in reversed(visits):
        if each.stage is not stage:
            break
        count += each.kind is kind
    return count


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
