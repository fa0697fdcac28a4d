"""Whether a person's rule answers a question."""

import os.path
import re
import unicodedata
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath

from sempre.contract.rules import Rule
from sempre.policy.paths import Ground, is_within
from sempre.policy.question import Question
from sempre.policy.rule import words_of
from sempre.policy.shell import Word

_PIECES = re.compile(r"[^\w./:@+=,*?-]+")
_QUOTES = str.maketrans("", "", "'\"\\")
_WILD = "*?["


def answers(rule: Rule, question: Question, ground: Ground) -> bool:
    """Channel, tool and risk of the call are known to fit."""
    if question.of_place:
        return bool(rule.path) and _is_about(rule, question) and _covers(rule, question, ground)
    if not _is_about(rule, question):
        return False
    if not rule.path:
        return True
    if not rule.allows or not question.places:
        return False  # the questions about its places are answered one by one
    return all(_fits(rule.path, place, ground, exactly=True) for place in question.places)


def _is_about(rule: Rule, question: Question) -> bool:
    if not rule.command:
        return not (rule.allows and question.text is not None and not rule.tool)
    pattern = words_of(rule.command)
    if question.text is not None:
        return not rule.allows and _is_somewhere(pattern, _pieces([question.text]))
    if question.words is None:
        return False
    if rule.allows:
        return _begins(pattern, question.words)
    return _is_somewhere(pattern, _pieces(question.words))


def _begins(pattern: Sequence[Word], words: Sequence[str]) -> bool:
    if len(words) < len(pattern):
        return False
    return all(
        fnmatchcase(word, each.text) if each.wild else word == each.text
        for each, word in zip(pattern, words, strict=False)
    )


def _is_somewhere(pattern: Sequence[Word], pieces: Sequence[str]) -> bool:
    """The program anywhere, by its name or path; after it the other words in their order, with anything between."""
    first, *others = [_folded(each.text) for each in pattern]
    for at, piece in enumerate(pieces):
        if _may_be(first, os.path.basename(piece)) or _may_be(first, piece):  # noqa: PTH119  (a word, not a file)
            rest = iter(pieces[at + 1 :])
            if all(any(_may_be(each, word) for word in rest) for each in others):
                return True
    return False


def _may_be(wanted: str, word: str) -> bool:
    """Also when the word itself is a pattern, which the shell fills in, or carries a value after `=`."""
    return (
        fnmatchcase(word, wanted)
        or fnmatchcase(word.partition("=")[0], wanted)
        or (any(each in word for each in "*?") and fnmatchcase(wanted, word))
    )


def _pieces(words: Sequence[str]) -> Sequence[str]:
    """The words, and what stands within them where a word is a script of its own."""

    def each() -> Iterator[str]:
        for word in words:
            inner = [piece for piece in _PIECES.split(word.translate(_QUOTES)) if piece]
            if inner != [word]:
                yield from inner
            else:
                yield word

    return [_folded(piece) for piece in each()]


def _covers(rule: Rule, question: Question, ground: Ground) -> bool:
    if question.place is None:
        return False
    if _fits(rule.path, question.place, ground, exactly=rule.allows):
        return True
    # A walk through a folder touches what lies below it.
    return (
        not rule.allows
        and question.walks
        and is_within(_fixed(_whole(rule.path, ground), ground), question.place)
    )


def _fits(pattern: str, place: str, ground: Ground, *, exactly: bool) -> bool:
    whole = _whole(pattern, ground)
    fixed = _fixed(whole, ground)
    rest = PurePath(whole).parts[len(_plain(whole)) :]
    wanted, names = [*PurePath(fixed).parts, *rest], list(PurePath(place).parts)
    if not exactly:
        wanted, names = [_folded(each) for each in wanted], [_folded(each) for each in names]
    return _matches(wanted, names)


def _matches(wanted: Sequence[str], names: Sequence[str]) -> bool:
    """`**` is any number of names; a pattern without wildcards at its end also means what lies below it."""
    reached: set[int] = {0}
    for each in wanted:
        if each == "**":
            reached = {at for at in range(len(names) + 1) if reached and at >= min(reached)}
        else:
            reached = {at + 1 for at in reached if at < len(names) and fnmatchcase(names[at], each)}
    if wanted and not any(mark in wanted[-1] for mark in _WILD):
        return bool(reached)
    return len(names) in reached


def _whole(pattern: str, ground: Ground) -> str:
    return pattern if pattern.startswith("/") else f"{ground.directory}/{pattern}"


def _plain(whole: str) -> Sequence[str]:
    """The names before the first wildcard."""
    names: list[str] = []
    for name in PurePath(whole).parts:
        if any(mark in name for mark in _WILD):
            break
        names.append(name)
    return names


def _fixed(whole: str, ground: Ground) -> str:
    """Where the pattern's beginning really is: a rule may name a place by a link."""
    return ground.files.real(str(PurePath(*_plain(whole))))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
