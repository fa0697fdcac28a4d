import asyncio
import shutil
from pathlib import Path

import pytest

from sempre.board import leftovers, repository, worktrees
from sempre.board.git import GitError
from sempre.board.repository import Repository
from sempre.board.worktree import Worktree
from sempre.errors import ConflictError, MisconfiguredError
from tests.board import work


@pytest.fixture
async def shop(tmp_path: Path) -> Repository:
    return await repository.ready(work.make(tmp_path / "shop"), "main")


async def made(shop: Repository, name: str = "SHOP-1-1") -> Worktree:
    place = shop.path.parent / "worktrees" / name
    return await worktrees.make(shop, place, f"card/{name}", "main")


async def test_it_is_made_once_however_often_it_is_asked_for(shop: Repository) -> None:
    first, second = await made(shop), await made(shop)
    assert first == second
    assert (first.path / "shop.py").read_text() == "PRICE = 1\n"
    assert await worktrees.head(first) == work.git(shop.path, "rev-parse", "main")


async def test_a_branch_that_a_crash_left_without_its_folder_is_taken_up(shop: Repository) -> None:
    tree = await made(shop)
    work.write(tree.path, {"shop.py": "PRICE = 2\n"})
    kept = await worktrees.commit(tree, "Price", "run/1")
    await asyncio.to_thread(shutil.rmtree, tree.path)
    again = await made(shop)
    assert await worktrees.head(again) == kept
    assert (again.path / "shop.py").read_text() == "PRICE = 2\n"


async def test_a_folder_of_somebody_else_is_not_taken(shop: Repository) -> None:
    place = shop.path.parent / "worktrees" / "SHOP-1-1"
    work.write(place, {"mine.txt": "1\n"})
    with pytest.raises(ConflictError):
        await made(shop)
    assert (place / "mine.txt").exists()


async def test_a_visit_is_committed_once(shop: Repository) -> None:
    tree = await made(shop)
    work.write(tree.path, {"new.py": "1\n", "shop.py": "PRICE = 2\n"})
    first = await worktrees.commit(tree, "Implement SHOP-1", "run/2")
    work.write(tree.path, {"late.py": "1\n"})
    assert await worktrees.commit(tree, "Implement SHOP-1", "run/2") == first
    assert await worktrees.commit(tree, "Mend SHOP-1", "run/3") != first
    assert work.log(shop.path, "card/SHOP-1-1") == ["Mend SHOP-1", "Implement SHOP-1", "First"]
    assert "Sempre-Stage: run/2" in work.git(shop.path, "log", "-1", "--format=%B", first)


async def test_a_visit_is_looked_for_only_among_what_came_since_it_began(
    shop: Repository,
) -> None:
    tree = await made(shop)
    begun = await worktrees.head(tree)
    work.write(tree.path, {"new.py": "1\n"})
    first = await worktrees.commit(tree, "Plan", "run/1", begun)
    assert await worktrees.has_visit(tree, "run/1", first, begun)
    assert not await worktrees.has_visit(tree, "run/1", first, first)
    gone = "0123456789" * 4
    assert await worktrees.has_visit(tree, "run/1", first, gone), "a base that git lost"
    work.write(tree.path, {"new.py": "2\n"})
    assert await worktrees.commit(tree, "Plan", "run/1", begun) == first


async def test_two_that_commit_the_same_visit_make_one_commit(shop: Repository) -> None:
    tree = await made(shop)
    work.write(tree.path, {"new.py": "1\n"})
    heads = await asyncio.gather(
        *(worktrees.commit(tree, "Once", "run/1") for _ in range(4)), return_exceptions=True
    )
    assert work.log(shop.path, "card/SHOP-1-1") == ["Once", "First"]
    assert work.git(shop.path, "rev-parse", "card/SHOP-1-1") in heads


async def test_what_tools_leave_behind_is_not_committed(shop: Repository) -> None:
    tree = await made(shop)
    work.write(
        tree.path, {"src/__pycache__/shop.pyc": "x", "__pycache__/a.pyc": "x", "new.py": "1\n"}
    )
    await worktrees.commit(tree, "New", "run/1")
    assert work.git(shop.path, "ls-tree", "-r", "--name-only", tree.branch).splitlines() == [
        "README.md",
        "new.py",
        "shop.py",
    ]


async def test_nothing_new_is_no_commit(shop: Repository) -> None:
    tree = await made(shop)
    assert await worktrees.commit(tree, "Nothing", "run/1") == await worktrees.head(tree)
    assert work.log(shop.path, "card/SHOP-1-1") == ["First"]


