"""Reads a person's rule.

A rule that allows is read exactly: what it does not name for certain it does not allow. A rule that asks or denies
is read generously: it also finds its command behind `env`, `xargs` or `bash -c`, and by its path.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from sempre.contract.actions import Risk
from sempre.contract.rules import Rule
from sempre.errors import InvalidError
from sempre.policy.shell import NotUnderstoodError, Word, read

_CHANNEL = re.compile(r"[a-z*]+(?::[^\x00-\x1f\x7f]{1,200})?")
_TOOL = re.compile(r"[A-Za-z0-9_*.-]{1,100}")
_PATH = re.compile(r"[^\x00-\x1f\x7f\\~]{1,500}")
_LONGEST_NOTE = 300
_RISKS = tuple(Risk)


def concerns(rule: Rule, channel: str, tool: str, risk: Risk) -> bool:
    """Whether a call of this channel, tool and risk is what the rule is about."""
    if rule.channel and not fnmatchcase(channel, rule.channel):
        return False
    if rule.tool and not fnmatchcase(tool, rule.tool):
        return False
    if rule.risk is None:
        return True
    have, named = _RISKS.index(risk), _RISKS.index(rule.risk)
    return have <= named if rule.allows else have >= named


def check(rule: Rule) -> Rule:
    """The same rule. Raises InvalidError when it could not mean anything, or would mean everything."""
    for name, value, form in (
        ("channel", rule.channel, _CHANNEL),
        ("tool", rule.tool, _TOOL),
        ("path", rule.path, _PATH),
    ):
        if value and not form.fullmatch(value):
            raise InvalidError(f"The rule's {name} {value!r} is not of the form that is needed.")
    if ".." in rule.path.split("/"):
        raise InvalidError(f"The rule's path {rule.path} climbs up. Write the place in full.")
    if len(rule.note) > _LONGEST_NOTE or not rule.note.isprintable():
        raise InvalidError(
            f"The rule's note must be one line of at most {_LONGEST_NOTE} characters."
        )
    if rule.command:
        words_of(rule.command)
        if rule.tool and not fnmatchcase("Bash", rule.tool):
            raise InvalidError("A rule with a command is about Bash; leave out the other tool.")
    if rule.allows and not (rule.tool or rule.command or rule.path):
        raise InvalidError("A rule that allows must name a tool, a command or a path.")
    return rule


def words_of(command: str) -> Sequence[Word]:
    """The words of a rule's command. Raises InvalidError."""
    try:
        parts = read(command)
    except NotUnderstoodError as error:
        raise InvalidError(f"The rule's command {command!r} is not plain: {error}.") from error
    if len(parts) != 1 or parts[0].redirections:
        raise InvalidError(f"The rule's command {command!r} is more than one simple command.")
    return parts[0].words
