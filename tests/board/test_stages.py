"""The stage machine, against anything that stages may come to."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre.board.stages import (
    MOST_AGAIN,
    Approval,
    Cancel,
    Complete,
    Fail,
    Go,
    Next,
    Rules,
    UnderWay,
    Visited,
    follows,
)
from sempre.board.words import STAGES, Decision, Result, Stage, VisitKind

P, DO, T, R = STAGES
PASSED, FAILED, WANTED = Result.PASSED, Result.FAILED, Result.CHANGES
FIX, CHANGES, AGAIN = VisitKind.FIX, VisitKind.CHANGES, VisitKind.AGAIN
RULES = st.builds(
    Rules,
    first=st.sampled_from(STAGES),
    first_kind=st.just(VisitKind.WORK),
    only=st.booleans(),
    approve_plan=st.booleans(),
    fixes=st.integers(0, 4),
    reviews=st.integers(0, 3),
)
POSSIBLE = {
    T: (PASSED, FAILED, Result.ERROR, Result.CANCELLED),
    R: (PASSED, WANTED, Result.UNREADABLE, Result.ERROR, Result.CANCELLED),
}
LONGEST = 400


def possible(go: Go) -> Sequence[Result]:
    if go.kind is FIX:
        return (PASSED, Result.ERROR, Result.CANCELLED)
    return POSSIBLE.get(go.stage, (PASSED, Result.ERROR, Result.CANCELLED))


def walk(rules: Rules, chosen: Sequence[int]) -> tuple[list[Visited], Next]:
    """What comes of a run when each visit ends as the numbers say, none of them by an error or a person's stop as long
    as there are others; a plan may be sent back three times."""
    visits: list[Visited] = []
    sent_back = 0
    for at in range(LONGEST):
        comes = follows(rules, visits)
        number = chosen[at % len(chosen)]
        match comes:
            case Go(stage, kind):
                results = possible(comes)
                visits.append(
                    Visited(stage=stage, kind=kind, result=results[number % len(results)])
                )
            case Approval():
                back = number % 2 == 1 and sent_back < 3
                sent_back += back
                decision = Decision.SENT_BACK if back else Decision.APPROVED
                visits[-1] = Visited(
                    stage=P, kind=visits[-1].kind, result=PASSED, decision=decision
                )
            case _:
                return visits, comes
    raise AssertionError("it never ends")


WALKS = st.lists(st.integers(0, 59), min_size=1, max_size=60)


@settings(deadline=None)
@given(RULES, WALKS)
def test_every_run_ends_within_its_limits(rules: Rules, chosen: list[int]) -> None:
    visits, end = walk(rules, chosen)
    assert isinstance(end, Complete | Fail | Cancel)
    changes = sum(each.stage is DO and each.kind is CHANGES for each in visits)
    assert changes <= rules.reviews
    in_a_row = {FIX: 0, AGAIN: 0}
    before: Visited | None = None
    for each in visits:
        for kind in in_a_row:
            in_a_row[kind] = 0 if before and before.stage is not each.stage else in_a_row[kind]
            in_a_row[kind] += each.kind is kind
        assert in_a_row[FIX] <= rules.fixes
        assert in_a_row[AGAIN] <= MOST_AGAIN
        before = each
    assert sum(each.kind is FIX for each in visits) <= rules.fixes * (rules.reviews + 1)
    if rules.only:
        assert {each.stage for each in visits} <= {rules.first}


@settings(deadline=None)
@given(RULES, WALKS)
def test_what_was_changed_is_always_tested_before_it_is_reviewed(
    rules: Rules, chosen: list[int]
) -> None:
    visits, end = walk(rules, chosen)
    changed = False
    for each in visits:
        if each.stage is DO or each.kind is FIX:
            changed = True
        elif each.stage is T and each.result is PASSED:
            changed = False
        elif each.stage is R:
            assert not changed
    if isinstance(end, Complete) and not rules.only:
        assert visits[-1].stage is R
        assert visits[-1].result is PASSED
        assert not changed


@settings(deadline=None)
@given(RULES, WALKS)
def test_a_run_that_is_followed_again_from_its_rows_comes_to_the_same(
    rules: Rules, chosen: list[int]
) -> None:
    visits, end = walk(rules, chosen)
    for at, each in enumerate(visits):
        open_visit = Visited(stage=each.stage, kind=each.kind)
        assert follows(rules, visits[:at]) == Go(each.stage, each.kind)
        assert follows(rules, [*visits[:at], open_visit]) == UnderWay()
    assert follows(rules, visits) == end == follows(rules, list(visits))


@settings(deadline=None)
@given(RULES, WALKS)
def test_no_step_but_back_from_the_review_or_on_to_the_next(
    rules: Rules, chosen: list[int]
) -> None:
    visits, _ = walk(rules, chosen)
    for before, after in pairwise(visits):
        step = STAGES.index(after.stage) - STAGES.index(before.stage)
        assert step in {0, 1} or (before.stage, after.stage) == (R, DO)
        if step == 1:
            assert before.result is PASSED


def of(*visits: tuple[Stage, VisitKind, Result]) -> list[Visited]:
    return [Visited(stage=stage, kind=kind, result=result) for stage, kind, result in visits]


WORK = VisitKind.WORK


def test_all_goes_well() -> None:
    visits: list[Visited] = []
    for stage in STAGES:
        assert follows(Rules(), visits) == Go(stage, WORK)
        visits += of((stage, WORK, PASSED))
    assert follows(Rules(), visits) == Complete()


def test_tests_that_fail_are_mended_as_often_as_the_board_says() -> None:
    rules = Rules(first=T, fixes=2)
    visits = of((T, WORK, FAILED))
    for _ in range(2):
        assert follows(rules, visits) == Go(T, FIX)
        visits += of((T, FIX, PASSED))
        assert follows(rules, visits) == Go(T, WORK)
        visits += of((T, WORK, FAILED))
    end = follows(rules, visits)
    assert isinstance(end, Fail)
    assert (end.stage, end.kind) == (T, "tests_failed")
    assert "twice" in end.message
    none = follows(Rules(first=T, fixes=0), of((T, WORK, FAILED)))
    assert isinstance(none, Fail)
    assert "by itself" in none.message


def test_after_a_review_with_changes_the_tests_get_their_rounds_anew() -> None:
    rules = Rules(first=T, fixes=1, reviews=1)
    visits = of((T, WORK, FAILED), (T, FIX, PASSED), (T, WORK, PASSED), (R, WORK, WANTED))
    assert follows(rules, visits) == Go(DO, CHANGES)
    visits += of((DO, CHANGES, PASSED), (T, WORK, FAILED))
    assert follows(rules, visits) == Go(T, FIX)
    visits += of((T, FIX, PASSED), (T, WORK, PASSED), (R, WORK, WANTED))
    end = follows(rules, visits)
    assert isinstance(end, Fail)
    assert (end.stage, end.kind) == (R, "changes_wanted")


def test_a_review_alone_sends_nothing_back() -> None:
    end = follows(Rules(first=R, only=True), of((R, WORK, WANTED)))
    assert isinstance(end, Fail)
    assert end.kind == "changes_wanted"
    assert follows(Rules(first=R, only=True), of((R, WORK, PASSED))) == Complete()
    none = follows(Rules(first=R, reviews=0), of((R, WORK, WANTED)))
    assert isinstance(none, Fail)
    assert "by itself" in none.message


def test_a_verdict_that_cannot_be_read_is_asked_for_again_twice() -> None:
    visits = of((R, WORK, Result.UNREADABLE))
    for _ in range(2):
        assert follows(Rules(), visits) == Go(R, AGAIN)
        visits += of((R, AGAIN, Result.UNREADABLE))
    end = follows(Rules(), visits)
    assert isinstance(end, Fail)
    assert end.kind == "no_verdict"
    assert follows(Rules(), of((R, WORK, Result.UNREADABLE), (R, AGAIN, PASSED))) == Complete()


def test_a_plan_waits_for_a_person_only_when_the_board_wants_it_and_something_follows() -> None:
    planned = of((P, WORK, PASSED))
    assert follows(Rules(approve_plan=True), planned) == Approval()
    assert follows(Rules(approve_plan=True, only=True), planned) == Complete()
    assert follows(Rules(), planned) == Go(DO, WORK)
    back = [Visited(stage=P, result=PASSED, decision=Decision.SENT_BACK)]
    assert follows(Rules(approve_plan=True), back) == Go(P, CHANGES)
    again = [*back, Visited(stage=P, kind=CHANGES, result=PASSED)]
    assert follows(Rules(approve_plan=True), again) == Approval()


@pytest.mark.parametrize("stage", STAGES)
def test_an_error_stops_the_run_there_and_a_person_s_stop_cancels_it(stage: Stage) -> None:
    assert follows(Rules(), of((stage, WORK, Result.ERROR))) == Fail(stage, "visit")
    assert follows(Rules(), of((stage, WORK, Result.CANCELLED))) == Cancel()


def test_a_run_that_begins_with_comments_works_them_in_first() -> None:
    rules = Rules(first=DO, first_kind=CHANGES)
    assert follows(rules, []) == Go(DO, CHANGES)
    assert follows(rules, of((DO, CHANGES, PASSED))) == Go(T, WORK)
