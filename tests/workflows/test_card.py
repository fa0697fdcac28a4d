"""The whole walk of a card, with real git, database and engine; the coder is ours."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sempre.board import Request, Run, RunInput
from sempre.board.words import (
    Column,
    RunState,
    SessionChoice,
    Settlement,
    Stage,
    WorkflowStage,
)
from sempre.durable import State
from sempre.errors import ConflictError, MisconfiguredError
from tests.board import work
from tests.support.patience import PATIENCE
from tests.workflows.workshop import (
    APPROVES,
    Asked,
    Workshop,
    fails,
    open_workshop,
    says,
    writes,
)

WANTS_CHANGES = (
    "```json\n"
    '{"verdict": "changes", "summary": "Not yet.", "comments": [{"file": "shop.py", "line": 1, "text": "Why?"}]}\n'
    "```"
)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with open_workshop(tmp_path) as made:
        yield made


async def test_a_card_walks_all_stages_and_is_merged(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card("New price")
    run = await shop.ended(await shop.run(card))
    assert (run.state, run.failure) == (RunState.COMPLETED, None)
    assert await shop.walk(run) == [
        "plan passed",
        "implement passed",
        "test passed",
        "review passed",
    ]
    assert await shop.column(card) is Column.REVIEW
    assert run.workflow_stage is WorkflowStage.COMPLETED
    assert run.waits_for_person
    card = await shop.room.cards.get(card.id)
    assert card.text.spec_path == "specs/shop-1-new-price.md"
    assert (await shop.commands.spec(card.id)) == (card.text.spec_path, "# SHOP-1, round 1\n")
    assert work.log(shop.repository, "card/SHOP-1-1") == [
        "Implement SHOP-1: New price",
        "Plan SHOP-1: New price",
        "First",
    ]
    commit = await shop.commands.merge(card.id, by="ana")
    assert await shop.commands.merge(card.id, by="ana") == commit
    assert await shop.column(card) is Column.DONE
    assert (shop.repository / "shop-1.py").read_text() == "ROUND = 1\n"
    assert not is_there(run.worktree)
    assert work.git(shop.repository, "branch", "--list", "card/*") == ""
    settled = await shop.room.runs.get(run.id)
    assert (settled.settlement, settled.settled_commit) == (Settlement.MERGED, commit)


async def test_each_visit_is_a_turn_with_its_log_in_one_sequence(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    visits = await shop.room.visits.of_run(run.id)
    await shop.house.log.flushed()
    expected = 0
    for visit in visits:
        assert visit.log_offset == expected
        turn = await shop.house.turns.get(visit.turn_id or "")
        assert turn.origin["stage"] == visit.stage
        expected += await shop.house.log.last_seq(turn.id)
    sessions = [visit.session_id for visit in visits]
    assert sessions[0] == sessions[1] == run.session_id
    assert sessions[3] not in {None, run.session_id}


async def test_failing_tests_go_back_to_the_agent_and_then_pass(shop: Workshop) -> None:
    await shop.board(test=("grep -q 2 shop.py || { echo 'price is wrong'; exit 1; }",))
    shop.coder.acts["test.fix"] = writes("shop.py", "PRICE = 2\n")
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    assert run.state is RunState.COMPLETED
    assert (await shop.walk(run))[2:] == [
        "test failed",
        "test.fix passed",
        "test passed",
        "review passed",
    ]
    fix = next(each for each in shop.coder.asked if each.kind == "fix")
    assert "price is wrong" in fix.prompt
    assert fix.session.id == run.session_id


async def test_tests_that_never_pass_stop_the_run_there(shop: Workshop) -> None:
    await shop.board(test=("exit 3",), test_rounds=1)
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    assert run.state is RunState.FAILED
    assert run.failure is not None
    assert run.failure.kind == "tests_failed"
    assert await shop.column(card) is Column.TEST
    assert shop.coder.visits() == ["plan", "implement", "test.fix"]
    visits = await shop.room.visits.of_run(run.id)
    assert visits[-1].exit_code == 3


async def test_a_review_with_changes_goes_back_through_implement_and_test(shop: Workshop) -> None:
    await shop.board()

    def reviews(asked: Asked) -> str:
        return WANTS_CHANGES if asked.round == 1 else APPROVES

    shop.coder.acts["review"] = reviews
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    assert run.state is RunState.COMPLETED
    assert shop.coder.visits() == ["plan", "implement", "review", "implement.changes", "review"]
    changes = next(each for each in shop.coder.asked if each.kind == "changes")
    assert "shop.py:1: Why?" in changes.prompt
    assert changes.session.id == run.session_id
    first, second = (each.session.id for each in shop.coder.asked if each.stage == "review")
    assert first != second


async def test_a_verdict_that_cannot_be_read_is_asked_for_again_in_its_session(
    shop: Workshop,
) -> None:
    await shop.board()
    shop.coder.acts["review.work"] = says("Looks good to me!")
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    assert run.state is RunState.COMPLETED
    assert (await shop.walk(run))[3:] == ["review unreadable", "review.again passed"]
    first, second = (each.session.id for each in shop.coder.asked if each.stage == "review")
    assert first == second


async def test_a_review_is_told_of_tests_that_vanished(shop: Workshop) -> None:
    work.write(shop.repository, {"tests/test_shop.py": "def test_price(): ...\n"})
    work.commit(shop.repository, "Tests")
    await shop.board()

    def deletes(asked: Asked) -> str:
        (asked.place / "tests" / "test_shop.py").unlink()
        return "Done."

    shop.coder.acts["implement"] = deletes
    run = await shop.ended(await shop.run(await shop.card()))
    assert run.state is RunState.COMPLETED
    review = next(each for each in shop.coder.asked if each.stage == "review")
    assert "tests/test_shop.py: DELETED" in review.prompt


async def test_a_stage_that_fails_stops_the_run_and_a_retry_goes_on_there(shop: Workshop) -> None:
    await shop.board()
    shop.coder.acts["implement"] = fails("The model is on fire.")
    card = await shop.card()
    failed = await shop.ended(await shop.run(card))
    assert failed.state is RunState.FAILED
    assert failed.failure is not None
    assert failed.failure.message == "The model is on fire."
    assert failed.workflow_stage is WorkflowStage.ERROR
    assert await shop.column(card) is Column.IMPLEMENT
    assert await shop.house.dead_letters.count() == 1
    del shop.coder.acts["implement"]
    again = await shop.ended(await shop.commands.retry(card.id, by="ana"))
    assert await shop.house.dead_letters.count() == 0, "the person has dealt with it"
    assert again.state is RunState.COMPLETED
    assert await shop.walk(again) == ["implement passed", "test passed", "review passed"]
    assert (again.worktree, again.session_id) == (failed.worktree, failed.session_id)
    assert [each.number for each in await shop.room.runs.of_card(card.id)] == [2, 1]


async def test_a_plan_without_a_spec_is_no_plan(shop: Workshop) -> None:
    await shop.board()
    shop.coder.acts["plan"] = says("I have a plan.")
    run = await shop.ended(await shop.run(await shop.card()))
    assert run.failure is not None
    assert run.failure.kind == "no_spec"


async def test_a_spec_under_another_name_is_found(shop: Workshop) -> None:
    await shop.board()
    shop.coder.acts["plan"] = writes("specs/my own name.md", "# Plan\n")
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    assert run.state is RunState.COMPLETED
    assert (await shop.room.cards.get(card.id)).text.spec_path == "specs/my own name.md"
    implement = next(each for each in shop.coder.asked if each.stage == "implement")
    assert "specs/my own name.md" in implement.prompt


async def test_with_the_gate_the_plan_waits_for_a_person(shop: Workshop) -> None:
    await shop.board(approve_plan=True)
    card = await shop.card()
    run = await shop.until(await shop.run(card), lambda found: found.state is RunState.WAITING)
    await shop.commands.send_back(card.id, text="Shorter, please.", by="ana")
    await shop.until(
        run, lambda found: found.state is RunState.WAITING and len(shop.coder.asked) == 2
    )
    assert "Shorter, please." in shop.coder.asked[1].prompt
    await shop.commands.approve_plan(card.id, by="ana")
    run = await shop.ended(run)
    assert run.state is RunState.COMPLETED
    assert shop.coder.visits() == ["plan", "plan.changes", "implement", "review"]


async def test_one_stage_alone_and_edited_input(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    await shop.ended(await shop.run(card))
    given = RunInput(
        spec="# Another spec\n", instructions="Only blue ones.", description="New words"
    )
    request = Request(first=Stage.IMPLEMENT, only=True, input=given)
    run = await shop.ended(await shop.run(card, request))
    assert await shop.walk(run) == ["implement passed"]
    prompt = shop.coder.asked[-1].prompt
    assert "Only blue ones." in prompt
    assert "New words" in prompt
    spec = await shop.commands.spec(card.id)
    assert spec is not None
    assert spec[1] == "# Another spec\n"


async def test_line_comments_become_one_turn_that_changes_the_file(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    first = await shop.ended(await shop.run(card))
    for line, text in ((1, "Too dear."), (2, "And this?")):
        await shop.room.comments.add(
            first.id, file="shop.py", line=line, side="new", text=text, by="ana"
        )
    shop.coder.acts["implement.changes"] = writes("shop.py", "PRICE = 7\n")
    run = await shop.ended(await shop.commands.send_comments(first.id, by="ana"))
    assert run.state is RunState.COMPLETED
    asked = [each for each in shop.coder.asked if each.kind == "changes"]
    assert len(asked) == 1
    assert "shop.py:1: Too dear." in asked[0].prompt
    assert "shop.py:2: And this?" in asked[0].prompt
    diff = await shop.commands.diff(run.id, path=None, largest=100_000)
    assert b"+PRICE = 7" in diff


async def test_a_change_is_sent_back_in_words(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    await shop.ended(await shop.run(card))
    run = await shop.ended(await shop.commands.send_back(card.id, text="In euros.", by="ana"))
    assert await shop.walk(run) == ["implement.changes passed", "test passed", "review passed"]
    assert "In euros." in next(each for each in shop.coder.asked if each.kind == "changes").prompt


async def test_discarded_work_is_kept_under_a_ref(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    (Path(run.worktree or "") / "half.txt").write_text("half\n")
    await shop.commands.discard(card.id, by="ana")
    assert not is_there(run.worktree)
    assert work.git(shop.repository, "show", f"refs/sempre/kept/{run.id}:half.txt") == "half"
    assert await shop.column(card) is Column.BACKLOG
    diff = await shop.commands.diff(run.id, path=None, largest=100_000)
    assert b"half.txt" in diff


async def test_a_base_that_moved_on_wants_a_rebase(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    work.write(shop.repository, {"other.py": "1\n"})
    work.commit(shop.repository, "Meanwhile")
    with pytest.raises(ConflictError, match="moved on"):
        await shop.commands.merge(card.id, by="ana")
    assert (await shop.room.runs.get(run.id)).settlement is None
    head = await shop.commands.rebase(card.id, by="ana")
    assert (await shop.room.runs.get(run.id)).head == head
    await shop.commands.merge(card.id, by="ana")
    assert await shop.column(card) is Column.DONE


async def test_a_dirty_repository_is_refused_before_anything_starts(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    work.write(shop.repository, {"shop.py": "mine\n"})
    with pytest.raises(MisconfiguredError, match=r"shop\.py"):
        await shop.run(card)
    assert await shop.room.runs.latest(card.id) is None


async def test_setup_runs_once_in_a_worktree_and_its_failure_stops_the_run(shop: Workshop) -> None:
    await shop.board(setup=("echo ran >> ../setup.log",))
    await shop.ended(await shop.run(await shop.card()))
    log = shop.house.home.path / "worktrees" / "shop" / "setup.log"
    assert log.read_text() == "ran\n"
    board = await shop.room.boards.get("shop")
    await shop.room.boards.change(
        "shop", replace(board.settings, setup=("exit 9",)), version=board.version, by="ana"
    )
    run = await shop.ended(await shop.run(await shop.card("Other")))
    assert run.failure is not None
    assert run.failure.kind == "setup_failed"
    assert "exit code 9" in run.failure.message


async def test_without_worktrees_it_works_in_the_repository_itself(shop: Workshop) -> None:
    await shop.board(worktree=False)
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    assert run.state is RunState.COMPLETED
    assert work.git(shop.repository, "branch", "--show-current") == "card/SHOP-1-1"
    await shop.commands.merge(card.id, by="ana")
    assert work.git(shop.repository, "branch", "--show-current") == "main"
    assert (shop.repository / "shop-1.py").exists()


async def test_pictures_are_laid_out_for_the_agent(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 50
    await shop.room.images.add(card.id, picture, name="sketch", by="ana")
    await shop.ended(await shop.run(card))
    prompt = shop.coder.asked[0].prompt
    path = next(line for line in prompt.splitlines() if line.endswith(".png")).removeprefix("- ")
    assert read(path) == picture
    await shop.commands.discard(card.id, by="ana")
    await shop.commands.delete_card(card.id, by="ana")
    assert not is_there(path)


def is_there(path: str | None) -> bool:
    return Path(path or "").exists()


def read(path: str) -> bytes:
    return Path(path).read_bytes()


async def test_in_place_a_base_that_moved_on_wants_a_rebase_too(shop: Workshop) -> None:
    await shop.board(worktree=False)
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    work.git(shop.repository, "checkout", "-q", "-b", "mine", "main")
    mine = work.git(shop.repository, "rev-parse", "mine")
    work.write(shop.repository, {"other.py": "1\n"})
    work.commit(shop.repository, "Meanwhile")
    work.git(shop.repository, "branch", "-f", "main", "mine")
    with pytest.raises(ConflictError, match="moved on"):
        await shop.commands.merge(card.id, by="ana")
    await shop.commands.rebase(card.id, by="ana")
    await shop.commands.merge(card.id, by="ana")
    assert await shop.column(card) is Column.DONE
    assert work.git(shop.repository, "branch", "--show-current") == "main"
    assert (shop.repository / "shop-1.py").exists()
    assert mine != work.git(shop.repository, "rev-parse", "mine")
    assert run.branch is not None


async def test_work_whose_repository_is_gone_can_be_let_go(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    (shop.repository / ".git").rename(shop.repository / "moved")
    await shop.commands.discard(card.id, by="ana")
    assert (await shop.room.runs.get(run.id)).settlement is Settlement.DISCARDED
    assert is_there(run.worktree)
    await shop.commands.delete_card(card.id, by="ana")


async def test_a_branch_of_somebody_else_is_not_worked_on(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    work.git(shop.repository, "checkout", "-q", "-b", "card/SHOP-1-1")
    work.write(shop.repository, {"theirs.py": "1\n"})
    theirs = work.commit(shop.repository, "Theirs")
    work.git(shop.repository, "checkout", "-q", "main")
    run = await shop.ended(await shop.run(card))
    assert run.failure is not None
    assert run.failure.kind == "branch_taken"
    assert work.git(shop.repository, "rev-parse", "card/SHOP-1-1") == theirs


async def test_a_work_tree_that_is_gone_comes_back_for_a_rebase(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    await asyncio.to_thread(shutil.rmtree, run.worktree or "")
    work.git(shop.repository, "worktree", "prune")
    work.git(shop.repository, "branch", "-D", run.branch or "")
    work.write(shop.repository, {"other.py": "1\n"})
    work.commit(shop.repository, "Meanwhile")
    await shop.commands.rebase(card.id, by="ana")
    await shop.commands.merge(card.id, by="ana")
    assert (shop.repository / "shop-1.py").exists()


async def test_implement_begun_anew_has_the_plan_that_there_was(shop: Workshop) -> None:
    await shop.board()
    card = await shop.card()
    first = await shop.ended(await shop.run(card, Request(only=True)))
    request = Request(first=Stage.IMPLEMENT, session=SessionChoice.FRESH)
    run = await shop.ended(await shop.run(card, request))
    assert run.state is RunState.COMPLETED
    assert run.branch != first.branch
    implement = next(each for each in shop.coder.asked if each.stage == "implement")
    assert "specs/shop-1-price.md" in implement.prompt
    diff = await shop.commands.diff(run.id, path="specs/shop-1-price.md", largest=10_000)
    assert b"+# SHOP-1, round 1" in diff


async def test_a_review_that_changes_the_branch_is_none(shop: Workshop) -> None:
    await shop.board()

    def mends(asked: Asked) -> str:
        work.write(asked.place, {"sneaked.py": "1\n"})
        work.commit(asked.place, "While I was there")
        return APPROVES

    shop.coder.acts["review"] = mends
    run = await shop.ended(await shop.run(await shop.card()))
    assert run.failure is not None
    assert run.failure.kind == "review_moved"


async def test_the_workflow_of_a_card_that_was_deleted_ends(shop: Workshop) -> None:
    await shop.board(approve_plan=True)
    card = await shop.card()
    run = await shop.until(await shop.run(card), lambda found: found.state is RunState.WAITING)
    await shop.commands.cancel(card.id, by="ana")
    await shop.commands.discard(card.id, by="ana")
    await shop.commands.delete_card(card.id, by="ana")
    await shop.house.engine.signal(run.workflow, "go_on")
    async with asyncio.timeout(PATIENCE):
        while (await shop.house.engine.states([run.workflow]))[run.workflow] is State.RUNNING:  # noqa: ASYNC110  (the engine's row)
            await asyncio.sleep(0.05)


async def test_a_run_that_ends_while_the_safety_net_looks_tears_no_hole_into_it(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.board()
    run = await shop.ended(await shop.run(await shop.card(), Request(only=True)))
    async with asyncio.timeout(PATIENCE):
        while (await shop.house.engine.states([run.workflow]))[run.workflow] is State.RUNNING:  # noqa: ASYNC110  (the engine's row)
            await asyncio.sleep(0.05)

    async def seen() -> list[Run]:
        return [run]

    monkeypatch.setattr(shop.room.scheduler, "ownerless", seen)
    assert await shop.room.scheduler.reconcile() == 1
