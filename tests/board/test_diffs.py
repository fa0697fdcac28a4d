from pathlib import Path

import pytest

from sempre.board import diffs, patch, repository, worktrees
from sempre.board.patch import FileChange
from sempre.board.repository import Repository
from tests.board import work


@pytest.fixture
async def shop(tmp_path: Path) -> Repository:
    text = "".join(f"line {number}\n" for number in range(40))
    files = {
        "moved.txt": text,
        "shop.py": "PRICE = 1\n",
        "gone.py": "1\n",
        "tests/test_shop.py": "1\n",
    }
    return await repository.ready(work.make(tmp_path / "shop", files), "main")


async def changes(shop: Repository, most: int = 1_000_000) -> dict[str, FileChange]:
    place = shop.path.parent / "worktrees" / "SHOP-1-1"
    tree = await worktrees.make(shop, place, "card/SHOP-1-1", "main")
    written = await diffs.words(
        tree.git, "main", await worktrees.snapshot(tree), path=None, most=most
    )
    return {each.path: each for each in patch.read(written, is_whole=len(written) < most)}


async def edit(shop: Repository) -> Path:
    place = shop.path.parent / "worktrees" / "SHOP-1-1"
    tree = await worktrees.make(shop, place, "card/SHOP-1-1", "main")
    return tree.path


async def test_files_hunks_renames_and_binaries_are_read(shop: Repository) -> None:
    place = await edit(shop)
    (place / "moved.txt").rename(place / "there.txt")
    (place / "gone.py").unlink()
    work.write(place, {"shop.py": "PRICE = 2\n", "são joão.py": "x = 1\n"})
    (place / "logo.png").write_bytes(bytes(range(256)))
    found = await changes(shop)
    assert {path: each.change for path, each in found.items()} == {
        "gone.py": "deleted",
        "logo.png": "added",
        "shop.py": "modified",
        "são joão.py": "added",
        "there.txt": "renamed",
    }
    assert found["there.txt"].old_path == "moved.txt"
    assert found["logo.png"].is_binary
    lines = found["shop.py"].hunks[0].lines
    assert [(each.kind, each.text) for each in lines] == [
        ("removed", "PRICE = 1"),
        ("added", "PRICE = 2"),
    ]


async def test_a_huge_change_is_cut_off(shop: Repository) -> None:
    place = await edit(shop)
    work.write(place, {"huge.txt": "x" * 99 + "\n"} | {"z.txt": "y" * 200_000})
    found = await changes(shop, most=2_000)
    assert found["z.txt"].cut or not found["z.txt"].hunks


async def test_changed_and_vanished_files_are_named(shop: Repository) -> None:
    place = await edit(shop)
    (place / "tests" / "test_shop.py").unlink()
    work.write(place, {"new.py": "1\n"})
    tree = await worktrees.make(shop, place, "card/SHOP-1-1", "main")
    head = await worktrees.commit(tree, "Change", "run/1")
    assert await diffs.names(tree.git, "main", head) == [
        ("A", "new.py"),
        ("D", "tests/test_shop.py"),
    ]


async def test_a_program_that_the_repository_names_for_diffs_is_not_run(
    shop: Repository, tmp_path: Path
) -> None:
    place = await edit(shop)
    work.git(shop.path, "config", "diff.external", f"touch {tmp_path}/ran")
    work.git(shop.path, "config", "diff.x.textconv", f"touch {tmp_path}/ran")
    work.write(place, {".gitattributes": "*.py diff=x\n", "shop.py": "PRICE = 3\n"})
    assert "shop.py" in await changes(shop)
    assert not (tmp_path / "ran").exists()
