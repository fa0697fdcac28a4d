from pathlib import Path

import pytest

from sempre.channels.files import numbering
from sempre.channels.files.layout import Place
from tests.channels.files.conftest import Open
from tests.channels.inbox import RecordingInbox


@pytest.mark.parametrize(
    ("names", "first"),
    [
        ([], 1),
        (["latest.txt", "task_.txt", "task_x.txt", "atask_9.txt", "task_-4.txt"], 1),
        (["task_2.txt", "task_10.txt", "task_9.json"], 11),
        (["task_3.json"], 4),
        (["task_7.md", "task_08.txt", "task_5"], 9),
        (["task_12.old.txt"], 13),
        ([f"task_{'9' * 30}.txt"], 1),
    ],
)
def test_it_starts_after_the_highest_that_is_there(tmp_path: Path, names: list[str], first: int):
    for name in names:
        (tmp_path / name).touch()
    assert numbering.first_free(tmp_path) == first


def test_without_a_folder_it_starts_at_one(tmp_path: Path):
    assert numbering.first_free(tmp_path / "missing") == 1


async def test_a_worker_that_had_answers_goes_on_after_them(
    place: Place, inbox: RecordingInbox, opened: Open
):
    place.output.mkdir(parents=True)
    (place.output / "task_41.txt").touch()
    await opened()
    assert inbox.opened == {"files:coder": 42}
