"""Two processes merge two cards into one base at the same moment."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.board import work
from tests.support.environment import allowed_environment
from tests.support.patience import PATIENCE

ROUNDS = 5
MERGES = """
import asyncio, sys, time
from pathlib import Path
from sempre.board import merging, repository
from sempre.errors import SempreError

async def main(folder, me, other, rounds):
    for number in range(rounds):
        shop = await repository.find(folder / f"shop{number}")
        head = await shop.git.commit_of(f"refs/heads/card/{me}")
        (folder / f"{number}-{me}").touch()
        while not (folder / f"{number}-{other}").exists():
            time.sleep(0.0005)
        try:
            change = merging.Change(head=head, message=f"Merge {me}")
            print(await merging.merge(shop, "main", change), flush=True)
        except SempreError as error:
            print(error.code, flush=True)

asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:4], int(sys.argv[4])))
"""


def two_cards(folder: Path) -> None:
    """Each with files that the other does not have, so that only the base is between them."""
    work.make(folder)
    for name in ("a", "b"):
        work.git(folder, "checkout", "-q", "-b", f"card/{name}", "main")
        work.write(folder, {f"{name}/{at}.txt": name for at in range(200)})
        work.commit(folder, f"Implement {name}")
    work.git(folder, "checkout", "-q", "main")


@pytest.mark.parametrize("checked_out", [True, False])
def test_one_is_merged_and_the_other_is_told_that_the_base_has_moved(
    tmp_path: Path, checked_out: bool
) -> None:
    shops = [tmp_path / f"shop{number}" for number in range(ROUNDS)]
    for shop in shops:
        two_cards(shop)
        if not checked_out:
            work.git(shop, "checkout", "-q", "-b", "elsewhere")
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MERGES, str(tmp_path), *names, str(ROUNDS)],
            env=allowed_environment(tmp_path),
            stdout=subprocess.PIPE,
            text=True,
        )
        for names in (("a", "b"), ("b", "a"))
    ]
    said = [each.communicate(timeout=4 * PATIENCE)[0].split() for each in started]
    assert [len(each) for each in said] == [ROUNDS, ROUNDS]
    for shop, *both in zip(shops, *said, strict=True):
        merged = work.git(shop, "rev-parse", "main")
        assert sorted(both, key=len) == ["base_moved", merged]
        winner = "ab"[both.index(merged)]
        assert work.log(shop, "main") == [f"Merge {winner}", f"Implement {winner}", "First"]
        assert work.git(shop, "status", "--porcelain") == ""
        assert work.git(shop, "fsck", "--no-dangling") == ""
