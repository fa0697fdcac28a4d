from pathlib import Path

import pytest

from sempre.board import repository
from sempre.errors import MisconfiguredError
from tests.board import work


async def refusal(path: Path, base: str = "main", *, in_place: bool = False) -> MisconfiguredError:
    with pytest.raises(MisconfiguredError) as caught:
        await repository.ready(path, base, in_place=in_place)
    assert caught.value.remedy
    return caught.value


async def test_a_clean_repository_is_ready(tmp_path: Path) -> None:
    shop = work.make(tmp_path / "shop")
    found = await repository.ready(shop, "main")
    assert (found.path, found.folder) == (shop, shop / ".git")
    assert [each.level for each in await repository.check(shop, "main")] == ["ok"]


async def test_a_folder_below_it_stands_for_the_repository(tmp_path: Path) -> None:
    shop = work.make(tmp_path / "shop", {"src/shop.py": "1\n"})
    assert (await repository.ready(shop / "src", "main")).path == shop


async def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    error = await refusal(tmp_path / "gone")
    assert error.code == "no_repository"
    assert str(tmp_path / "gone") in error.message


async def test_a_folder_without_git_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert (await refusal(tmp_path / "plain")).code == "no_repository"


async def test_a_repository_without_commits_is_refused(tmp_path: Path) -> None:
    work.git(tmp_path, "init", "-q", "-b", "main")
    assert (await refusal(tmp_path)).code == "no_commits"


async def test_a_branch_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = await refusal(work.make(tmp_path / "shop"), "trunk")
    assert error.code == "no_branch"
    assert "trunk" in error.message


async def test_changes_that_nobody_committed_are_named(tmp_path: Path) -> None:
    shop = work.make(tmp_path / "shop")
    work.write(shop, {"shop.py": "PRICE = 2\n"})
    error = await refusal(shop)
    assert error.code == "dirty"
    assert "shop.py" in error.message
    findings = await repository.check(shop, "main")
    assert [(each.check, each.level) for each in findings] == [("dirty", "problem")]


async def test_files_that_git_does_not_know_are_no_change(tmp_path: Path) -> None:
    shop = work.make(tmp_path / "shop")
    work.write(shop, {"notes.txt": "mine\n"})
    assert (await repository.ready(shop, "main")).path == shop


async def test_a_bare_repository_has_no_files_to_work_on(tmp_path: Path) -> None:
    work.git(tmp_path, "init", "-q", "--bare", "bare.git")
    assert (await refusal(tmp_path / "bare.git")).code == "bare_repository"


async def test_a_detached_head_matters_only_where_the_run_works_in_place(tmp_path: Path) -> None:
    shop = work.make(tmp_path / "shop")
    work.git(shop, "checkout", "-q", "--detach")
    assert (await repository.ready(shop, "main")).path == shop
    assert (await refusal(shop, in_place=True)).code == "detached"


async def test_a_hook_of_the_repository_is_not_run(tmp_path: Path) -> None:
    shop = work.make(tmp_path / "shop")
    hook = shop / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    found = await repository.ready(shop, "main")
    await found.git.run("checkout", "-q", "-b", "other")
    assert not (tmp_path / "ran").exists()


async def test_files_of_a_person_matter_only_where_the_run_works_in_place(tmp_path: Path) -> None:
    shop = work.make(tmp_path / "shop")
    work.write(shop, {"notes.txt": "mine\n"})
    found = await refusal(shop, in_place=True)
    assert (found.code, "notes.txt" in found.message) == ("untracked", True)
    work.write(shop, {".git/info/exclude": "notes.txt\n"})
    assert (await repository.ready(shop, "main", in_place=True)).path == shop
