"""The programs that may run without asking: those that only look, and make folders and empty files.

Options are listed one by one, and one that is not listed is not allowed: many such programs can run others or
write files with the right option (`find -exec`, `rg --pre`, `git diff --output`, `sort -o`). The tables hold for
GNU and BSD tools and for the find (bfs), grep (ugrep) and rg that Claude Code puts in their place.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

_NUMBER = re.compile(r"[+-]?[0-9]+[bkKmMgG]?")


class UnknownOptionError(Exception):
    """An option that is not on the list; the message is the option."""


class Operands(Enum):
    READ = auto()  # files
    WRITE = auto()  # files that are made
    TEXT = auto()
    PATTERN = auto()  # a pattern, then files
    ONE_FILE = auto()  # a second one would be written to


@dataclass(frozen=True)
class Program:
    """`flags` and `long` take no value; `numbers`, `texts` and `files` take one of that kind. Letters are short
    options and may be joined. A long option may carry `=value`. `walks` are the options that make it go through
    folders.

    Where tools differ over whether an option takes a value, it stands under `flags`: then what may be its value
    is judged like a file."""

    operands: Operands = Operands.READ
    flags: str = ""
    numbers: str = ""
    texts: str = ""
    files: str = ""
    long: frozenset[str] = frozenset()
    long_texts: frozenset[str] = frozenset()
    walks: frozenset[str] = frozenset()
    always_walks: bool = False
    bare_number: bool = False  # `-5`
    no_pattern: frozenset[str] = frozenset()  # options that take the place of the pattern


@dataclass
class Arguments:
    """What a command line gives to a program."""

    reads: list[str] = field(default_factory=list[str])
    writes: list[str] = field(default_factory=list[str])
    walks: bool = False


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROGRAMS: Mapping[str, Program] = {
    "basename": Program(Operands.TEXT, flags="az", texts="s"),
    "cat": Program(flags="AbeEnstTuv", long=_names("--number --show-all --squeeze-blank")),
    "cut": Program(flags="nsz", texts="bcdf", long_texts=_names("--delimiter --fields")),
    "diff": Program(
        flags="abBcdiqsuwy",
        numbers="CU",
        long=_names("--brief --side-by-side --unified --ignore-all-space --color"),
    ),
    "dirname": Program(Operands.TEXT, flags="z"),
    "du": Program(
        flags="abchkms0", numbers="d", long=_names("--summarize --human-readable --max-depth")
    ),
    "echo": Program(Operands.TEXT, flags="neE"),
    "grep": Program(
        Operands.PATTERN,
        flags="aEFGHILPchilnoqrsvwx",
        numbers="ABCm",
        texts="e",
        files="f",
        long=_names(
            "--line-number --ignore-case --recursive --count --files-with-matches --only-matching"
            " --files-without-match --invert-match --word-regexp --line-regexp --fixed-strings"
            " --extended-regexp --perl-regexp --no-filename --with-filename --quiet --no-messages"
            " --text --color --colour"
        ),
        long_texts=_names(
            "--max-count --context --after-context --before-context --include --exclude"
            " --exclude-dir --regexp"
        ),
        walks=_names("-r --recursive"),
        no_pattern=_names("-e -f --regexp"),
    ),
    "head": Program(
        flags="qvz",
        numbers="cn",
        long=_names("--quiet --verbose --lines --bytes"),
        bare_number=True,
    ),
    "ls": Program(
        flags="aAbBcCdfFghGiklmnNopqQrRsStuUvwxXZ1",
        long=_names(
            "--all --almost-all --human-readable --recursive --reverse --color --directory"
            " --group-directories-first --time-style --size --sort --time --full-time --classify"
        ),
        walks=_names("-R --recursive"),
    ),
    "mkdir": Program(Operands.WRITE, flags="pv", long=_names("--parents --verbose")),
    "pwd": Program(Operands.TEXT, flags="LP"),
    "rg": Program(
        Operands.PATTERN,
        flags="abcFHhIilNnoPpqSsUuvwx0",  # not -L, which follows links
        numbers="ABCdjMm",
        texts="egrTt",
        files="f",
        long=_names(
            "--files --hidden --no-ignore --no-ignore-vcs --line-number --ignore-case --smart-case"
            " --case-sensitive --count --count-matches --files-with-matches --files-without-match"
            " --only-matching --no-heading --heading --json --stats --multiline --fixed-strings"
            " --word-regexp --line-regexp --vimgrep --trim --column --no-filename --with-filename"
            " --invert-match --type-list --no-line-number --multiline-dotall --pcre2 --quiet"
            " --no-messages --color --sort --sortr --passthru --unrestricted"
        ),
        long_texts=_names(
            "--glob --iglob --type --type-not --replace --regexp --context --after-context"
            " --before-context --max-count --max-depth --max-columns --max-filesize"
        ),
        always_walks=True,
        no_pattern=_names("-e -f --regexp --files --type-list"),
    ),
    "sort": Program(
        flags="bcCdfghiMnrRsuVz",
        texts="kt",
        long=_names("--numeric-sort --reverse --unique --human-numeric-sort --version-sort"),
        long_texts=_names("--key --field-separator"),
    ),
    "stat": Program(flags="t", texts="c", long_texts=_names("--format --printf")),
    "tail": Program(
        flags="qrvz",
        numbers="cn",
        long=_names("--quiet --verbose --lines --bytes"),
        bare_number=True,
    ),
    "touch": Program(Operands.WRITE, flags="acm"),
    "tr": Program(Operands.TEXT, flags="cCdst", long=_names("--delete --squeeze-repeats")),
    "true": Program(Operands.TEXT),
    "uniq": Program(
        Operands.ONE_FILE, flags="cdiuz", numbers="fsw", long=_names("--count --repeated --unique")
    ),
    "wc": Program(flags="clLmw", long=_names("--bytes --chars --lines --words --max-line-length")),
    "which": Program(Operands.TEXT, flags="a"),
}

# What git may be asked; all of it reads the repository and changes nothing.
_GIT = Program(
    flags="abBcDgipqRsuvwWz",
    numbers="nU",
    texts="GS",
    long=_names(
        "--abbrev-commit --all --author --after --before --branch --branches --cached --cherry-pick"
        " --check --color --compact-summary --date --date-order --decorate --diff-filter"
        " --exit-code --find-renames --first-parent --follow --format --full-index --graph --grep"
        " --ignore-all-space --ignore-blank-lines --ignore-space-change --ignored --left-right"
        " --long --max-count --merge-base --merges --minimal --name-only --name-status --no-color"
        " --no-decorate --no-ext-diff --no-merges --no-patch --no-renames --no-textconv --numstat"
        " --oneline --parents --patch --patience --pickaxe-all --porcelain --pretty --quiet --raw"
        " --regexp-ignore-case --remotes --reverse --short --shortstat --since --skip --staged"
        " --stat --summary --tags --topo-order --unified --until --untracked-files --word-diff"
    ),
    bare_number=True,
)
GIT: Mapping[str, Program] = dict.fromkeys(("status", "diff", "log", "show"), _GIT)

# For each test and action of find: whether it takes a word, and whether that names a file.
_FIND_ALONE = _names(
    "-P -a -and -o -or -not -daystart -depth -empty -executable -false -ls -mount -noleaf -print"
    " -print0 -prune -quit -readable -true -writable -xdev ( ) ! ,"
)
_FIND_TEXT = _names(
    "-amin -atime -cmin -ctime -mmin -mtime -group -gid -iname -ipath -iregex -links -maxdepth"
    " -mindepth -name -path -perm -printf -regex -regextype -size -type -uid -used -user -wholename"
)
_FIND_FILE = _names("-newer -anewer -cnewer -samefile")


def read_arguments(program: Program, words: Sequence[str]) -> Arguments:
    """What this command line makes the program read and write. Raises UnknownOptionError."""
    options: set[str] = set()
    operands: list[str] = []
    files: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            operands += rest
            break
        if word == "-" or not word.startswith("-"):
            operands.append(word)
        elif word.startswith("--"):
            options.add(_long(program, word, rest))
        elif not (program.bare_number and word[1:].isdigit()):
            options |= _short(program, word, rest, files)
    walks = program.always_walks or bool(options & program.walks)
    arguments = Arguments(reads=files, walks=walks)
    _sort_out(program, arguments, operands, has_pattern=not options & program.no_pattern)
    return arguments


def read_find(words: Sequence[str]) -> Arguments:
    """The same for find, whose options are an expression. Raises UnknownOptionError."""
    arguments = Arguments(walks=True)
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in _FIND_ALONE:
            continue
        if word in _FIND_TEXT:
            rest[:1] = []
        elif word in _FIND_FILE:
            arguments.reads += rest[:1]
            rest[:1] = []
        elif word.startswith("-"):
            raise UnknownOptionError(word)
        else:
            arguments.reads.append(word)
    arguments.reads = arguments.reads or ["."]
    return arguments


def _long(program: Program, word: str, rest: list[str]) -> str:
    name, given, _ = word.partition("=")
    if name in program.long_texts:
        if not given:
            rest[:1] = []
    elif name not in program.long:
        raise UnknownOptionError(name)
    return name


def _short(program: Program, word: str, rest: list[str], files: list[str]) -> set[str]:
    seen: set[str] = set()
    for at, letter in enumerate(word[1:], start=2):
        seen.add(f"-{letter}")
        if letter in program.flags:
            continue
        if letter not in program.numbers + program.texts + program.files:
            raise UnknownOptionError(f"-{letter}")
        value = word[at:] or (rest.pop(0) if rest else "")
        if letter in program.numbers and not _NUMBER.fullmatch(value):
            raise UnknownOptionError(f"-{letter} {value}")
        if letter in program.files:
            files.append(value)
        break
    return seen


def _sort_out(
    program: Program, arguments: Arguments, operands: list[str], *, has_pattern: bool
) -> None:
    match program.operands:
        case Operands.READ:
            arguments.reads += operands
        case Operands.WRITE:
            arguments.writes += operands
        case Operands.PATTERN:
            arguments.reads += operands[1:] if has_pattern else operands
        case Operands.ONE_FILE:
            arguments.reads += operands[:1]
            arguments.writes += operands[1:]
        case Operands.TEXT:
            pass
    if arguments.walks and not arguments.reads:
        arguments.reads.append(".")
