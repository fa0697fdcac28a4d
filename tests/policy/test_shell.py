"""What the reader takes, bash takes in the same way: they are run against each other."""

import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sempre.policy.shell import NotUnderstoodError, Part, Redirection, Word, read
from tests.support.patience import PATIENCE

BASH = shutil.which("bash")

# Every command is unknown in there, and is written down, word by word, instead of run.
PRELUDE = """
PATH=/nowhere
command_not_found_handle() { printf '%s\\0' "$@" $'\\1' >&9; }
exec 9>>"$1"
eval -- "$2"
"""
TOKENS = [
    *(
        "a",
        "b",
        "1",
        "2",
        "é",
        "-",
        " ",
        "\t",
        "'",
        '"',
        "\\",
        "|",
        "||",
        "&",
        "&&",
        ";",
        ">",
        ">>",
    ),
    *("2>", "2>&1", ">&2", " > /dev/null ", "$", "`", "(", ")", "{", "}", "#", "~", "=", "^", "!"),
    *("\n", "[", "]", ",", "+", "@", "%", "a=b", "$a", "$'a'", "{a,b}", "<(", "a b"),
]


def words(parts: Sequence[Part]) -> list[list[str]]:
    return [[word.text for word in part.words] for part in parts]


def pipelines(parts: Sequence[Part]) -> list[list[Part]]:
    groups: list[list[Part]] = []
    for part in parts:
        if part.after == "|":
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def is_unknown(command: str) -> bool:
    """Whether bash asks the handler for it: no builtin, no job, no path."""
    return (
        not command.startswith("%")
        and command not in ("", "[", "!", "{", "}")
        and "/" not in command
    )


def run_by_us(parts: Sequence[Part]) -> tuple[list[list[str]], set[str]]:
    """The commands that run, when each succeeds, and the files that are made."""
    ran: list[list[str]] = []
    made: set[str] = set()
    for group in pipelines(parts):
        if group[0].after != "||":
            ran += words(group)
            made |= {each.target.text for part in group for each in part.redirections}
    return sorted(ran), made


def run_by_bash(text: str) -> tuple[list[list[str]], set[str]]:
    with tempfile.TemporaryDirectory() as place:
        log, cwd = Path(place) / "log", Path(place) / "cwd"
        cwd.mkdir()
        done = subprocess.run(
            [str(BASH), "--norc", "-c", PRELUDE, "x", str(log), text],
            cwd=cwd,
            capture_output=True,
            timeout=PATIENCE,
            env={"LC_ALL": "C.UTF-8"},
        )
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        entries = log.read_bytes().split(b"\0")[:-1]
        made = {path.name for path in cwd.iterdir()}
    runs = [
        [word.decode() for word in group]
        for end, group in itertools.groupby(entries, lambda entry: entry == b"\1")
        if not end
    ]
    return sorted(runs), made


@pytest.mark.skipif(BASH is None, reason="there is no bash on this machine")
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=9).map("".join))
@example('a \'b b\' && a "2\\"" || b | b ; a')
@example("a; >b")
@example("a~b b=~a a^ a2>b 2>a a >a b >>b")
@example("a a2 > b 2>&1 | b 2>a")
@example("a 'é\n2' \"-\\ab\"")
def test_what_is_read_means_the_same_to_bash(text: str):
    try:
        parts = read(text)
    except NotUnderstoodError:
        return
    if any(word.wild or not is_unknown(word.text) for part in parts for word in part.words[:1]):
        return
    if any(not each.target.text for part in parts for each in part.redirections):
        return  # a file without a name: bash refuses it, and so does the judgement of its path
    assert run_by_us(parts) == run_by_bash(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_not_understood(text: str):
    with suppress(NotUnderstoodError):
        assert all(part.words for part in read(text))


PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)


@given(st.lists(PRINTABLE, min_size=1, max_size=5))
def test_quoted_words_come_back_as_they_were(given_words: list[str]):
    line = " ".join(["a", *("'" + word.replace("'", "'\\''") + "'" for word in given_words)])
    assert words(read(line)) == [["a", *given_words]]


def test_parts_words_and_redirections_are_told_apart():
    assert read("a 'b c'>d *e <f&&g;h|i||j 2>&1 2>/dev/null") == [
        Part(
            "",
            [Word("a"), Word("b c", bare=False), Word("*e", wild=True)],
            [Redirection(Word("d"), writes=True), Redirection(Word("f"), writes=False)],
        ),
        Part("&&", [Word("g")]),
        Part(";", [Word("h")]),
        Part("|", [Word("i")]),
        Part("||", [Word("j")]),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a &", "background"),
        ("a $b", "'$'"),
        ('a "$b"', "between double quotes"),
        ("a 'b", "not closed"),
        ("a &&", "missing"),
        ("a;;b", "';;'"),
        ("A=1 b", "sets a variable"),
        ("a **/b", "pattern"),
        ("a 'b'*", "pattern"),
        ("a > b*", "pattern"),
        ("a >&1x", "stuck"),
        ("a 12>b", "stream"),
        ("a <", "no file's name"),
        ("a\u00a0b", "U+00A0"),
    ],
)
def test_the_reason_says_what_is_not_understood(text: str, reason: str):
    with pytest.raises(NotUnderstoodError) as error:
        read(text)
    assert reason in str(error.value)
