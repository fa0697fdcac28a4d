"""Claude Code: live sessions of its real program, one a channel. docs/claude-code.md tells users what to know."""

from sempre.agents.claude.access import Access
from sempre.agents.claude.agent import ClaudeAgent
from sempre.agents.claude.brought import Brought
from sempre.agents.claude.command import HELD_SECONDS
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.passes import Pass, Passes
from sempre.agents.claude.profile import Profile

__all__ = [
    "HELD_SECONDS",
    "Access",
    "Brought",
    "ClaudeAgent",
    "Limits",
    "Pass",
    "Passes",
    "Profile",
]
