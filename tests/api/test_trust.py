import shutil
from pathlib import Path

import pytest

from sempre.agents.claude import project
from tests.api.board_rig import new_bench
from tests.api.house import House

PATH = "/api/workers/coder/trust"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "workspaces" / "coder"
    (folder / ".claude").mkdir(parents=True)
    (folder / ".claude" / "settings.json").write_text("{}")
    (folder / "CLAUDE.md").write_text("See @docs/rules.md")
    (folder / "docs").mkdir()
    (folder / "docs" / "rules.md").write_text("Be kind.")
    return folder


async def test_a_folder_is_trusted_by_the_owner_as_it_is(house: House, folder: Path):
    async with house.operator() as operator, house.owner() as owner:
        found = (await operator.get(PATH)).json()
        assert found["state"] == "untrusted"
        assert {Path(each).name for each in found["files"]} == {
            "settings.json",
            "CLAUDE.md",
            "rules.md",
        }
        wish = {"trusted": True, "contents": found["contents"]}
        assert (await operator.put(PATH, json=wish)).status_code == 403
        trusted = await owner.put(PATH, json=wish)
        assert (trusted.json()["state"], trusted.json()["trusted_by"]) == ("trusted", "owner")

        (folder / "docs" / "rules.md").write_text("Be cruel.")
        assert (await operator.get(PATH)).json()["state"] == "changed"
        assert (await owner.put(PATH, json=wish)).status_code == 409
        taken = await operator.put(PATH, json={"trusted": False})
        assert taken.json()["state"] == "untrusted"
        items = (await owner.get("/api/audit", params={"what": "trust."})).json()["items"]
        assert [(each["what"], each["by"]) for each in items] == [
            ("trust.taken", "local"),
            ("trust.given", "owner"),
        ]


async def test_an_empty_folder_has_nothing_to_trust(house: House, tmp_path: Path):
    async with house.owner() as owner:
        assert (await owner.get(PATH)).json()["state"] == "empty"
        assert (await owner.put(PATH, json={"trusted": True})).status_code == 409
        assert (await owner.get("/api/workers/nobody/trust")).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda f: (f / ".claude" / "settings.local.json").write_text("{}"),
        lambda f: (f / ".claude" / "hooks").mkdir() or (f / ".claude" / "hooks" / "x").touch(),
        lambda f: (f / "CLAUDE.local.md").touch(),
        lambda f: (f.parent / "CLAUDE.md").touch(),
        lambda f: (f / ".claude" / "settings.json").unlink(),
        lambda f: (f / "docs" / "rules.md").write_text("Other."),
        lambda f: (
            (f / ".claude" / "settings.json").unlink()
            or (f / ".claude" / "settings.json").symlink_to(f / "docs" / "empty")
        ),
    ],
    ids=["settings", "hook", "instructions", "above", "removed", "imported", "linked"],
)
def test_whatever_changes_what_would_be_loaded_changes_its_name(folder: Path, change: object):
    before = project.read(folder).contents
    assert before
    assert callable(change)
    change(folder)
    assert project.read(folder).contents != before


def test_what_is_not_loaded_does_not_change_it(folder: Path):
    before = project.read(folder).contents
    (folder / "main.py").write_text("print()")
    (folder / ".claude" / "worktrees").mkdir()
    (folder / ".claude" / "worktrees" / "x.md").touch()
    assert project.read(folder).contents == before


def test_imports_that_go_round_end(folder: Path):
    (folder / "docs" / "rules.md").write_text("@../CLAUDE.md @rules.md @/nowhere @~nobody/x")
    assert len(project.read(folder).files) == 3


async def test_a_board_s_repository_is_trusted_like_a_folder(house: House) -> None:
    bench = await new_bench(house.store, house.parts.board, house.home)
    path = "/api/boards/shop/trust"
    async with house.operator() as operator, house.owner() as owner:
        assert (await operator.get(path)).json()["state"] == "empty"
        (bench.repository / "CLAUDE.md").write_text("Be kind.")
        found = (await operator.get(path)).json()
        assert (found["board"], found["state"]) == ("shop", "untrusted")
        assert found["directory"] == str(bench.repository.resolve())
        wish = {"trusted": True, "contents": found["contents"]}
        assert (await operator.put(path, json=wish)).status_code == 403
        assert (await owner.put(path, json=wish)).json()["state"] == "trusted"
        (bench.repository / "CLAUDE.md").write_text("Be cruel.")
        assert (await operator.get(path)).json()["state"] == "changed"
        taken = await operator.put(path, json={"trusted": False})
        assert taken.json()["state"] == "untrusted"
        assert (await owner.get("/api/boards/none/trust")).status_code == 404
        shutil.rmtree(bench.repository)
        gone = await owner.get(path)
        assert (gone.status_code, gone.json()["error"]["code"]) == (409, "no_repository")
