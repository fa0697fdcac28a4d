"""Judges a command line, part by part: what is not understood, not listed or leads outside is not allowed."""

import os.path
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from sempre.contract.actions import Judgement, Verdict
from sempre.policy import own
from sempre.policy.judgements import allow, ask, deny, strictest
from sempre.policy.paths import Ground
from sempre.policy.programs import (
    GIT,
    PROGRAMS,
    Arguments,
    UnknownOptionError,
    read_arguments,
    read_find,
)
from sempre.policy.shell import NotUnderstoodError, Part, Word, read

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_MOST_MATCHES = 5_000
_LIST = re.compile(r"[=:,]")


def judge_command(text: str, base: str, ground: Ground) -> Judgement:
    """`base` is where the shell stands. Gives the strictest judgement of its parts."""
    try:
        parts = read(text)
    except NotUnderstoodError as error:
        if (mention := own.mentioned(text, ground.rights)) is not None:
            return deny("protected", mention)
        reason = (
            f"Sempre does not understand this command: {error}. Use plain commands, one at a time."
        )
        return ask("not_understood", reason)
    return strictest(_Line(ground, base).judge(parts))


class _Line:
    """One command line. `bases` is where the shell may stand by now: after `cd a; ls` it is not certain."""

    def __init__(self, ground: Ground, base: str) -> None:
        self._ground = ground
        self._bases = [base]
        self._seen = [base]

    def judge(self, parts: Sequence[Part]) -> Iterator[Judgement]:
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            if part.after in (";", "||"):
                self._bases = list(self._seen)
            for base in self._bases:
                yield self._ground.reading(".", base)
                for redirection in part.redirections:
                    look = self._ground.writing if redirection.writes else self._ground.reading
                    yield look(redirection.target.text, base)
            if part.words[0] == Word("cd"):
                in_pipe = part.after == "|" or (following is not None and following.after == "|")
                yield from self._change(part, in_pipe=in_pipe)
            else:
                yield from (self._judge(part.words, base) for base in self._bases)

    def _change(self, part: Part, *, in_pipe: bool) -> Iterator[Judgement]:
        words = part.words[1:]
        if len(words) != 1 or words[0].wild or words[0].text.startswith("-") or in_pipe:
            yield ask("not_understood", "Sempre understands `cd folder && …` only.")
            return
        yield from (self._ground.reading(words[0].text, base) for base in self._bases)
        self._bases = [os.path.normpath(f"{base}/{words[0].text}") for base in self._bases]
        self._seen += self._bases

    def _judge(self, words: Sequence[Word], base: str) -> Judgement:
        name = words[0]
        try:
            given = [text for word in words[1:] for text in self._expand(word, base)]
        except NotUnderstoodError as error:
            return ask("not_understood", f"Sempre does not understand this command: {error}.")
        command = [name.text, *given]
        judgement = self._known(name.text, given, base) if name == Word(name.text) else None
        if judgement is None or judgement.verdict is Verdict.ASK:
            judgement = self._listed(command, base) or judgement or _not_listed(name.text)
        if judgement.verdict is Verdict.ASK:
            return strictest((judgement, *self._mentions(command)))
        return judgement

    def _known(self, name: str, given: Sequence[str], base: str) -> Judgement | None:
        """The judgement of a program of the default list; None for any other."""
        try:
            if name == "find":
                return self._touches(read_find(given), base)
            if name == "git":
                return self._git(given, base)
            if name in PROGRAMS:
                return self._touches(read_arguments(PROGRAMS[name], given), base)
        except UnknownOptionError as error:
            return ask("option", f"`{name} {error}` is not among what `{name}` may be told.")
        return None

    def _git(self, given: Sequence[str], base: str) -> Judgement:
        words = given[1:] if given[:1] == ["--no-pager"] else given
        if not words or words[0] not in GIT:
            return ask("option", f"Of git, these may run: {', '.join(GIT)}.")
        if not self._is_our_repository(base):
            return ask("git", "There is no git repository of this worker's own directory here.")
        return self._touches(read_arguments(GIT[words[0]], words[1:]), base)

    def _is_our_repository(self, base: str) -> bool:
        """Whether git will read the repository of the worker's directory, and not one that the worker could have
        laid between here and there: a folder with a HEAD is one, and its configuration can name programs."""
        top, place = PurePath(self._ground.directory), PurePath(self._ground.files.real(base))
        if not place.is_relative_to(top):
            return False
        between = [folder for folder in (place, *place.parents) if folder.is_relative_to(top)]
        exists = self._ground.files.exists
        inner = [str(folder / ".git") for folder in between if folder != top]
        bare = [str(folder / "HEAD") for folder in between]
        return exists(str(top / ".git")) and not any(map(exists, (*inner, *bare)))

    def _touches(self, arguments: Arguments, base: str) -> Judgement:
        look = self._ground.walking if arguments.walks else self._ground.reading
        judgements = [allow("command")]
        judgements += [look(path, base) for path in arguments.reads if path != "-"]
        judgements += [self._ground.writing(path, base) for path in arguments.writes]
        return strictest(judgements)

    def _listed(self, command: Sequence[str], base: str) -> Judgement | None:
        """A command that a person listed may be told anything but what names Sempre's own or leads outside."""
        entries = [entry.split() for entry in self._ground.rights.commands]
        lengths = [len(entry) for entry in entries if entry and command[: len(entry)] == entry]
        if not lengths:
            return None
        told = [word for word in command[max(lengths) :] if not _ADDRESS.match(word)]
        return strictest(
            (
                *self._mentions(command),
                *(self._ground.reading(path, base) for word in told for path in _paths_in(word)),
                allow("command_listed"),
            )
        )

    def _mentions(self, words: Sequence[str]) -> Iterator[Judgement]:
        for word in words:
            if (mention := own.mentioned(word, self._ground.rights)) is not None:
                yield deny("protected", mention)

    def _expand(self, word: Word, base: str) -> Sequence[str]:
        """What the shell makes of a word. Raises NotUnderstoodError where a file's name would become an option."""
        if not word.wild:
            return [word.text]
        names = self._ground.files.matches(word.text, base) or [word.text]
        if len(names) > _MOST_MATCHES:
            raise NotUnderstoodError(f"a pattern matches more than {_MOST_MATCHES} files")
        if any(name.startswith("-") for name in names):
            raise NotUnderstoodError("a pattern matches a name that begins with a dash")
        return names


def _not_listed(name: str) -> Judgement:
    return ask(
        "command",
        f"`{name}` is not among the commands of this worker. Use the file tools, or a command that only"
        " looks; a person can add it to the worker's `commands` in sempre.toml.",
    )


def _paths_in(word: str) -> Iterator[str]:
    """The parts of a word that may name files: itself, and what stands in `--option=/path` or `a:/b`."""
    if word and not word.startswith("-"):
        yield word
    pieces = _LIST.split(word)
    if word.startswith("-"):
        pieces.append(word[2:])
    yield from (each for each in pieces if each.startswith(("/", "~")) or ".." in each.split("/"))
