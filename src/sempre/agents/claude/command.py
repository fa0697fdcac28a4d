"""The command line of Claude Code. Whatever is secret or long goes into private files, not into the arguments:
every user of the machine can read those."""

import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from sempre.agents.claude.launches import Launch
from sempre.agents.claude.profile import Profile
from sempre.errors import MisconfiguredError

_HOOK_SECONDS = 600
HELD_SECONDS = (
    570.0  # the longest that a call may be held at the hook, which is dead after the time above
)
_TRANSCRIPT_DAYS = (
    36_500  # Claude Code deletes transcripts after 30 days; a worker's memory has no such end
)


def find_program() -> Path:
    """The program that comes with the agent SDK's wheel (found without importing it), else one on the PATH."""
    spec = find_spec("claude_agent_sdk")
    name = "claude.exe" if sys.platform == "win32" else "claude"
    for place in (spec.submodule_search_locations or []) if spec else []:
        bundled = Path(place) / "_bundled" / name
        if bundled.is_file():
            return bundled
    if on_path := shutil.which("claude"):
        return Path(on_path)
    raise MisconfiguredError(
        "Claude Code is not there: the installed claude-agent-sdk has no program for this machine.",
        remedy="Install Claude Code so that `claude` is on the PATH, then resume the worker.",
        code="no_claude_code",
    )


def arguments(
    program: Path, profile: Profile, session_id: str, *, resume: bool, launch: Launch
) -> list[str]:
    """Without allow rules, `dontAsk` refuses whatever the hook does not allow, also when the hook is dead."""
    chosen = "--resume" if resume else "--session-id"
    optional = {
        "--model": profile.model,
        "--effort": profile.effort,
        "--append-system-prompt-file": str(launch.instructions) if profile.instructions else "",
    }
    return [
        str(program),
        *("--input-format", "stream-json", "--output-format", "stream-json", "--verbose"),
        "--include-partial-messages",
        "--forward-subagent-text",
        f"{chosen}={session_id}",
        *("--permission-mode", "dontAsk"),
        *("--settings", str(launch.settings)),
        "--setting-sources=",
        "--strict-mcp-config",
        # Else a resumed session would go on with the instructions of its first turn.
        *("--system-prompt-snapshot", "off"),
        *("--tools", ",".join(profile.tools)),
        *(part for flag, value in optional.items() if value for part in (flag, value)),
    ]


def settings(hook_address: str) -> str:
    """The gate: an HTTP hook asked before every tool call; registered before a resumed call can run."""
    hook = {"type": "http", "url": hook_address, "timeout": _HOOK_SECONDS}
    return json.dumps(
        {
            "hooks": {"PreToolUse": [{"matcher": "*", "hooks": [hook]}]},
            "cleanupPeriodDays": _TRANSCRIPT_DAYS,
        }
    )