async def test_what_lies_in_the_folder_leads_git_nowhere_else(
    shop: Repository, tmp_path: Path
) -> None:
    tree = await made(shop)
    other = work.make(tmp_path / "other")
    (tree.path / ".git").write_text(f"gitdir: {other}/.git\n")
    work.write(tree.path, {"new.py": "1\n"})
    await worktrees.commit(tree, "Mine", "run/1")
    assert work.log(shop.path, "card/SHOP-1-1") == ["Mine", "First"]
    assert work.log(other, "main") == ["First"]


async def test_another_branch_in_the_folder_is_refused(shop: Repository) -> None:
    tree = await made(shop)
    work.git(tree.path, "checkout", "-q", "-b", "elsewhere")
    work.write(tree.path, {"new.py": "1\n"})
    with pytest.raises(ConflictError, match="elsewhere"):
        await worktrees.commit(tree, "Mine", "run/1")


async def test_hooks_of_the_repository_do_not_run(shop: Repository, tmp_path: Path) -> None:
    for name in ("pre-commit", "commit-msg", "reference-transaction", "post-checkout"):
        hook = shop.folder / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        hook.chmod(0o755)
    tree = await made(shop)
    work.write(tree.path, {"new.py": "1\n"})
    await worktrees.commit(tree, "Mine", "run/1")
    assert work.log(shop.path, "card/SHOP-1-1") == ["Mine", "First"]
    assert not (tmp_path / "ran").exists()


async def test_a_lock_that_a_crash_left_is_waited_for_and_then_removed(
    shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "_STALE_SECONDS", 0.2)
    tree = await made(shop)
    (tree.git.folder / "index.lock").write_text("")
    work.write(tree.path, {"new.py": "1\n"})
    await worktrees.commit(tree, "Mine", "run/1")
    assert work.log(shop.path, "card/SHOP-1-1") == ["Mine", "First"]


async def test_what_was_not_committed_outlives_its_folder(shop: Repository) -> None:
    tree = await made(shop)
    work.write(tree.path, {"done.py": "1\n"})
    await worktrees.commit(tree, "Done", "run/1")
    work.write(tree.path, {"half.py": "half\n"})
    ref = await worktrees.keep(tree, "run-7", None)
    await worktrees.remove(shop, tree, branch=True, base="main")
    assert not tree.path.exists()
    assert work.git(shop.path, "show", f"{ref}:half.py") == "half"
    assert work.git(shop.path, "show", f"{ref}:done.py") == "1"
    assert work.git(shop.path, "branch", "--list", "card/*") == ""
    assert "SHOP-1-1" not in work.git(shop.path, "worktree", "list")


async def test_a_snapshot_shows_all_and_changes_nothing(shop: Repository) -> None:
    tree = await made(shop)
    work.write(tree.path, {"half.py": "half\n"})
    before = work.git(tree.path, "status", "--porcelain")
    written = await worktrees.snapshot(tree)
    assert work.git(shop.path, "show", f"{written}:half.py") == "half"
    assert work.git(tree.path, "status", "--porcelain") == before


