"""Finds what is Sempre's own in text that is not a path: a script, a web address, a command that is not understood.

It looks for names, so it can be fooled by a program that puts a name together. It is the last fence, not the only
one: what it guards also lies outside of every worker's directory.
"""

import re
from collections.abc import Sequence

from sempre.policy.rights import Rights

_NAMES = re.compile(
    r"(?<![\w.-])(?:\.sempre(?![\w-])|\.queue(?![\w-])|\.claimed(?![\w-])|sempre\.toml|"
    r"\.session_[^/\s]*\.txt|\.claude[/\\]+settings)",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"(?:^|[\s;|&(`{]|[/\\](?:bin|scripts)[/\\])sempre(?:\.exe)?(?=$|[\s;|&)`}])"
    r"|(?<![\w-])-m\s*sempre(?![\w-])|\b(?:import|from)\s+sempre\b",
    re.IGNORECASE,
)
_QUOTES = str.maketrans("", "", "'\"\\")


def mentioned(text: str, rights: Rights) -> str | None:
    """What of Sempre's own the text names, as a reason; None when it names nothing of it."""
    for version in {text, text.translate(_QUOTES)}:
        if _NAMES.search(version) or any(each in version for each in _places(rights)):
            return "This names files of Sempre, or settings of Claude Code. No agent touches them."
        if _COMMAND.search(version):
            return "The `sempre` command belongs to the person who runs Sempre, not to its agents."
        if any(re.search(rf"(?<![0-9]){port}(?![0-9])", version) for port in rights.ports):
            return "This names a port that Sempre listens on. No agent talks to it."
    return None


def _places(rights: Rights) -> Sequence[str]:
    return [*rights.protected, f"{rights.home}/.output", f"{rights.home}/rehearsal/.output"]
