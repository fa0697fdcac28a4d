from pathlib import Path

import pytest

from sempre.board import leftovers, merging, repository, worktrees
from sempre.board.merging import BaseDirtyError, BaseMovedError, Change, RebaseConflictError
from sempre.board.repository import Repository
from sempre.board.worktree import Worktree
from sempre.errors import ConflictError
from tests.board import work


@pytest.fixture
async def shop(tmp_path: Path) -> Repository:
    return await repository.ready(work.make(tmp_path / "shop"), "main")


async def card(shop: Repository, files: dict[str, str]) -> tuple[Worktree, Change]:
    place = shop.path.parent / "worktrees" / "SHOP-1-1"
    tree = await worktrees.make(shop, place, "card/SHOP-1-1", "main")
    work.write(tree.path, files)
    head = await worktrees.commit(tree, "Implement SHOP-1", "run/1")
    return tree, Change(head=head, message="Merge SHOP-1: Price\n")


async def test_a_merge_is_one_commit_however_often_it_is_asked(shop: Repository) -> None:
    _, change = await card(shop, {"shop.py": "PRICE = 2\n"})
    first = await merging.merge(shop, "main", change)
    second = await merging.merge(shop, "main", change)
    assert first == second == work.git(shop.path, "rev-parse", "main")
    assert work.log(shop.path, "main") == ["Merge SHOP-1: Price", "Implement SHOP-1", "First"]
    assert (shop.path / "shop.py").read_text() == "PRICE = 2\n"
    assert work.git(shop.path, "status", "--porcelain") == ""


async def test_asked_again_after_others_came_it_still_names_its_own(shop: Repository) -> None:
    _, change = await card(shop, {"shop.py": "PRICE = 2\n"})
    first = await merging.merge(shop, "main", change)
    work.write(shop.path, {"later.py": "1\n"})
    work.commit(shop.path, "Later")
    assert await merging.merge(shop, "main", change) == first


async def test_a_base_that_nobody_has_checked_out_moves_too(shop: Repository) -> None:
    work.git(shop.path, "checkout", "-q", "-b", "mine")
    _, change = await card(shop, {"shop.py": "PRICE = 2\n"})
    merged = await merging.merge(shop, "main", change)
    assert work.git(shop.path, "rev-parse", "main") == merged
    assert (shop.path / "shop.py").read_text() == "PRICE = 1\n"


async def test_a_base_that_moved_on_is_refused_until_the_card_is_rebased(shop: Repository) -> None:
    tree, change = await card(shop, {"shop.py": "PRICE = 2\n"})
    work.write(shop.path, {"other.py": "1\n"})
    moved = work.commit(shop.path, "Meanwhile")
    with pytest.raises(BaseMovedError):
        await merging.merge(shop, "main", change)
    assert work.git(shop.path, "rev-parse", "main") == moved
    head = await merging.rebase(tree, "main")
    assert await merging.rebase(tree, "main") == head
    await merging.merge(shop, "main", Change(head=head, message="Merge SHOP-1\n"))
    assert work.log(shop.path, "main") == ["Merge SHOP-1", "Implement SHOP-1", "Meanwhile", "First"]


async def test_changes_of_a_person_in_the_base_checkout_are_not_touched(shop: Repository) -> None:
    _, change = await card(shop, {"shop.py": "PRICE = 2\n"})
    work.write(shop.path, {"README.md": "mine\n"})
    with pytest.raises(BaseDirtyError, match=r"README\.md"):
        await merging.merge(shop, "main", change)
    assert (shop.path / "README.md").read_text() == "mine\n"
    assert work.log(shop.path, "main") == ["First"]


async def test_a_file_of_a_person_that_the_card_brings_too_is_not_overwritten(
    shop: Repository,
) -> None:
    _, change = await card(shop, {"new.py": "card\n"})
    work.write(shop.path, {"new.py": "person\n"})
    with pytest.raises(BaseDirtyError):
        await merging.merge(shop, "main", change)
    assert (shop.path / "new.py").read_text() == "person\n"
    assert work.log(shop.path, "main") == ["First"]


async def test_lines_that_both_changed_stop_a_rebase_and_lose_nothing(shop: Repository) -> None:
    tree, change = await card(shop, {"shop.py": "PRICE = 2\n"})
    work.write(shop.path, {"shop.py": "PRICE = 3\n"})
    work.commit(shop.path, "Meanwhile")
    with pytest.raises(RebaseConflictError, match=r"shop\.py"):
        await merging.rebase(tree, "main")
    assert await worktrees.head(tree) == change.head
    assert (tree.path / "shop.py").read_text() == "PRICE = 2\n"
    assert work.git(tree.path, "status", "--porcelain") == ""


async def test_a_rebase_that_a_crash_broke_off_is_put_back(shop: Repository) -> None:
    tree, change = await card(shop, {"shop.py": "PRICE = 2\n"})
    work.write(shop.path, {"shop.py": "PRICE = 3\n"})
    work.commit(shop.path, "Meanwhile")
    await tree.git.run("rebase", "main", allowed=(0, 1))
    await leftovers.settle(tree)
    assert await worktrees.head(tree) == change.head
    assert work.git(tree.path, "status", "--porcelain") == ""


async def test_a_base_that_is_checked_out_elsewhere_moves_there(
    shop: Repository, tmp_path: Path
) -> None:
    work.git(shop.path, "checkout", "-q", "-b", "mine")
    work.git(shop.path, "worktree", "add", "-q", str(tmp_path / "linked"), "main")
    _, change = await card(shop, {"shop.py": "PRICE = 2\n"})
    merged = await merging.merge(shop, "main", change)
    assert work.git(tmp_path / "linked", "rev-parse", "HEAD") == merged
    assert (tmp_path / "linked" / "shop.py").read_text() == "PRICE = 2\n"


async def test_another_branch_that_stands_there_is_not_rebased(shop: Repository) -> None:
    tree = await worktrees.in_place(shop, "card/SHOP-1-1", "main")
    work.git(shop.path, "checkout", "-q", "-b", "mine", "main")
    work.write(shop.path, {"mine.py": "1\n"})
    mine = work.commit(shop.path, "Mine")
    work.git(shop.path, "checkout", "-q", "main")
    work.write(shop.path, {"other.py": "1\n"})
    work.commit(shop.path, "Meanwhile")
    work.git(shop.path, "checkout", "-q", "mine")
    with pytest.raises(ConflictError, match="mine"):
        await merging.rebase(tree, "main")
    assert work.git(shop.path, "rev-parse", "mine") == mine


async def test_a_person_without_a_name_in_git_can_rebase(
    shop: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tree, _ = await card(shop, {"shop.py": "PRICE = 2\n"})
    work.write(shop.path, {"other.py": "1\n"})
    work.commit(shop.path, "Meanwhile")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    work.git(shop.path, "config", "user.useConfigOnly", "true")
    await merging.rebase(tree, "main")
    assert work.log(shop.path, "card/SHOP-1-1") == ["Implement SHOP-1", "Meanwhile", "First"]
