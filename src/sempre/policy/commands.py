"""Takes a command line apart into what it needs: what is not understood, not listed or leads outside is for a
person to decide."""

import os.path
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from sempre.contract.actions import Judgement, Verdict
from sempre.policy import own
from sempre.policy.judgements import allow, ask, deny
from sempre.policy.paths import Ground
from sempre.policy.programs import (
    GIT,
    PROGRAMS,
    Arguments,
    UnknownOptionError,
    read_arguments,
    read_find,
)
from sempre.policy.question import Places, Question, run
from sempre.policy.shell import NotUnderstoodError, Part, Word, read

TOOL = "Bash"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_MOST_MATCHES = 5_000
_LIST = re.compile(r"[=:,]")


def ask_of_command(text: str, base: str, ground: Ground) -> Iterator[Question]:
    """`base` is where the shell stands."""
    try:
        parts = read(text)
    except NotUnderstoodError as error:
        if (mention := own.mentioned(text, ground.rights)) is not None:
            yield run(deny("protected", mention), TOOL, text=text)
            return
        reason = (
            f"Sempre does not understand this command: {error}. Use plain commands, one at a time."
        )
        yield run(ask("not_understood", reason), TOOL, text=text)
        return
    yield from _Line(ground, base).ask(parts)


class _Line:
    """One command line. `bases` is where the shell may stand by now: after `cd a; ls` it is not certain."""

    def __init__(self, ground: Ground, base: str) -> None:
        self._ground = ground
        self._bases = [base]
        self._seen = [base]

    def ask(self, parts: Sequence[Part]) -> Iterator[Question]:
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            if part.after in (";", "||"):
                self._bases = list(self._seen)
            words = tuple(word.text for word in part.words)
            for base in self._bases:
                yield from self._around(part, words, base)
            if part.words[0] == Word("cd"):
                in_pipe = part.after == "|" or (following is not None and following.after == "|")
                yield from self._change(part, in_pipe=in_pipe)
            else:
                for base in self._bases:
                    yield from self._of(part.words, base)

    def _around(self, part: Part, words: tuple[str, ...], base: str) -> Iterator[Question]:
        """The folder that it stands in, and its redirections."""
        places = Places(self._ground, TOOL, words)
        yield places.reading(".", base)
        for redirection in part.redirections:
            look = places.writing if redirection.writes else places.reading
            yield look(redirection.target.text, base)

    def _change(self, part: Part, *, in_pipe: bool) -> Iterator[Question]:
        words = part.words[1:]
        texts = tuple(word.text for word in part.words)
        if len(words) != 1 or words[0].wild or words[0].text.startswith("-") or in_pipe:
            reason = "Sempre understands `cd folder && …` only."
            yield run(ask("not_understood", reason), TOOL, text=" ".join(texts))
            return
        places = Places(self._ground, TOOL, texts)
        found = [places.reading(words[0].text, base) for base in self._bases]
        yield run(allow("command"), TOOL, found, words=texts)
        yield from found
        self._bases = [os.path.normpath(f"{base}/{words[0].text}") for base in self._bases]
        self._seen += self._bases

    def _of(self, words: Sequence[Word], base: str) -> Iterator[Question]:
        """What one simple command needs. The question whether it runs comes first."""
        name = words[0]
        try:
            given = [text for word in words[1:] for text in self._expand(word, base)]
        except NotUnderstoodError as error:
            reason = f"Sempre does not understand this command: {error}."
            yield run(ask("not_understood", reason), TOOL, text=" ".join(w.text for w in words))
            return
        command = (name.text, *given)
        judgement, touched = None, None
        if name == Word(name.text):
            judgement, touched = self._known(name.text, given, base)
        if judgement is None or judgement.verdict is Verdict.ASK:
            told = command[1:]
            if listed := self._listed(command):
                judgement, told = allow("command_listed"), command[listed:]
            judgement = judgement or _not_listed(name.text)
            touched = None
            yield from self._mentions(command)
        else:
            told = ()
        places = Places(self._ground, TOOL, command)
        found = list(_touches(places, touched, base) if touched else _named(places, told, base))
        yield run(judgement, TOOL, found, words=command)
        yield from found

    def _known(
        self, name: str, given: Sequence[str], base: str
    ) -> tuple[Judgement | None, Arguments | None]:
        """The judgement of a program of the default list and what it touches; nothing for any other."""
        try:
            if name == "find":
                return allow("command"), read_find(given)
            if name == "git":
                return self._git(given, base)
            if name in PROGRAMS:
                return allow("command"), read_arguments(PROGRAMS[name], given)
        except UnknownOptionError as error:
            reason = f"`{name} {error}` is not among what `{name}` may be told."
            return ask("option", reason), None
        return None, None

    def _git(self, given: Sequence[str], base: str) -> tuple[Judgement, Arguments | None]:
        words = given[1:] if given[:1] == ["--no-pager"] else given
        if not words or words[0] not in GIT:
            return ask("option", f"Of git, these may run: {', '.join(GIT)}."), None
        if not self._is_our_repository(base):
            reason = "There is no git repository of this worker's own directory here."
            return ask("git", reason), None
        return allow("command"), read_arguments(GIT[words[0]], words[1:])

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

    def _listed(self, command: Sequence[str]) -> int:
        """How many words a person's list has of this command; 0 when it is not listed. What follows may be anything
        but what names Sempre's own or leads outside."""
        entries = [tuple(entry.split()) for entry in self._ground.rights.commands]
        fitting = [len(each) for each in entries if each and tuple(command[: len(each)]) == each]
        return max(fitting, default=0)

    def _mentions(self, words: Sequence[str]) -> Iterator[Question]:
        for word in words:
            if (mention := own.mentioned(word, self._ground.rights)) is not None:
                yield run(deny("protected", mention), TOOL, words=tuple(words))

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


def _touches(places: Places, arguments: Arguments, base: str) -> Iterator[Question]:
    """What a program of the default list reads and writes."""
    look = places.walking if arguments.walks else places.reading
    yield from (look(path, base) for path in arguments.reads if path != "-")
    yield from (places.writing(path, base) for path in arguments.writes)


def _named(places: Places, told: Sequence[str], base: str) -> Iterator[Question]:
    """What may be a place in the words of any other program."""
    for word in told:
        if not _ADDRESS.match(word):
            yield from (places.reading(path, base) for path in _paths_in(word))


def _not_listed(name: str) -> Judgement:
    return ask(
        "command",
        f"`{name}` is not among the commands of this worker. Use the file tools, or a command that only"
        " looks; a person can allow it with a rule, or add it to the worker's `commands` in sempre.toml.",
    )


def _paths_in(word: str) -> Iterator[str]:
    """The parts of a word that may name files: itself, and what stands in `--option=/path` or `a:/b`."""
    if word and not word.startswith("-"):
        yield word
    pieces = _LIST.split(word)
    if word.startswith("-"):
        pieces.append(word[2:])
    yield from (each for each in pieces if each.startswith(("/", "~")) or ".." in each.split("/"))
