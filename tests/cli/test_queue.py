"""A prompt for a home where nobody runs: laid into the queue, whole, for a worker that there is."""

from pathlib import Path

import pytest

from sempre.channels.files import scan
from sempre.channels.files.layout import Place
from tests.cli.shell import Shell


@pytest.fixture
def folder(shell: Shell) -> Path:
    queue = shell.home / ".queue" / "coder"
    queue.mkdir(parents=True)
    return queue


def test_it_lies_there_as_a_prompt_to_the_byte(shell: Shell, folder: Path):
    sent = shell.run("send", "coder", "-", stdin="linha\r\ncoração\n".encode())
    assert sent.code == 0
    (path,) = folder.iterdir()
    assert sent.out.strip() == str(path)
    assert path.read_bytes() == "linha\r\ncoração\n".encode()
    assert scan.prompts(Place(shell.home, "coder")).prompts == [path.name]
    assert "Start it there with `sempre up`" in sent.err


def test_until_it_is_whole_it_is_neither_a_prompt_nor_a_file_to_wonder_about(
    shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[tuple[list[str], list[str]]] = []
    replace = Path.replace

    def looked_at(path: Path, target: Path) -> Path:
        listing = scan.prompts(Place(shell.home, "coder"))
        seen.append((listing.prompts, [each.name[0] for each in listing.ignored]))
        assert path.read_text() == "all of it"
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", looked_at)
    shell.run("send", "coder", "all of it")
    assert seen == [([], ["."])]


def test_prompts_lie_in_the_order_in_which_they_were_sent(shell: Shell, folder: Path):
    for number in range(5):
        shell.run("send", "coder", str(number))
    names = scan.prompts(Place(shell.home, "coder")).prompts
    assert [(folder / name).read_text() for name in names] == list("01234")


def test_words_are_one_prompt(shell: Shell, folder: Path):
    shell.run("send", "coder", "fix", "the bug")
    assert next(folder.iterdir()).read_text() == "fix the bug"


def test_nothing_is_made_for_a_worker_that_is_not_there(shell: Shell, folder: Path):
    refused = shell.run("send", "codre", "fix")
    assert refused.code == 3
    assert "There are coder." in refused.err
    assert [each.name for each in folder.parent.iterdir()] == ["coder"]
    assert shell.run("send", "codre", "fix", "--new", "--json").json["queued"].endswith(".prompt")


@pytest.mark.parametrize("name", ["../coder", ".hidden", "a/b", "a b", "", "ç", "x" * 65])
def test_a_name_that_is_none_makes_nothing(shell: Shell, name: str):
    assert shell.run("send", name, "fix", "--new").code == 5
    assert list(shell.home.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        ([], b""),
        (["text", "-f", "file"], b""),
        (["-"], b""),
        (["-"], b" \n"),
        (["-"], b"\xff\xfe"),
        (["-"], b"a\0b"),
        (["-"], b"x" * 1_048_577),
        (["   "], b""),
    ],
)
def test_what_is_no_prompt_is_refused(shell: Shell, folder: Path, words: list[str], stdin: bytes):
    assert shell.run("send", "coder", *words, stdin=stdin).code == 5
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_read_is_named(shell: Shell, folder: Path):
    refused = shell.run("send", "coder", "-f", "missing.md")
    assert refused.code == 3
    assert "missing.md" in refused.err


def test_a_queue_that_cannot_be_written_is_said(shell: Shell, folder: Path):
    (folder.parent / "file").write_text("no folder")
    assert shell.run("send", "file", "fix").code == 3
    folder.rmdir()
    folder.parent.joinpath("file").unlink()
    folder.parent.rmdir()
    folder.parent.write_text("in the way")
    assert shell.run("send", "coder", "fix", "--new").code == 6


def test_status_tells_what_waits_in_the_queue(shell: Shell, folder: Path):
    shell.run("send", "coder", "one")
    shell.run("send", "coder", "two")
    said = shell.run("status")
    assert said.code == 6
    assert "2 prompts wait in its queue: coder 2." in said.err
