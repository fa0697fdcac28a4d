"""Reads the small part of the shell's language in which a command line means just what it says.

Words, quotes, `&&`, `||`, `|`, `;` and redirections to named files. Whatever else a shell could understand in a
text (substitution, expansion, grouping, background, assignments, other line ends) is not understood here and
raises: a text is judged only when bash, zsh and this reader can't disagree about it.
"""

import re
import unicodedata
from dataclasses import dataclass, field

_OPERATORS = ("&&", "||", "|", ";")
_LONGEST = 8_000  # characters; a longer one nobody reads before saying yes
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+,-]")
_WILD = frozenset("*?")
_REDIRECTION = re.compile(r"([0-9]?)(>>|>|<)(&[12](?![0-9-]))?")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_IN_DOUBLE_QUOTES = frozenset('"$`\\')
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_NULL_DEVICE = "/dev/null"


class NotUnderstoodError(Exception):
    """The text is not in the part of the language that is read here; the message says what is not."""


@dataclass(frozen=True)
class Word:
    """`text` is without its quotes. `bare`: nothing in it was quoted. `wild`: an unquoted `*` or `?` is in it."""

    text: str
    bare: bool = True
    wild: bool = False


@dataclass(frozen=True)
class Redirection:
    """To or from a file. Those between the standard streams and to the null device change nothing and are left out."""

    target: Word
    writes: bool


@dataclass
class Part:
    """One simple command. `after` is the operator before it; empty for the first."""

    after: str = ""
    words: list[Word] = field(default_factory=list[Word])
    redirections: list[Redirection] = field(default_factory=list[Redirection])


def read(text: str) -> list[Part]:
    """The simple commands of a command line. Raises NotUnderstoodError."""
    if len(text) > _LONGEST:
        raise NotUnderstoodError(f"it is longer than {_LONGEST} characters")
    _check_characters(text)
    return _Reader(text.strip(" \t")).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._parts = [Part()]

    def read(self) -> list[Part]:
        while self._at < len(self._text):
            if self._here in " \t":
                self._at += 1
            elif not (self._operator() or self._redirection()):
                if self._here == "&":
                    raise NotUnderstoodError("it runs in the background")
                self._parts[-1].words.append(self._word())
        if len(self._parts) > 1 and self._parts[-1] == Part(";"):
            self._parts.pop()
        for part in self._parts:
            if not part.words:
                raise NotUnderstoodError("a command is missing")
            if _ASSIGNMENT.match(part.words[0].text):
                raise NotUnderstoodError("it sets a variable")
        return self._parts

    @property
    def _here(self) -> str:
        return self._text[self._at]

    def _starts(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _operator(self) -> bool:
        operator = next((each for each in _OPERATORS if self._starts(each)), None)
        if operator is None:
            return False
        if self._starts(";;") or self._starts("|&") or self._starts("|||"):
            raise NotUnderstoodError(f"it has {self._text[self._at : self._at + 2]!r}")
        self._at += len(operator)
        self._parts.append(Part(operator))
        return True

    def _redirection(self) -> bool:
        """`>`, `>>`, `<`, with a stream's number before it; `>&1` and `>&2`."""
        match = _REDIRECTION.match(self._text, self._at)
        if match is None:
            return False
        _, direction, stream = match.groups()
        self._at = match.end()
        if stream is not None:
            if direction != ">":
                raise NotUnderstoodError(f"it has {match.group()!r}")
            self._end_of_word(match.group())
            return True
        while self._at < len(self._text) and self._here in " \t":
            self._at += 1
        if self._at == len(self._text) or self._here in "<>&|;":
            raise NotUnderstoodError(f"what follows {direction!r} is no file's name")
        target = self._word()
        if target.wild:
            raise NotUnderstoodError("a redirection goes to a pattern")
        if target != Word(_NULL_DEVICE):
            self._parts[-1].redirections.append(Redirection(target, direction != "<"))
        return True

    def _end_of_word(self, what: str) -> None:
        if self._at < len(self._text) and self._here not in " \t;|&":
            raise NotUnderstoodError(f"something is stuck to {what!r}")

    def _word(self) -> Word:
        pieces: list[str] = []
        bare, wild = True, False
        while self._at < len(self._text) and self._here not in " \t;|&<>":
            character = self._here
            if character in "'\"\\":
                pieces.append(self._quoted(character))
                bare = False
                continue
            before = self._text[self._at - 1 : self._at] if pieces else ""
            if character in _WILD:
                wild = True
            elif not _stands_for_itself(character, before, inside="".join(pieces)):
                raise NotUnderstoodError(f"it has {character!r}, unquoted")
            pieces.append(character)
            self._at += 1
        text = "".join(pieces)
        if bare and text.isdigit() and self._text[self._at : self._at + 1] in ("<", ">"):
            raise NotUnderstoodError("a stream beyond the tenth is redirected")
        if wild and (not bare or "**" in text):
            raise NotUnderstoodError("its pattern is not plain")
        return Word(text, bare, wild)

    def _quoted(self, quote: str) -> str:
        self._at += 1
        if quote == "\\":
            if self._at == len(self._text) or self._here == "\n":
                raise NotUnderstoodError("a line is continued")
            self._at += 1
            return self._text[self._at - 1]
        pieces: list[str] = []
        while self._at < len(self._text):
            character = self._here
            self._at += 1
            if character == quote:
                return "".join(pieces)
            if quote == '"':
                character = self._in_double_quotes(character)
            pieces.append(character)
        raise NotUnderstoodError("a quotation mark is not closed")

    def _in_double_quotes(self, character: str) -> str:
        if character in "$`!":
            raise NotUnderstoodError(f"it has {character!r} between double quotes")
        if character != "\\" or self._at == len(self._text):
            return character
        follows = self._here
        if follows == "\n":
            raise NotUnderstoodError("a line is continued")
        if follows in _IN_DOUBLE_QUOTES:
            self._at += 1
            return follows
        return character


def _stands_for_itself(character: str, before: str, *, inside: str) -> bool:
    """Whether every shell takes it, unquoted and here, for itself."""
    if _PLAIN.match(character) or (character > "\x7f" and _is_letter(character)):
        return True
    if character in "=%#":  # at the start: a path in zsh, a job, a comment
        return bool(inside)
    if character in "~^":  # `HEAD~2`, `HEAD^`; but `~/x`, `a=~/x`, `a:~/x` name a home
        return before.isalnum() or before == character
    return False


def _check_characters(text: str) -> None:
    """No control character but tab and, in quotes, line feed; nothing invisible or made to look like another."""
    for character in text:
        if not (character in "\t\n" or " " <= character <= "~" or _is_letter(character)):
            raise NotUnderstoodError(f"it has the character U+{ord(character):04X}")


def _is_letter(character: str) -> bool:
    """A letter, accent, number or picture; no space, control, dash, slash or quote of another script."""
    if character in _BLANK_LETTERS:
        return False
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "So"
