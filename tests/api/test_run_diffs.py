from pathlib import Path

from sempre.board import Request
from sempre.board.words import Stage
from tests.api.board_rig import Bench, git, new_bench
from tests.api.house import House


async def placed(house: House, request: Request | None = None) -> tuple[Bench, str]:
    """A run that works on a branch of its own, and its id."""
    bench = await new_bench(house.store, house.parts.board, house.home)
    card = await bench.card()
    run_id = await bench.board.commands.run(card.id, request or _request(), by="owner")
    base = git(bench.repository, "rev-parse", "HEAD")
    tree = house.home / "worktrees" / "shop" / "SHOP-1-1"
    git(bench.repository, "worktree", "add", "-q", "-b", "card/SHOP-1-1", str(tree))
    await bench.board.runs.place_work(
        run_id, branch="card/SHOP-1-1", worktree=str(tree), base=base, head=base
    )
    return bench, run_id


def _request() -> Request:
    return Request()


def tree_of(house: House) -> Path:
    return house.home / "worktrees" / "shop" / "SHOP-1-1"


async def test_it_shows_what_stands_in_the_worktree_committed_or_not(small_house: House) -> None:
    _, run_id = await placed(small_house)
    tree = tree_of(small_house)
    (tree / "README.md").write_text("A better shop.\n")
    git(tree, "commit", "-aqm", "Better")
    (tree / "new.py").write_text("x = 1\n")
    async with small_house.operator() as client:
        diff = (await client.get(f"/api/runs/{run_id}/diff")).json()
        one = (await client.get(f"/api/runs/{run_id}/diff", params={"path": "new.py"})).json()
    assert diff["complete"] is True
    assert [(each["path"], each["change"], each["added"]) for each in diff["files"]] == [
        ("README.md", "modified", 1),
        ("new.py", "added", 1),
    ]
    lines = diff["files"][0]["hunks"][0]["lines"]
    assert [(each["kind"], each["old"], each["new"], each["text"]) for each in lines] == [
        ("removed", 1, None, "A shop."),
        ("added", None, 1, "A better shop."),
    ]
    assert [each["path"] for each in one["files"]] == ["new.py"]


async def test_of_a_run_that_went_through_it_shows_what_a_merge_brings(small_house: House) -> None:
    request = Request(first=Stage.IMPLEMENT, only=True)
    bench, run_id = await placed(small_house, request)
    tree = tree_of(small_house)
    (tree / "README.md").write_text("A better shop.\n")
    git(tree, "commit", "-aqm", "Better")
    (tree / "new.py").write_text("x = 1\n")
    await bench.end(await bench.visit(run_id))
    async with small_house.operator() as client:
        diff = (await client.get(f"/api/runs/{run_id}/diff")).json()
        one = (await client.get(f"/api/runs/{run_id}/diff", params={"path": "new.py"})).json()
    assert [each["path"] for each in diff["files"]] == ["README.md"]
    assert (diff["uncommitted"], diff["uncommittedCount"]) == (["new.py"], 1)
    assert (one["files"], one["uncommittedCount"]) == ([], 0)


async def test_a_large_one_names_all_files_and_is_cut(small_house: House) -> None:
    _, run_id = await placed(small_house)
    tree = tree_of(small_house)
    (tree / "a.txt").write_text("x\n" * 2_000_000)
    (tree / "b.txt").write_text("y\n")
    async with small_house.operator() as client:
        answer = await client.get(f"/api/runs/{run_id}/diff")
        diff = answer.json()
    assert diff["complete"] is False
    assert [each["path"] for each in diff["files"]] == ["a.txt", "b.txt"]
    assert all(each["cut"] for each in diff["files"])
    assert len(answer.content) < 1_000_000


async def test_a_run_that_has_changed_nothing_yet_says_so(small_house: House) -> None:
    bench = await new_bench(small_house.store, small_house.parts.board, small_house.home)
    card = await bench.card()
    run_id = await bench.board.commands.run(card.id, _request(), by="owner")
    async with small_house.operator() as client:
        answer = await client.get(f"/api/runs/{run_id}/diff")
    assert answer.status_code == 404


async def test_a_path_leads_nowhere_else(small_house: House) -> None:
    _, run_id = await placed(small_house)
    (tree_of(small_house) / "README.md").write_text("changed\n")
    async with small_house.operator() as client:
        for path in ("../../../etc/passwd", "/etc/passwd", ":(top)*", "-rf", "*"):
            answer = await client.get(f"/api/runs/{run_id}/diff", params={"path": path})
            assert answer.status_code in {200, 404, 422}, (path, answer.text)
            if answer.status_code == 200:
                assert answer.json()["files"] == []