async def test_a_person_without_a_name_in_git_gets_commits_all_the_same(
    shop: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    tree = await made(shop)
    work.write(tree.path, {"new.py": "1\n"})
    await worktrees.commit(tree, "Mine", "run/1")
    assert work.git(shop.path, "log", "-1", "--format=%an", "card/SHOP-1-1") == "Sempre"


async def test_in_place_the_branch_is_checked_out_and_changes_are_refused(shop: Repository) -> None:
    tree = await worktrees.in_place(shop, "card/SHOP-2-1", "main")
    assert work.git(shop.path, "branch", "--show-current") == "card/SHOP-2-1"
    work.write(shop.path, {"shop.py": "PRICE = 3\n"})
    await worktrees.commit(tree, "Price", "run/1")
    assert (await worktrees.in_place(shop, "card/SHOP-2-1", "main")) == tree
    await worktrees.remove(shop, tree, branch=False, base="main")
    assert work.git(shop.path, "branch", "--show-current") == "main"
    work.write(shop.path, {"shop.py": "PRICE = 4\n"})
    with pytest.raises(MisconfiguredError):
        await worktrees.in_place(shop, "card/SHOP-2-1", "main")


async def test_in_place_what_lies_there_of_a_person_is_no_cards(shop: Repository) -> None:
    work.write(shop.path, {"notes.txt": "mine\n", "node_modules/a.js": "x"})
    with pytest.raises(MisconfiguredError, match=r"notes\.txt"):
        await worktrees.in_place(shop, "card/SHOP-2-1", "main")
    assert work.git(shop.path, "branch", "--show-current") == "main"


async def test_in_place_a_persons_own_rebase_is_left_alone(shop: Repository) -> None:
    tree = await worktrees.in_place(shop, "card/SHOP-2-1", "main")
    work.git(shop.path, "checkout", "-q", "-b", "mine", "main")
    work.write(shop.path, {"shop.py": "PRICE = 2\n"})
    work.commit(shop.path, "Mine")
    work.git(shop.path, "checkout", "-q", "main")
    work.write(shop.path, {"shop.py": "PRICE = 3\n"})
    work.commit(shop.path, "Meanwhile")
    await shop.git.run("rebase", "main", "mine", allowed=(1,))
    with pytest.raises(ConflictError):
        await worktrees.commit(tree, "Price", "run/1")
    assert (shop.folder / "rebase-merge").exists()


async def test_one_that_was_broken_off_while_git_made_it_is_made_anew(
    shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "_STALE_SECONDS", 0.2)
    work.write(shop.path, {".gitattributes": "*.py filter=dies\n"})
    work.commit(shop.path, "Attributes")
    work.git(shop.path, "config", "filter.dies.smudge", "kill -9 0")
    with pytest.raises(GitError):
        await made(shop)
    work.git(shop.path, "config", "--unset", "filter.dies.smudge")
    tree = await made(shop)
    work.write(tree.path, {"new.py": "1\n"})
    await worktrees.commit(tree, "New", "run/1")
    changed = work.git(shop.path, "diff", "--name-status", "main", tree.branch)
    assert changed == "A\tnew.py"


async def test_two_that_look_at_once_see_the_same(shop: Repository) -> None:
    tree = await made(shop)
    work.write(tree.path, {f"{at}.txt": "half\n" for at in range(50)})
    seen = await asyncio.gather(*(worktrees.snapshot(tree) for _ in range(4)))
    assert len(set(seen)) == 1
    assert work.git(shop.path, "show", f"{seen[0]}:7.txt") == "half"


async def test_a_link_to_another_cards_work_tree_leads_there_not(shop: Repository) -> None:
    other, tree = await made(shop, "SHOP-1-1"), await made(shop, "SHOP-2-1")
    (tree.path / ".git").unlink()
    (tree.path / ".git").symlink_to(other.path / ".git")
    assert await worktrees.find(shop, tree.path, tree.branch) == tree
    await asyncio.to_thread(shutil.rmtree, tree.path)
    tree.path.symlink_to(other.path)
    assert await worktrees.find(shop, tree.path, tree.branch) is None


async def test_what_stands_there_is_kept_also_when_somebody_deleted_its_branch(
    shop: Repository,
) -> None:
    tree = await made(shop)
    newest = await worktrees.head(tree)
    work.write(tree.path, {"half.py": "half\n"})
    work.git(shop.path, "update-ref", "-d", tree.ref)
    ref = await worktrees.keep(tree, "run-7", newest)
    assert work.git(shop.path, "show", f"{ref}:half.py") == "half"
    await worktrees.restore(shop, tree.branch, newest)
    assert await worktrees.head(tree) == newest


async def test_in_place_a_lock_is_removed_only_where_no_git_is_at_work(
    shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "_STALE_SECONDS", 0.2)
    tree = await worktrees.in_place(shop, "card/SHOP-2-1", "main")
    lock = shop.folder / "index.lock"
    lock.write_text("")
    at_work = await asyncio.create_subprocess_exec(
        "git", "cat-file", "--batch", cwd=shop.path, stdin=asyncio.subprocess.PIPE
    )
    await leftovers.settle(tree)
    assert lock.exists()
    at_work.kill()
    await at_work.wait()
    await leftovers.settle(tree)
    assert not lock.exists()


async def test_a_repository_within_is_told_and_all_that_lies_in_it_is_kept(
    shop: Repository,
) -> None:
    tree = await made(shop)
    for name in ("empty", "with one"):
        work.git(work.make(tree.path / name, {"deep/inner.py": "1\n"}), "branch", "-M", "other")
    work.git(tree.path / "empty", "update-ref", "-d", "HEAD")
    (tree.path / "empty" / "link").symlink_to("/etc")
    with pytest.raises(ConflictError, match="repository of its own"):
        await worktrees.commit(tree, "Mine", "run/1")
    ref = await worktrees.keep(tree, "run-7", None)
    assert work.git(shop.path, "ls-tree", "-r", "--name-only", ref).splitlines() == [
        "README.md",
        "empty/deep/inner.py",
        "empty/link",
        "shop.py",
        "with one/deep/inner.py",
    ]


def lay(tree: Worktree, path: str) -> None:
    """A repository of its own, with a commit, as an agent may make one."""
    work.make(tree.path / path, {"deep.txt": "Work.\n"})


async def kept_files(shop: Repository, tree: Worktree) -> list[str]:
    ref = await worktrees.keep(tree, "r1", None)
    return work.git(shop.path, "ls-tree", "-r", "--name-only", ref).splitlines()


@pytest.mark.parametrize("added", [False, True], ids=["lies there", "was added"])
async def test_a_repository_in_the_work_tree_stops_the_stage_and_is_not_lost(
    shop: Repository, added: bool
) -> None:
    tree = await made(shop)
    lay(tree, "lib")
    if added:
        work.git(tree.path, "add", "lib")
    with pytest.raises(ConflictError, match=r"Remove its \.git folder") as told:
        await worktrees.commit(tree, "Work", "r/1")
    assert told.value.code == "nested_repository"
    assert not await worktrees.is_committed(tree)
    assert "lib/deep.txt" in await kept_files(shop, tree)
    shutil.rmtree(tree.path / "lib" / ".git")
    await worktrees.commit(tree, "Work", "r/1")
    assert "lib/deep.txt" in work.git(tree.path, "ls-tree", "-r", "--name-only", "HEAD")


async def test_one_without_a_commit_stops_it_too(shop: Repository) -> None:
    tree = await made(shop)
    (tree.path / "lib").mkdir()
    work.git(tree.path / "lib", "init", "-q")
    work.write(tree.path, {"lib/deep.txt": "Work.\n"})
    with pytest.raises(ConflictError, match=r"Remove its \.git folder"):
        await worktrees.commit(tree, "Work", "r/1")
    assert "lib/deep.txt" in await kept_files(shop, tree)


async def test_a_submodule_that_the_agent_adds_stops_the_stage(
    shop: Repository, tmp_path: Path
) -> None:
    tree = await made(shop)
    lib = work.make(tmp_path / "lib", {"deep.txt": "Work.\n"})
    work.git(tree.path, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(lib))
    with pytest.raises(ConflictError) as told:
        await worktrees.commit(tree, "Work", "r/1")
    assert told.value.code == "nested_repository"
    assert {"lib/deep.txt", ".gitmodules"} <= {*await kept_files(shop, tree)}


@pytest.mark.parametrize("committed", [False, True], ids=["left open", "committed there"])
async def test_work_in_a_submodule_that_is_nowhere_else_stops_the_stage(
    tmp_path: Path, committed: bool
) -> None:
    lib = work.make(tmp_path / "lib", {"deep.txt": "Work.\n"})
    folder = work.make(tmp_path / "shop")
    allowed = ("-c", "protocol.file.allow=always")
    work.git(folder, *allowed, "submodule", "add", "-q", str(lib))
    work.commit(folder, "With a library")
    found = await repository.find(folder)
    tree = await worktrees.make(found, tmp_path / "w", "card/SHOP-1-1", "main")
    work.write(tree.path, {"new.txt": "1\n"})
    await worktrees.commit(tree, "Not fetched: nothing to lose", "r/1")
    work.git(tree.path, *allowed, "submodule", "update", "--init", "-q")
    work.write(tree.path, {"new.txt": "2\n"})
    await worktrees.commit(tree, "Fetched and left alone", "r/2")
    work.write(tree.path, {"lib/deep.txt": "Better.\n"})
    if committed:
        work.commit(tree.path / "lib", "Better")
    with pytest.raises(ConflictError, match="submodule update --force") as told:
        await worktrees.commit(tree, "Work", "r/3")
    assert told.value.code == "submodule_changed"
    ref = await worktrees.keep(tree, "r1", None)
    assert work.git(folder, "show", f"{ref}:lib/deep.txt") == "Better."
    if committed:
        work.git(tree.path / "lib", "push", "-q", "origin", "HEAD:refs/heads/better")
        await worktrees.commit(tree, "Work", "r/3")
        pinned = work.git(tree.path, "rev-parse", "HEAD:lib")
        assert pinned == work.git(lib, "rev-parse", "better")
