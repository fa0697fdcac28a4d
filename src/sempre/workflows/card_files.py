"""What files of a change are about, by their names: its spec, its tests. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

FOLDER = "specs"
_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "testing", "e2e"})
_TEST_NAME = re.compile(
    r"(?i:(?:^|[._-])(?:tests?|spec|conftest)(?:[._-]|$))|[a-z0-9]Tests?\.[a-z]+$"
)
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_MENTIONED = re.compile(rf"(?<![\w/.-])({FOLDER}/[\w./ -]*?\.md)\b")
_LONGEST_SLUG = 40

Changed = Sequence[tuple[str, str]]


def is_test(path: str) -> bool:
    pure = PurePosixPath(path)
    if pure.parts[:1] == (FOLDER,):
        return False
    return bool(_TEST_FOLDERS & {part.lower() for part in pure.parts[:-1]}) or bool(
        _TEST_NAME.search(pure.name)
    )


def touched_tests(changed: Changed) -> list[tuple[str, str]]:
    return [(letter, path) for letter, path in changed if is_test(path)]


def spec_path(key: str, title: str) -> str:
    """Where a card's spec is to be written."""
    letters = unicodedata.normalize("NFKD", title.lower())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    slug = _NOT_A_WORD.sub("-", plain).strip("-")[:_LONGEST_SLUG].strip("-")
    return f"{FOLDER}/{key.lower()}{'-' if slug else ''}{slug}.md"


def written_spec(wanted: str, changed: Changed, answer: str) -> str | None:
    """Which of the changed files is the spec: the one that was asked for, else one that was newly written under the
    folder, the answer's word deciding between several; None when there is none."""
    there = [path for letter, path in changed if letter != "D" and path.endswith(".md")]
    if wanted in there:
        return wanted
    under = [path for path in there if path.startswith(f"{FOLDER}/")]
    named = [path for path in _MENTIONED.findall(answer) if path in under]
    return next(iter([*named, *under, *there]), None)
