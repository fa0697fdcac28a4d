"""Which part of a card's script is played, from the very prompts that cards get."""

import pytest

from sempre.board.words import Stage, VisitKind
from sempre.rehearsal.directives import read_script
from sempre.rehearsal.stages import staged
from sempre.workflows import card_verdict
from sempre.workflows.card_prompts import Told, write

DESCRIPTION = (
    "Add a price.\n"
    "[[plan:[[say:the plan]]]]\n"
    "[[implement:[[say:the work]]]]\n"
    "[[fix:[[say:first fix]]]] [[fix:[[say:second fix]]]]\n"
    "[[changes:[[say:the changes]]]]\n"
    '[[review:[[verdict:{"verdict": "approve", "summary": "in @PLACE"}]]]]'
)


def prompt(
    stage: Stage, kind: VisitKind = VisitKind.WORK, turn: int = 1, text: str = DESCRIPTION
) -> str:
    return write(
        Told(
            key="SHOP-1",
            title="Price",
            stage=stage,
            kind=kind,
            round=turn,
            description=text,
            spec_path="specs/shop-1-price.md",
        )
    )


@pytest.mark.parametrize(
    ("stage", "kind", "turn", "says"),
    [
        (Stage.PLAN, VisitKind.WORK, 1, "the plan"),
        (Stage.IMPLEMENT, VisitKind.WORK, 1, "the work"),
        (Stage.TEST, VisitKind.FIX, 1, "first fix"),
        (Stage.TEST, VisitKind.FIX, 2, "second fix"),
        (Stage.TEST, VisitKind.FIX, 9, "second fix"),
        (Stage.IMPLEMENT, VisitKind.CHANGES, 1, "the changes"),
        (Stage.PLAN, VisitKind.CHANGES, 2, "the changes"),
    ],
)
def test_each_visit_plays_its_part(stage: Stage, kind: VisitKind, turn: int, says: str) -> None:
    script = staged(prompt(stage, kind, turn), "/place")
    assert script is not None
    assert read_script(script).say == says


def test_a_verdict_is_what_a_review_must_end_with() -> None:
    script = staged(prompt(Stage.REVIEW), '/a "place"')
    assert script is not None
    verdict = card_verdict.read(read_script(script).say or "")
    assert verdict is not None
    assert (verdict.verdict, verdict.summary) == ("approve", 'in /a "place"')


def test_a_note_of_sempre_before_the_prompt_changes_nothing() -> None:
    script = staged(f"[Sempre] It was interrupted.\n\n{prompt(Stage.PLAN)}", "/place")
    assert script == "[[say:the plan]]"


def test_without_a_script_a_run_goes_well_in_real_files() -> None:
    plan = read_script(staged(prompt(Stage.PLAN, text="Add a price."), "/place") or "")
    assert [call.input["file_path"] for call in plan.calls] == ["/place/specs/shop-1-price.md"]
    implement = read_script(staged(prompt(Stage.IMPLEMENT, text="x"), "/place") or "")
    assert [call.name for call in implement.calls] == ["Write"]
    review = read_script(staged(prompt(Stage.REVIEW, text="x"), "/place") or "")
    verdict = card_verdict.read(review.say or "")
    assert verdict is not None
    assert verdict.verdict == "approve"


def test_a_review_that_is_told_of_deleted_tests_wants_them_back() -> None:
    told = Told(
        key="SHOP-1",
        title="Price",
        stage=Stage.REVIEW,
        kind=VisitKind.WORK,
        round=1,
        tests=[("D", "test_price.py"), ("M", "test_shop.py")],
    )
    review = read_script(staged(write(told), "/place") or "")
    verdict = card_verdict.read(review.say or "")
    assert verdict is not None
    assert verdict.verdict == "changes"
    assert [each.file for each in verdict.comments] == ["test_price.py"]


def test_a_script_without_parts_is_for_all_stages() -> None:
    assert staged(prompt(Stage.PLAN, text="[[say:always]]"), "/place") is None


def test_a_prompt_that_is_no_cards_is_left_alone() -> None:
    assert staged("Card games are fun.", "/place") is None
    assert staged("[[plan:[[say:x]]]]", "/place") is None
