"""What an agent may do. Pure rules: they read no disk, no clock and no settings, and change nothing."""

from sempre.policy.rights import Files, Rights
from sempre.policy.rules import judge

__all__ = ["Files", "Rights", "judge"]
