import os
from pathlib import Path

import pytest

from sempre import atomic


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_drafts_appear_one_by_one_and_whole(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    second.write_bytes(b"old")
    with atomic.Drafts({first: b"1" * 100_000, second: b"2"}) as drafts:
        assert not first.exists()
        assert second.read_bytes() == b"old"
        drafts.put(first, replace=False)
        assert first not in drafts
        assert first.read_bytes() == b"1" * 100_000
        assert second.read_bytes() == b"old"
        drafts.put(second, replace=True)
    assert second.read_bytes() == b"2"
    assert names(tmp_path) == ["a", "b"]


def test_a_draft_that_was_not_put_goes(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"foreign")
    (tmp_path / ".left.aside").write_bytes(b"what a crash left")
    contents = {tmp_path / "taken": b"x", tmp_path / "left": b"y"}
    with atomic.Drafts(contents) as drafts, pytest.raises(FileExistsError):
        drafts.put(tmp_path / "taken", replace=False)
    assert names(tmp_path) == ["taken"]
    assert (tmp_path / "taken").read_bytes() == b"foreign"


@pytest.mark.parametrize("failing", [0, 2])
def test_nothing_is_put_before_all_of_it_is_on_the_disk(
    failing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {tmp_path / name: b"x" for name in "abc"}
    real, bad = os.fsync, f".{'abc'[failing]}.aside"

    def sync(descriptor: int) -> None:
        if (tmp_path / bad).stat().st_ino == os.fstat(descriptor).st_ino:
            raise OSError(5, "the disk is broken")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    with pytest.raises(OSError, match="broken"), atomic.Drafts(contents):
        pytest.fail("they are not on the disk")
    assert names(tmp_path) == []
