"""The command line of Claude Code. Whatever is secret or long goes into private files, not into the arguments:
every user of the machine can read those."""

import json
import shutil
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from sempre.agents.claude.brought import Hooks
from sempre.agents.claude.profile import Profile
from sempre.agents.launches import Launch
from sempre.errors import MisconfiguredError

_HOOK_SECONDS = 600
HELD_SECONDS = (
    570.0  # the longest that a call may be held at the hook, which is dead after the time above
)
_TRANSCRIPT_DAYS = (
    36_500  # Claude Code deletes transcripts after 30 days; a worker's memory has no such end
)


# A project's `env` may set any of these; what we don't set ourselves stays empty.
_OF_THE_MODEL = (
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_CUSTOM_HEADERS",
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_VERTEX",
    "CLAUDE_CODE_USE_FOUNDRY",
    "HTTP_PROXY",
    "HTTPS_PROXY",
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
    program: Path,
    profile: Profile,
    session_id: str,
    *,
    resume: bool,
    launch: Launch,
    parent: str | None = None,
) -> list[str]:
    """Without allow rules, `dontAsk` refuses whatever the hook does not allow, also when the hook is dead. With a
    `parent` the new session begins as a copy of that one."""
    chosen = "--resume" if resume else "--session-id"
    copied = [f"--resume={parent}", "--fork-session"] if parent and not resume else []
    # A resumed session would go on with its last model, though nobody asks for that one any more; in a folder that is
    # trusted its own settings may name one.
    unnamed = "default" if (resume or parent) and not profile.trusted else ""
    optional = {
        "--model": profile.model or unnamed,
        "--effort": profile.effort,
        "--append-system-prompt-file": str(launch.instructions) if profile.told else "",
    }
    return [
        str(program),
        *("--input-format", "stream-json", "--output-format", "stream-json", "--verbose"),
        "--include-partial-messages",
        "--forward-subagent-text",
        *copied,
        f"{chosen}={session_id}",
        *("--permission-mode", "dontAsk"),
        *("--settings", str(launch.settings)),
        f"--setting-sources={'project,local' if profile.trusted else ''}",
        "--strict-mcp-config",
        # Else a resumed session would go on with the instructions of its first turn.
        *("--system-prompt-snapshot", "off"),
        *("--tools", ",".join(profile.tools)),
        *(part for flag, value in optional.items() if value for part in (flag, value)),
    ]


def settings(hook_address: str, profile: Profile, environment: Mapping[str, str]) -> str:
    """The gate: an HTTP hook asked before every tool call; registered before a resumed call can run. These settings
    stand above a project's own, which could otherwise lead model calls past the gateway by its `env`."""
    hooks: list[dict[str, object]] = [
        {"type": "http", "url": hook_address, "timeout": _HOOK_SECONDS}
    ]
    brought = profile.brought
    if profile.trusted or brought:
        hooks.append(_while_it_answers(hook_address))
    theirs: Hooks = brought.hooks if brought else {}
    gate = {"matcher": "*", "hooks": hooks}
    given: dict[str, object] = {
        "hooks": {**theirs, "PreToolUse": [gate, *theirs.get("PreToolUse", ())]},
        "disableAllHooks": False,
        "cleanupPeriodDays": _TRANSCRIPT_DAYS,
    }
    if profile.trusted or brought:
        ours = {name: environment.get(name, "") for name in _OF_THE_MODEL}
        given["env"] = {**(brought.environment if brought else {}), **ours}
    if profile.sandbox:
        given["sandbox"] = _sandbox(profile, hook_address)
    return json.dumps(given)


def _while_it_answers(hook_address: str) -> dict[str, object]:
    """A trusted project may bring allow rules, with which a call would run though nobody answers the hook. Exit code
    2 refuses in every mode."""
    port = urlsplit(hook_address).port
    return {
        "type": "command",
        "command": f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}' 2>/dev/null || exit 2",
    }


def _sandbox(profile: Profile, hook_address: str) -> dict[str, object]:
    """Claude Code's own, for commands. It never stands in for the gate, and without it nothing starts. Its network lets
    nothing through by itself, not even Claude Code's own question to the hook, and then every call is refused."""
    return {
        "enabled": True,
        "failIfUnavailable": True,
        "autoAllowBashIfSandboxed": False,
        "allowUnsandboxedCommands": False,
        "network": {"allowedDomains": [urlsplit(hook_address).netloc]},
        "filesystem": {"denyRead": [*profile.hidden], "denyWrite": [*profile.hidden]},
    }
