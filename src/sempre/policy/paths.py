"""Where a path leads, and whether a worker may read or write there."""

import fnmatch
import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from sempre.contract.actions import Judgement
from sempre.policy.judgements import allow, ask, deny
from sempre.policy.rights import Files, Rights

# Directly in the home, and in the rehearsal's home within it.
_STATE = frozenset({".sempre", ".queue", ".claimed", ".failed", ".done", ".output", "sempre.toml"})
_SESSION = re.compile(r"\.session_.*\.txt")
_REHEARSAL = "rehearsal"
_CLAUDE = ".claude"
_CLAUDE_SETTINGS = re.compile(r"settings.*", re.DOTALL)
# What git and Claude Code take for orders: changed only with a person's consent.
_ORDERS = frozenset({".git", ".claude", ".mcp.json"})
# These name another place in every process, so what they are here says nothing.
_OF_A_PROCESS = ("/proc", "/dev", "/sys")
_NULL_DEVICE = "/dev/null"
# On Windows: SETTIN~1.JSO, settings.json::$DATA, "settings.json. ".
_OTHER_SPELLING = re.compile(r"~[0-9]|:|[. ]$")


class UnclearPathError(Exception):
    """The text does not name one place for certain."""


@dataclass(frozen=True)
class Ground:
    """What a judgement stands on: a worker's rights, and how the disk stands."""

    rights: Rights
    files: Files

    @property
    def directory(self) -> str:
        return self.files.real(self.rights.directory)

    @property
    def is_sound(self) -> bool:
        """Whether the worker has a place of its own: neither the home itself nor a part of Sempre's state."""
        return self.directory != self.files.real(self.rights.home) and not self.protects(
            self.directory
        )

    def reading(self, path: str, base: str) -> Judgement:
        """May it be read? `base` is where a relative path begins."""
        if path == _NULL_DEVICE:
            return allow("null_device")
        try:
            place = self._locate(path, base)
        except UnclearPathError:
            return ask("path_unclear", _unclear(path))
        if any(_is_below(place, self.files.real(each)) for each in self.rights.readable):
            return allow("readable")
        if self.protects(place):
            return deny("protected", _protected(path))
        if is_within(place, self.directory):
            return allow("own_directory")
        return ask("outside", self._outside(path))

    def writing(self, path: str, base: str) -> Judgement:
        """May it be made or changed?"""
        judgement = self.reading(path, base)
        if judgement.rule == "readable":
            return deny("protected", _protected(path))
        if judgement.rule == "own_directory" and self._gives_orders(self._locate(path, base)):
            reason = f"{path} is read as orders by git or Claude Code. Leave it as it is."
            return ask("orders", reason)
        return judgement

    def walking(self, path: str, base: str) -> Judgement:
        """May everything in it be read?"""
        judgement = self.reading(path, base)
        if judgement.rule in ("readable", "protected", "path_unclear"):
            return judgement
        folder = self._locate(path, base)
        own = [self.files.real(each) for each in (self.rights.home, *self.rights.protected)]
        if any(is_within(each, folder) for each in own):
            return deny("protected", f"{path} holds files of Sempre. Name a folder below it.")
        return judgement

    def place(self, path: str, base: str) -> str | None:
        """Where it really is; None when that is not clear."""
        try:
            return _NULL_DEVICE if path == _NULL_DEVICE else self._locate(path, base)
        except UnclearPathError:
            return None

    def protects(self, place: str) -> bool:
        """Whether it is Sempre's own, or settings that would give Claude Code other orders."""
        names = [_folded(name) for name in _names(place)]
        for name, below in pairwise(names):
            if name == _CLAUDE and _CLAUDE_SETTINGS.fullmatch(below):
                return True
        if any(is_within(place, self.files.real(each)) for each in self.rights.protected):
            return True
        home = [_folded(name) for name in _names(self.files.real(self.rights.home))]
        if names[: len(home)] != home:
            return False
        inside = names[len(home) :]
        if inside[:1] == [_REHEARSAL]:
            del inside[0]
        return bool(inside) and (inside[0] in _STATE or bool(_SESSION.fullmatch(inside[0])))

    def _locate(self, path: str, base: str) -> str:
        """The real place. Raises UnclearPathError where a tool may understand the text otherwise than we do."""
        if not path or path != path.strip() or path.startswith(("~", "//", "\\\\")):
            raise UnclearPathError
        if any(unicodedata.category(each)[0] in "CZ" and each != " " for each in path):
            raise UnclearPathError
        whole = str(PurePath(base, path))
        if os.sep == "\\" and any(map(_OTHER_SPELLING.search, _names(whole)[1:])):
            raise UnclearPathError
        place = self.files.real(whole)
        if ".." in _names(path) and place != self.files.real(os.path.normpath(whole)):
            raise UnclearPathError  # the disk goes up from a link's target, some tools from its name
        if os.sep == "/" and any(
            is_within(os.path.normpath(whole), each) for each in _OF_A_PROCESS
        ):
            raise UnclearPathError
        return place

    def _gives_orders(self, place: str) -> bool:
        inside = _names(place)[len(_names(self.directory)) :]
        return any(_folded(name) in _ORDERS for name in inside)

    def _outside(self, path: str) -> str:
        return f"{path} is outside of {self.rights.directory}. Work with what is in there."


def is_within(place: str, folder: str) -> bool:
    """`place` is `folder` or lies in it; both are real paths."""
    names, above = _names(place), _names(folder)
    return names[: len(above)] == above


def _is_below(place: str, pattern: str) -> bool:
    """`place` lies in a folder that the pattern names; `*` is one name or a part of it."""
    names, above = _names(place), _names(pattern)
    return len(names) > len(above) and all(map(fnmatch.fnmatchcase, names, above))


def _names(path: str) -> Sequence[str]:
    """The names that a path is made of, the root or drive first."""
    return PurePath(path).parts


def _folded(name: str) -> str:
    """As a disk that minds neither case nor spelling compares names."""
    return unicodedata.normalize("NFKC", name).casefold().rstrip(". ")


def _unclear(path: str) -> str:
    return f"{path!r} can be understood in more than one way. Write the path in full, without ~ or tricks."


def _protected(path: str) -> str:
    return f"{path} belongs to Sempre itself or steers Claude Code. No agent touches it."
