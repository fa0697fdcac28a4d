"""Boards and cards from a terminal: a real Sempre, rehearsing, with the real Claude Code CLI and the real git."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sempre.board.words import STAGES, Column, Priority
from sempre.cli import cards
from tests.api.board_rig import git, new_repository
from tests.cli.shell import Shell
from tests.cli.test_commands import complete
from tests.support.patience import wait_until

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_repository(tmp_path_factory.mktemp("repositories") / "shop")


@pytest.fixture(scope="module")
def shop(rehearsing: Shell, repository: Path) -> Iterator[Shell]:
    """With the token of its owner, and a board `shop` that tests by looking for a file."""
    printed = (rehearsing.home.parent / f"{rehearsing.home.name}.log").read_text()
    (link,) = re.findall(r"log in +(\S+)", printed)
    words = ("--token-file", "-", "token", "create", "me", "--scope", "approve")
    made = rehearsing.run(*words, stdin=f"{link}\n".encode())
    assert made.code == 0, made.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEMPRE_TOKEN", made.out.strip())
        wish = ("--repository", str(repository), "--test", "test -f README.md", "--wip", "2")
        created = rehearsing.run("board", "create", "shop", *wish)
        assert created.code == 0, created.err
        yield rehearsing


def test_the_words_are_those_of_the_board():
    assert {each.value for each in cards.ColumnName} == set(Column)
    assert set(cards.StageName.__args__) == set(STAGES)
    assert set(cards.PriorityName.__args__) == set(Priority)


def test_a_board_is_shown_changed_and_checked(shop: Shell, repository: Path):
    assert "shop" in shop.run("board").out
    shown = shop.run("board", "show", "shop")
    assert str(repository) in shown.out
    assert "test -f README.md" in shown.out
    changed = shop.json("board", "edit", "shop", "--name", "The shop", "--review-rounds", "1")
    assert (changed["name"], changed["review_rounds"], changed["wip"]) == ("The shop", 1, 2)
    assert shop.run("board", "edit", "shop").code == 5
    assert shop.run("board", "check", "shop").code == 0
    (repository / "README.md").write_text("changed")
    dirty = shop.run("board", "check", "shop")
    assert (dirty.code, "README.md" in dirty.out) == (1, True)
    git(repository, "checkout", "--", "README.md")


def test_a_repository_is_trusted_as_it_is(
    shop: Shell, repository: Path, monkeypatch: pytest.MonkeyPatch
):
    assert shop.run("board", "trust", "shop", "--yes").code == 4, "there is nothing to trust"
    (repository / "CLAUDE.md").write_text("Be kind.\n")
    asked = shop.run("board", "trust", "shop", stdin=b"n\n")
    assert asked.code == 1
    assert "CLAUDE.md" in asked.err
    assert shop.json("board", "trust", "shop", "--show")["state"] == "untrusted"
    given = shop.run("board", "trust", "shop", "--yes")
    assert (given.code, given.out.splitlines()[0]) == (0, "shop: trusted")
    (repository / "CLAUDE.md").write_text("Be cruel.\n")
    assert shop.run("board", "trust", "shop", "--show").out.startswith("shop: changed")
    with monkeypatch.context() as patch:
        patch.delenv("SEMPRE_TOKEN")
        assert shop.run("board", "trust", "shop", "--yes").code == 5
    taken = shop.json("board", "trust", "shop", "--take")
    assert (taken["board"], taken["state"]) == ("shop", "untrusted")
    (repository / "CLAUDE.md").unlink()
    assert shop.run("board", "trust", "nowhere", "--show").code == 3


def test_a_stage_is_worked_on_with_what_is_set_for_it(shop: Shell):
    assert "as sempre.toml says" in shop.run("board", "stage", "shop", "plan").out
    words = ("--model", "haiku", "--effort", "low", "--budget", "0.50", "--tokens", "200k")
    tuned = shop.json("board", "stage", "shop", "plan", *words, "--wip", "3", "-i", "Be brief.")
    assert tuned == {
        "model": "haiku",
        "effort": "low",
        "instructions": "Be brief.",
        "budget_micros": 500_000,
        "budget_tokens": 200_000,
        "wip": 3,
    }
    told = shop.run("board", "stage", "shop", "plan").out
    line = "model haiku, effort low, budget $0.50, tokens 200.0k, cards at once 3, own instructions"
    assert line in told
    assert "Be brief." in told
    assert line in shop.run("board", "show", "shop").out
    less = shop.json("board", "stage", "shop", "plan", "--model", "none", "--wip", "none", "-i", "")
    assert (less["model"], less["wip"], less["instructions"]) == (None, None, "")
    assert less["effort"] == "low", "what is not named stays"
    assert shop.json("board", "show", "shop")["stages"]["review"]["effort"] is None
    assert shop.json("board", "edit", "shop", "--test-seconds", "600")["test_seconds"] == 600
    for wrong in (("--wip", "many"), ("-i", "x", "-f", "y"), ("--tokens", "much")):
        assert shop.run("board", "stage", "shop", "plan", *wrong).code == 5, wrong
    assert shop.run("board", "stage", "shop", "nowhere").code == 2
    assert shop.run("board", "stage", "nowhere", "plan").code == 3
    cleared = ("--effort", "none", "--budget", "none", "--tokens", "none")
    assert set(shop.json("board", "stage", "shop", "plan", *cleared).values()) == {None, ""}


def test_what_a_board_runs_is_set_only_with_the_scope_for_it(
    shop: Shell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SEMPRE_TOKEN")
    refused = shop.run("board", "edit", "shop", "--test", "make test")
    assert refused.code == 5
    assert "SEMPRE_TOKEN" in refused.err


def test_a_board_without_a_repository_is_refused(shop: Shell, tmp_path: Path):
    refused = shop.run("board", "create", "none", "--repository", str(tmp_path / "nowhere"))
    assert refused.code == 4
    assert "There is no folder" in refused.err
    assert shop.run("board", "show", "none").code == 3


def test_cards_are_written_found_changed_moved_and_deleted(shop: Shell, tmp_path: Path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 20)
    words = ("--label", "ui", "--priority", "high", "--budget", "1.50", "--image", str(picture))
    made = shop.run("card", "new", "shop", "Add", "a", "cart", "-f", "-", *words, stdin=b"# Why\n")
    assert (made.code, made.out) == (0, "SHOP-1 is in the backlog.\n")
    shown = shop.json("card", "show", "shop-1")
    assert (shown["title"], shown["description"], shown["images"]) == ("Add a cart", "# Why\n", 1)
    assert shown["budgetMicros"] == 1_500_000
    told = shop.run("card", "show", "SHOP-1").out
    assert "high" in told
    assert "# Why" in told
    shop.json("card", "new", "shop", "Pay", "--needs", "shop-1")
    assert "SHOP-1 (backlog)" in shop.run("card", "show", "SHOP-2").out
    assert [each["key"] for each in shop.json("card", "list", "-s", "cart")] == ["SHOP-1"]
    changed = shop.json("card", "edit", "SHOP-1", "--title", "Add a basket", "--label", "")
    assert (changed["title"], changed["labels"]) == ("Add a basket", [])
    moved = shop.run("card", "move", "SHOP-2", "backlog", "--before", "SHOP-1")
    assert moved.out == "SHOP-2 is in backlog.\n"
    assert [each["key"] for each in shop.json("card")] == ["SHOP-2", "SHOP-1"]
    assert shop.json("card", "list", "-c", "done") == []
    needed = shop.run("card", "delete", "SHOP-1", "--yes")
    assert (needed.code, "SHOP-2 depends on SHOP-1" in needed.err) == (4, True)
    assert shop.json("card", "delete", "SHOP-2", "--yes") == {"deleted": "SHOP-2"}


def test_what_is_not_there_or_makes_no_sense_ends_with_its_code(shop: Shell, tmp_path: Path):
    assert shop.run("card", "show", "SHOP-99").code == 3
    assert shop.run("card", "show", "nonsense").code == 5
    assert shop.run("card", "move", "SHOP-1", "nowhere").code == 2
    assert shop.run("card", "new", "nowhere", "x").code == 3
    assert shop.run("card", "edit", "SHOP-1").code == 5
    assert shop.run("card", "log", "SHOP-1").code == 3
    assert shop.run("card", "diff", "SHOP-1").code == 3
    assert shop.run("card", "cancel", "SHOP-1").code == 4
    assert shop.run("card", "merge", "SHOP-1").code == 4
    missing = shop.run("card", "new", "shop", "x", "--image", str(tmp_path / "none.png"))
    assert missing.code == 3
    assert shop.json("card", "list", "-s", "x") == []


def test_a_card_runs_to_its_end_is_read_and_merged(shop: Shell, repository: Path):
    shop.json("card", "new", "shop", "Say hello")
    key = shop.json("card", "list", "-s", "hello")[0]["key"]
    run = shop.run("card", "run", key, "--wait")
    assert run.code == 0, run.err + shop.run("card", "log", key).out
    assert f"{key} is waiting at review. merge it, send it back, or discard it" in run.out
    for stage in STAGES:
        assert f"━━ {stage}: passed" in run.err
    log = shop.run("card", "log", key).out
    assert log.index("━━ plan") < log.index("━━ implement") < log.index("━━ review")
    lines = shop.json("card", "log", key)
    covered = [n for each in lines for n in range(each["sequence"], each["lastSequence"] + 1)]
    assert covered == list(range(1, len(covered) + 1))
    stat = shop.run("card", "diff", key, "--stat").out
    assert "specs/" in stat
    patch = shop.run("card", "diff", key).out
    assert re.search(r"^\+\S", patch, re.MULTILINE)
    path = shop.json("card", "diff", key)["files"][0]["path"]
    noted = shop.run("card", "comment", key, f"{path}:1", "Say", "it", "shorter.")
    assert noted.out == f"Noted for {path}:1. `sempre card send-comments {key}` sends it.\n"
    old = shop.run("card", "comment", key, f"{path}:2", "-f", "-", "--old", stdin=b"No.\n")
    assert old.code == 0, old.err
    twice = [each for each in shop.json("card", "comments", key) if each["line"] == 2]
    assert [(each["side"], each["text"]) for each in twice] == [("old", "No.")]
    listed = shop.run("card", "comments", key).out
    assert f"{path}:2 (before)" in listed
    assert shop.run("card", "uncomment", key, twice[0]["id"][-12:]).code == 0
    assert shop.run("card", "uncomment", key, twice[0]["id"]).code == 3
    for wrong in (path, f"{path}:0", f"{path}:x", ":3"):
        assert shop.run("card", "comment", key, wrong, "x").code == 5, wrong
    worked_in = shop.run("card", "send-comments", key, "--wait")
    assert worked_in.code == 0, worked_in.err
    assert "1 comment for the agent." in worked_in.err
    assert f"{key} is waiting at review." in worked_in.out
    (sent,) = shop.json("card", "comments", key, "--run", "1")
    assert (sent["text"], sent["sentIn"] is not None) == ("Say it shorter.", True)
    again = shop.run("card", "send-comments", key, "--run", "1")
    assert again.code == 4, "there is nothing left to send"
    merged = shop.run("card", "merge", key)
    assert merged.code == 0, merged.err
    assert shop.json("card", "show", key)["column"] == "done"
    assert "specs/" in git(repository, "ls-tree", "-r", "--name-only", "main")
    again = shop.run("card", "merge", key)
    assert again.code == 0, "asked twice it is done once"


def test_a_run_is_followed_and_cancelled(shop: Shell):
    made = shop.run(
        "card", "new", "shop", "Hang", "-f", "-", "--run", stdin=b"[[plan:[[hang:600]]]]"
    )
    assert made.code == 0, made.err
    key = made.out.split()[0]
    with shop.start("card", "log", key, "--follow") as following:
        assert following.stdout is not None
        assert following.stdout.readline(), "it follows by now"
        wait_until(lambda: shop.json("card", "show", key)["run"]["status"] == "running")
        second = shop.run("card", "run", key)
        assert (second.code, "has a run already" in second.err) == (4, True)
        assert shop.run("card", "cancel", key).code == 0
        rest = following.stdout.read()
        assert following.wait() == 0, "it ends with the run"
    assert "the run is cancelled" in rest
    assert "cancelled" in shop.run("card", "list").out


def test_completion_offers_the_cards_there_are(shop: Shell):
    assert "SHOP-1" in complete(shop, "sempre card show SH")
    assert "shop-1" in complete(shop, "sempre card show sh")
    assert "merge" in complete(shop, "sempre card me")
    assert "shop" in complete(shop, "sempre board show sh")
    assert "review" in complete(shop, "sempre board stage shop re")
