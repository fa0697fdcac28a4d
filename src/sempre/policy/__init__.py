"""What an agent may do. Pure rules: they read no disk, no clock and no settings, and change nothing."""

from sempre.policy.question import Question
from sempre.policy.rights import Files, Rights
from sempre.policy.rule import check
from sempre.policy.rules import DEFAULTS, judge, weigh
from sempre.policy.widening import loosenings, widenings, widens

__all__ = [
    "DEFAULTS",
    "Files",
    "Question",
    "Rights",
    "check",
    "judge",
    "loosenings",
    "weigh",
    "widenings",
    "widens",
]
