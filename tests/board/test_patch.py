"""Patches as the real git writes them."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre.board import patch
from sempre.board.patch import FileChange

FLAGS = ("--raw", "--numstat", "--patch", "-z", "--no-color", "--no-ext-diff", "--no-textconv")


def git(folder: Path, *words: str) -> bytes:
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "core.quotePath=true")
    return subprocess.run(
        ["git", *settings, *words], cwd=folder, check=True, capture_output=True
    ).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    return tmp_path


def changed(repository: Path) -> bytes:
    git(repository, "add", "--all")
    return git(repository, "diff", "--cached", *FLAGS, "--find-renames", "HEAD")


def commit(repository: Path) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "x", "--allow-empty")


def by_path(files: list[FileChange]) -> dict[str, FileChange]:
    return {file.path: file for file in files}


def test_every_kind_of_change_is_read_with_its_names_and_lines(repository: Path):
    (repository / "a b.txt").write_text("a\nb\nc\n")
    (repository / "gone.txt").write_text("x\n")
    (repository / "old.txt").write_text("".join(f"{n}\n" for n in range(9)))
    (repository / "file.txt").write_text("soon a link\n")
    commit(repository)
    (repository / "a b.txt").write_text("a\nB\nc\n")
    (repository / "gone.txt").unlink()
    (repository / "old.txt").rename(repository / 'né"w\t.txt')
    with (repository / 'né"w\t.txt').open("a") as file:
        file.write("more\n")
    (repository / "picture.bin").write_bytes(b"\0\1")
    (repository / "open.txt").write_text("no line end")
    (repository / "file.txt").unlink()
    (repository / "file.txt").symlink_to("open.txt")

    files = by_path(patch.read(changed(repository), is_whole=True))

    assert {path: file.change for path, file in files.items()} == {
        "a b.txt": "modified",
        "file.txt": "retyped",
        'né"w\t.txt': "renamed",
        "gone.txt": "deleted",
        "open.txt": "added",
        "picture.bin": "added",
    }
    assert files['né"w\t.txt'].old_path == "old.txt"
    assert (files["a b.txt"].added, files["a b.txt"].removed) == (1, 1)
    assert [(line.kind, line.old, line.new, line.text) for line in lines(files["a b.txt"])] == [
        ("context", 1, 1, "a"),
        ("removed", 2, None, "b"),
        ("added", None, 2, "B"),
        ("context", 3, 3, "c"),
    ]
    assert [(line.kind, line.text) for line in lines(files["open.txt"])] == [
        ("added", "no line end"),
        ("note", " No newline at end of file"),
    ]
    assert {line.text for line in lines(files["file.txt"])} >= {"soon a link", "open.txt"}
    assert files["picture.bin"].is_binary
    assert not files["picture.bin"].hunks
    assert not any(file.cut for file in files.values())


def lines(file: FileChange) -> list[patch.Line]:
    return [line for hunk in file.hunks for line in hunk.lines]


def test_lines_that_look_like_heads_stay_lines(repository: Path):
    commit(repository)
    text = "diff --git a/x b/x\n@@ -1 +1 @@\n--- a/x\n+++ b/x\n\n"
    (repository / "odd.txt").write_text(text)
    (file,) = patch.read(changed(repository), is_whole=True)
    assert [line.text for line in lines(file)] == text.split("\n")[:-1]


def test_hunks_keep_their_place_and_heading(repository: Path):
    source = ["def f():\n", *(f"    a{n}\n" for n in range(40))]
    (repository / "f.py").write_text("".join(source))
    commit(repository)
    source[30] = "    changed\n"
    (repository / "f.py").write_text("".join(source))
    (file,) = patch.read(changed(repository), is_whole=True)
    (hunk,) = file.hunks
    assert (hunk.old_start, hunk.new_start, hunk.heading) == (28, 28, "def f():")


def test_a_long_file_is_cut_and_says_so_and_the_others_are_whole(repository: Path):
    commit(repository)
    (repository / "a.txt").write_text("x\n" * (patch.LINES_OF_A_FILE + 5))
    (repository / "b.txt").write_text("y" * (patch.LONGEST_LINE + 5))
    files = by_path(patch.read(changed(repository), is_whole=True))
    assert (files["a.txt"].cut, len(lines(files["a.txt"]))) == (True, patch.LINES_OF_A_FILE)
    assert files["a.txt"].added == patch.LINES_OF_A_FILE + 5
    assert len(lines(files["b.txt"])[0].text) == patch.LONGEST_LINE


def test_words_that_were_cut_off_still_name_all_files(repository: Path):
    commit(repository)
    for name in ("a", "b", "c"):
        (repository / f"{name}.txt").write_text("line\n" * 50)
    written = changed(repository)
    files = patch.read(written[: written.index(b"diff --git a/b.txt") + 150], is_whole=False)
    assert [(file.path, file.cut) for file in files] == [
        ("a.txt", False),
        ("b.txt", True),
        ("c.txt", True),
    ]
    assert len(lines(files[0])) == 50


def test_nothing_changed_is_no_file(repository: Path):
    commit(repository)
    assert patch.read(changed(repository), is_whole=True) == []


@settings(deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_whatever_stands_there_is_read_without_an_error(written: bytes, is_whole: bool):
    patch.read(written, is_whole=is_whole)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b":1 2 3 4 M", b"a", b"1\t1\ta", b"1\t1\t", b"", b"diff --git a b\n@@ -1 +1 @@\n+x"]
        )
    )
)
def test_records_in_any_order_are_read_without_an_error(records: list[bytes]):
    patch.read(b"\0".join(records), is_whole=True)
